/* SPDX-License-Identifier: Apache-2.0
 *
 * text_priv.h - what the text_*.c files share: one argument with its value, and the shape in which its
 * kind is shown. Private to them.
 */
#ifndef HTR_MODEL_TEXT_PRIV_H
#define HTR_MODEL_TEXT_PRIV_H

#include "formats/model/text.h"

/* How a kind is shown; text and JSON each have one function per shape. */
enum text_shape {
	TEXT_HEX = 0, /* bits without names */
	TEXT_PTR,     /* an address that is not followed */
	TEXT_I32,
	TEXT_U32,
	TEXT_I64,
	TEXT_U64,
	TEXT_ID,    /* uid, gid: -1 for "leave" */
	TEXT_DIRFD, /* descriptor or AT_FDCWD */
	TEXT_STR,   /* NUL-terminated text behind the pointer */
	TEXT_BUF,   /* bytes behind the pointer, or the I/O bytes of the event */
	TEXT_STRV,  /* strings joined with NUL */
	TEXT_ENV,   /* environment: only how many there are, unless recorded */
	TEXT_FLAGS,
	TEXT_ENUM,
	TEXT_MODE,
	TEXT_DEV,
	TEXT_SIGNAL,
	TEXT_ADDR,  /* raw sockaddr */
	TEXT_MSG,   /* msghdr: the raw sockaddr of its name, and the I/O bytes */
	TEXT_IOV,   /* iovec: the I/O bytes */
	TEXT_CELLS, /* numbers behind the pointer */
	TEXT_SIGSET,
	TEXT_WSTATUS,
	TEXT_STRUCT, /* fields by table, see text_struct.c */
	TEXT_LOSS,   /* enum htr_loss */
	TEXT_SHAPE_MAX
};

/* Private kind for the reason of a loss; the pseudo arguments of records that are no calls use it. */
#define TEXT_A_LOSS HTR_A_KIND_MAX

struct text_arg {
	const struct htr_event *ev;
	const struct htr_arg_desc *desc;
	const struct htr_val *val; /* bytes behind the pointer; NULL when not recorded */
	uint64_t raw;              /* register, cut to the width of a long of the architecture */
	enum htr_arch arch;
	bool plain; /* no quotes, no escaping */
	bool brief; /* leave out what a list has no place for */
};

/* text_arg_get - argument i of an event; false behind the last. */
bool text_arg_get(struct text_arg *a, const struct htr_event *ev, unsigned i);
/* text_arg_render - one argument as text. */
void text_arg_render(struct htr_buf *out, const struct text_arg *a);
enum text_shape text_arg_shape(const struct text_arg *a);
/* text_arg_io - the I/O bytes of the event, or NULL. */
const struct htr_val *text_arg_io(const struct text_arg *a);
/* text_arg_strv - bytes of an argv: of the argument, else of the new image; NULL none. */
const struct htr_val *text_arg_strv(const struct text_arg *a);

/* text_next_str - walk strings joined with NUL: false at the end. *pos starts at 0. */
bool text_next_str(const struct htr_val *v, size_t *pos, const uint8_t **s, size_t *len);

/* Scalars by value. */
void text_flags(struct htr_buf *out, unsigned set, uint64_t value, enum htr_arch arch);
void text_mode(struct htr_buf *out, uint32_t mode);
void text_signal(struct htr_buf *out, int64_t sig);
void text_wait_status(struct htr_buf *out, int status);
const char *text_loss_name(uint64_t loss); /* never NULL */

/* Numbers behind a pointer: width in bytes and sign by kind; 0 when the kind is no such. */
unsigned text_cell_width(unsigned kind, bool *is_signed);

/* Little-endian number of 1 to 8 bytes. */
uint64_t text_le(const uint8_t *p, size_t width);
int64_t text_le_signed(const uint8_t *p, size_t width);

/* text_struct - the structure(s) as {name=value, ...}; hex of the bytes where the layout is unknown. */
void text_struct(struct htr_buf *out, const struct text_arg *a);
/* text_struct_json - the same as an object (or an array of them); key NULL inside an array. */
void text_struct_json(struct htr_buf *out, const char *key, const struct text_arg *a);
/* text_sigset - [SIGINT, SIGTERM], ~[..] when most are set. */
void text_sigset(struct htr_buf *out, uint64_t mask);

#endif
