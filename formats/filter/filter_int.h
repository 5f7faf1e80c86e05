/* SPDX-License-Identifier: Apache-2.0
 *
 * filter_int.h - inside of the filter language: values, fields, the tree, the compiled form. Only files
 * of formats/filter include it.
 */
#ifndef HTR_FILTER_FILTER_INT_H
#define HTR_FILTER_FILTER_INT_H

#include "formats/core/arena.h"
#include "formats/core/map.h"
#include "formats/filter/filter.h"
#include "formats/model/tables.h"

#define FILTER_TEXT_MAX  (1u << 20)  /* bytes of a condition: upstream's largest has 12 KiB */
#define FILTER_MEM_MAX   (64u << 20) /* memory of one compiled filter */
#define FILTER_MACRO_MAX (4u << 20)  /* text of all macros that one filter pulls in */
#define DEPTH_RULES      1000        /* nesting where macros exist, as in Falco's rules */
#define DEPTH_PLAIN      100         /* nesting elsewhere, as in Falco */
#define ANCESTORS_MAX    1024        /* lineage that proc.aname and its kin look at */
#define TRANSFORM_MAX    16          /* nesting and arguments of transformers */
#define EVENT_ID_MAX     1024

/* ---- values ---------------------------------------------------------------------------------------- */

struct ip_value {
	uint8_t len; /* 4 or 16 bytes */
	uint8_t addr[16];
};

struct value {
	union {
		struct {
			const char *p; /* STRING, PATH, BYTES */
			size_t n;
		} s;
		int64_t i;          /* INT, RELTIME, TIME, BOOL */
		uint64_t u;         /* UINT, PORT */
		struct ip_value ip; /* IPADDR, IPNET (the address that is tested) */
	};
};

/* How a value is read and compared; several field types share one. */
enum vclass {
	VC_STRING,
	VC_BYTES,
	VC_INT,
	VC_UINT,
	VC_BOOL,
	VC_IP,
	VC_NET,
};

enum vclass value_class(unsigned field_type);
/* value_text - as it stands in an output; times as numbers. */
void value_text(struct htr_buf *out, unsigned type, const struct value *v);

/* ---- fields ------------------------------------------------------------------------------------------ */

/* What a field's argument or name suffix is. */
enum field_arg {
	FA_NONE = 0,
	FA_INDEX,  /* [n], required or optional by flags */
	FA_KEY,    /* [text] */
	FA_SUFFIX, /* .text behind the field name, or [text] */
};

/* Fields that have more than one value for one event. */
enum field_multi {
	FM_ONE = 0,
	FM_ANY,  /* a check holds when it holds for one value (ancestors) */
	FM_SIDE, /* the same, but != must hold for all (both ends of a connection) */
	FM_LIST, /* `in` all, `intersects` any; no other operator */
};

struct field_ref;
struct fctx;

/* Value `nth` of the field; false: there is none. Strings are borrowed from the state or from ref->buf. */
typedef bool (*get_fn)(struct fctx *fx, struct field_ref *ref, unsigned nth, struct value *out);

struct field_impl {
	get_fn get;
	uint16_t aux;  /* for getters that serve several fields */
	uint8_t arg;   /* enum field_arg */
	uint8_t multi; /* enum field_multi without an index; with one a field has one value */
};

/* A use of a field: which one, with which argument. */
struct field_ref {
	const struct htr_field_info *info;
	const struct field_impl *impl;
	uint8_t type; /* enum htr_field_type of this use (evt.rawarg: of its parameter) */
	uint8_t multi;
	bool has_index;
	uint32_t index;
	const char *key; /* FA_KEY, FA_SUFFIX; NUL-terminated, arena */
	size_t key_len;
	const uint16_t *params; /* evt.arg.NAME: where it is, by system call (arg.c) */
	struct htr_buf buf;     /* text that the getter put together */
};

/* What getters see. */
struct fctx {
	const struct htr_state *st;
	const struct htr_current *cur;
	const struct htr_event *ev;
	const struct htr_proc *proc;         /* NULL: none */
	const struct htr_fd *fd;             /* NULL: none */
	const struct htr_facts *facts;       /* NULL: none */
	const struct htr_syscall_desc *desc; /* of the event's call, NULL: none */
	unsigned event_id;                   /* index into a struct htr_type_set, see type_id() */
};

void fctx_init(struct fctx *fx, const struct htr_state *st);

/* field_find - by exact name, or by the longest field that takes a suffix ("evt.arg.name"). */
const struct htr_field_info *field_find(const char *name, size_t len, size_t *ret_suffix);
const struct field_impl *field_impl_of(const struct htr_field_info *info);

/* arg.c: parameters of calls under Falco's and the kernel's names */
#define PARAM_NONE 0
/* param_known - some event has a parameter of that name; the longest known prefix counts. 0: none. */
size_t param_known(const char *name, size_t len);
/* param_type - type of evt.rawarg.NAME. */
unsigned param_raw_type(const char *name, size_t len);
/* param_map - EVENT_ID_MAX + kinds entries, PARAM_NONE where the call has no such parameter. */
const uint16_t *param_map(struct htr_arena *a, const char *name, size_t len);
bool param_text(struct fctx *fx, unsigned param, struct htr_buf *out);
bool param_raw(struct fctx *fx, unsigned param, struct htr_buf *buf, unsigned type,
	       struct value *out);
/* param_at - n-th parameter of the current event; PARAM_NONE at the end. */
unsigned param_at(struct fctx *fx, unsigned n, const char **ret_name);
void param_args(struct fctx *fx, struct htr_buf *out);

/* argtext.c: forms that Falco prints */
void text_open_flags(struct htr_buf *out, uint64_t flags);
void text_mode_bits(struct htr_buf *out, uint64_t mode);
uint64_t call_open_flags(const struct fctx *fx, bool *ret_known);
uint64_t call_open_mode(const struct fctx *fx);

/* ---- helpers that getters share --------------------------------------------------------------------- */

static inline bool give_text(struct value *out, struct htr_text t)
{
	out->s.p = t.data;
	out->s.n = t.len;
	return t.data != NULL;
}

static inline bool give_str(struct value *out, const char *s)
{
	out->s.p = s;
	out->s.n = s != NULL ? __builtin_strlen(s) : 0;
	return s != NULL;
}

static inline bool give_buf(struct value *out, const struct htr_buf *b)
{
	out->s.p = htr_buf_str(b);
	out->s.n = b->len;
	return !b->failed;
}

static inline bool give_int(struct value *out, int64_t v)
{
	out->i = v;
	return v != HTR_UNKNOWN;
}

static inline bool give_bool(struct value *out, bool v)
{
	out->i = v;
	return true;
}

/* ---- expressions ------------------------------------------------------------------------------------- */

enum transform {
	TR_NONE = 0, /* a plain field */
	TR_TOLOWER,
	TR_TOUPPER,
	TR_B64,
	TR_BASENAME,
	TR_LEN,
	TR_VAL,
	TR_JOIN,
	TR_CONCAT,
	TR_GETOPT,
	TR_CONST, /* quoted text or number as argument of a transformer */
	TR_TUPLE, /* (a, b, ...) as argument of a transformer */
};

struct expr {
	uint8_t tr;    /* enum transform */
	uint8_t type;  /* enum htr_field_type of the result */
	uint8_t multi; /* of a plain field; transformers give one value */
	size_t pos, len;
	struct field_ref ref; /* TR_NONE */
	struct expr **args;
	unsigned n_args;
	const char *text; /* TR_CONST; getopt's [c] */
	size_t text_len;
	bool quoted; /* TR_CONST came in quotes */
	struct htr_buf buf;
	struct expr *next_owned; /* all expressions of a filter, for their buffers */
};

bool expr_get(struct fctx *fx, struct expr *e, unsigned nth, struct value *out);
/* expr_list - the expression is a list: value nth of it; false at the end. */
bool expr_is_list(const struct expr *e);
const char *transform_name(unsigned tr);
int transform_by_name(const char *s, size_t len);

/* ---- checks ------------------------------------------------------------------------------------------ */

enum op {
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_CONTAINS,
	OP_ICONTAINS,
	OP_BCONTAINS,
	OP_STARTSWITH,
	OP_BSTARTSWITH,
	OP_ENDSWITH,
	OP_GLOB,
	OP_IGLOB,
	OP_REGEX,
	OP_IN,
	OP_INTERSECTS,
	OP_PMATCH,
	OP_EXISTS,
	OP_MAX
};

enum op_mod {
	MOD_NONE,
	MOD_ONEOF,
	MOD_ANYOF,
	MOD_ALLOF,
};

const char *op_name(unsigned op);

struct konst {
	const char *text; /* as the user wrote it, unescaped */
	size_t len;
	size_t pos, src_len; /* place in the source */
	union {
		int64_t i;
		uint64_t u;
		struct ip_value ip;
	};
	uint8_t prefix;    /* network: bits */
	bool globs;        /* pmatch: has glob characters */
	const char *bytes; /* bcontains: decoded; icontains, iglob: in lower case */
	size_t n_bytes;
	void *regex; /* pcre2_code *, owned by the filter (ops.c) */
	void *regex_data, *regex_ctx;
	struct konst *next_regex;
};

struct check {
	struct expr *left;
	uint8_t op, mod;
	uint8_t cls;        /* enum vclass of the comparison */
	bool is_time;       /* evt.time with < <= > >=: constants are times as people type them */
	int64_t time_start; /* is_time: start of the trace that k[].i were made for */
	struct expr *right; /* val(..) or a transformer, else NULL */
	struct konst *k;
	unsigned n_k;
	struct htr_smap *set;       /* `in` with many strings */
	struct htr_type_set *types; /* evt.type with = != in: the whole answer */
};

enum node_kind {
	N_AND,
	N_OR,
	N_NOT,
	N_CHECK,
};

struct node {
	uint8_t kind;
	size_t pos, len; /* in the source text that was given (macro: the use of its name) */
	struct node **kids;
	unsigned n_kids;
	struct check *check;
};

struct htr_filter {
	struct htr_arena arena;
	struct node *root;
	struct expr *exprs;     /* all of them, newest first */
	struct konst *regexes;  /* all that need freeing */
	struct htr_smap **sets; /* their tables need freeing */
	unsigned n_sets, cap_sets;
	struct htr_type_set types;
};

/* ---- stages ------------------------------------------------------------------------------------------ */

struct compile {
	struct htr_filter *f;
	htr_macro_fn macros;
	void *macro_data;
	struct htr_filter_err *ferr;
	unsigned depth, depth_max;
	size_t macro_bytes;
	struct macro_use *uses; /* macros that are being expanded, innermost first */
	int code;               /* first error: -EINVAL, -ENOMEM */
};

/* lex.c: one text and a place in it. A macro's text is a source of its own. */
struct source {
	const char *text;
	size_t len, pos;
	size_t outer_pos, outer_len; /* place of the macro's name in the text that was given */
	bool in_macro;
	const char *macro;
};

struct macro_use {
	const char *name;
	struct macro_use *outer;
};

int compile_fail(struct compile *c, const struct source *s, size_t pos, size_t len, int kind,
		 const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void compile_hint(struct compile *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int compile_oom(struct compile *c);

bool lex_is_blank(char c);
void lex_blanks(struct source *s);
bool lex_char(struct source *s, char c);
/* lex_word - the keyword, followed by a blank, '(' or (may_end) the end or ')'. */
bool lex_word(struct source *s, const char *word, bool may_end);
/* lex_ident - letter, then letters, digits, underscores; 0 when there is none. Does not move. */
size_t lex_ident(const struct source *s);
/* lex_field - name with at least one dot; length or 0. Does not move. */
size_t lex_field(const struct source *s);
/* lex_bare - length of a bare string; 0: none. Does not move. */
size_t lex_bare(const struct source *s);
/* lex_quoted - moves behind it. 1, 0 no quote here, < 0 error. */
int lex_quoted(struct compile *c, struct source *s, const char **ret, size_t *ret_len);
/* lex_field_arg - what is in [..] when there is one. 1, 0, < 0. */
int lex_field_arg(struct compile *c, struct source *s, const char **ret, size_t *ret_len);
/* lex_op - operator at the place; OP_MAX when there is none. */
unsigned lex_op(struct source *s);

/* parse.c */
int parse_condition(struct compile *c, struct source *s, struct node **ret);
/* parse_left - a field or a transformer; used by conditions and output templates. 1, 0 none, < 0. */
int parse_left(struct compile *c, struct source *s, struct expr **ret);

/* typecheck.c */
int check_node(struct compile *c, const struct source *s, struct node *n);
int check_expr(struct compile *c, const struct source *s, struct expr *e, bool right);
int check_ref(struct compile *c, const struct source *s, struct expr *e, const char *name,
	      size_t name_len, const char *arg, size_t arg_len);
bool op_allowed(unsigned type, unsigned op);

/* konst.c: constants of the right side */
int konst_prepare(struct compile *c, const struct source *s, struct check *ck);

/* ops.c */
bool op_compare(const struct check *ck, const struct value *v, const struct konst *k);
bool op_glob(const char *pat, size_t pat_len, const char *s, size_t len, bool fold);
int op_regex_compile(struct compile *c, const struct source *s, struct konst *k);
void op_regex_free(struct konst *k);
bool op_compare_values(unsigned op, unsigned cls, const struct value *a, const struct value *b);

/* eval.c */
bool eval_node(struct fctx *fx, const struct node *n);
bool eval_check(struct fctx *fx, const struct check *ck);

/* types.c */
/* type_id - number of an event's type in a struct htr_type_set: below EVENT_ID_MAX a call, else
 * EVENT_ID_MAX + kind. */
unsigned type_id(const struct htr_event *ev, const struct htr_syscall_desc **ret_desc);
/* type_by_name - adds what the name stands for; false: no event is called that. */
bool type_by_name(struct htr_type_set *ts, const char *name, size_t len);
bool type_has(const struct htr_type_set *ts, unsigned id);
void types_of(const struct node *root, struct htr_type_set *ret);
const char *type_nearest(const char *name);

/* canon.c */
void canon_node(struct htr_buf *out, const struct node *n, bool top);
void canon_check(struct htr_buf *out, const struct check *ck);
void canon_expr(struct htr_buf *out, const struct expr *e);

#endif
