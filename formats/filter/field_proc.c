/* SPDX-License-Identifier: Apache-2.0
 *
 * field_proc.c - proc.*: the process, its image, its relatives.
 */
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/filter/field_int.h"

#define CAP_DAC_OVERRIDE_BIT 1

/* ---- texts of one process --------------------------------------------------------------------------------- */

bool proc_piece(const struct htr_proc *p, unsigned which, struct value *out)
{
	switch (which) {
	case P_NAME:
		return give_text(out, htr_proc_name(p));
	case P_EXE:
		return give_text(out, htr_proc_argv(p, 0));
	case P_EXEPATH:
		return give_text(out, p->image.exe);
	case P_ARGS:
		return give_text(out, htr_proc_args_text(p));
	default:
		return give_text(out, htr_proc_cmdline_text(p));
	}
}

GETTER(get_proc_text)
{
	(void)nth;
	return fx->proc != NULL && proc_piece(fx->proc, ref->impl->aux, out);
}

/* A thread may have a name of its own. */
static bool own_comm(const struct fctx *fx)
{
	return fx->cur->thread != NULL && fx->cur->thread->comm.data != NULL;
}

GETTER(get_proc_name)
{
	(void)ref;
	(void)nth;
	if (fx->proc == NULL) {
		return false;
	}
	return give_text(out, own_comm(fx) ? fx->cur->thread->comm : htr_proc_name(fx->proc));
}

GETTER(get_proc_cmdline)
{
	struct htr_buf *b = &ref->buf;
	struct htr_text args;

	(void)nth;
	if (fx->proc == NULL) {
		return false;
	}
	if (!own_comm(fx)) {
		return give_text(out, htr_proc_cmdline_text(fx->proc));
	}
	args = htr_proc_args_text(fx->proc);
	htr_buf_reset(b);
	htr_buf_add(b, fx->cur->thread->comm.data, fx->cur->thread->comm.len);
	if (args.len > 0) {
		htr_buf_addc(b, ' ');
		htr_buf_add(b, args.data, args.len);
	}
	return give_buf(out, b);
}

GETTER(get_proc_exeline)
{
	struct htr_buf *b = &ref->buf;
	struct htr_text exe;
	struct htr_text args;

	(void)nth;
	if (fx->proc == NULL || fx->proc->image.argv.data == NULL) {
		return false;
	}
	exe = htr_proc_argv(fx->proc, 0);
	args = htr_proc_args_text(fx->proc);
	htr_buf_reset(b);
	htr_buf_add(b, exe.data, exe.len);
	if (args.len > 0) {
		htr_buf_addc(b, ' ');
		htr_buf_add(b, args.data, args.len);
	}
	return give_buf(out, b);
}

GETTER(get_proc_args)
{
	(void)nth;
	if (fx->proc == NULL) {
		return false;
	}
	if (ref->has_index) {
		return give_text(out, htr_proc_argv(fx->proc, ref->index + 1));
	}
	return give_text(out, htr_proc_args_text(fx->proc));
}

GETTER(get_proc_args_n)
{
	struct htr_text args;
	uint64_t n = 0;

	(void)nth;
	if (fx->proc == NULL || fx->proc->image.argv.data == NULL) {
		return false;
	}
	if (ref->impl->aux == 0) {
		while (n < UINT32_MAX && htr_proc_argv(fx->proc, (unsigned)n + 1).data != NULL) {
			n++;
		}
		out->u = n;
		return true;
	}
	args = htr_proc_args_text(fx->proc);
	for (uint32_t i = 0; i < args.len; i++) {
		n += args.data[i] != ' ';
	}
	out->u = n;
	return true;
}

GETTER(get_proc_cwd)
{
	struct htr_buf *b = &ref->buf;
	const struct htr_text *cwd = fx->proc != NULL ? &fx->proc->cwd : NULL;

	(void)nth;
	if (cwd == NULL || cwd->data == NULL) {
		return false;
	}
	if (cwd->len > 0 && cwd->data[cwd->len - 1] == '/') {
		return give_text(out, *cwd);
	}
	htr_buf_reset(b);
	htr_buf_add(b, cwd->data, cwd->len);
	htr_buf_addc(b, '/');
	return give_buf(out, b);
}

/* ---- environment ---------------------------------------------------------------------------------------------- */

/* Next NUL-terminated piece of a joined text. */
static bool next_piece(const struct htr_text *t, size_t *pos, const char **ret, size_t *ret_len)
{
	if (t->data == NULL || *pos >= t->len) {
		return false;
	}
	*ret = t->data + *pos;
	*ret_len = strnlen(*ret, t->len - *pos);
	*pos += *ret_len + 1;
	return true;
}

/* NAME=value of the recorded environment. */
static bool find_env(const struct htr_text *env, const char *name, size_t len, const char **ret,
		     size_t *ret_len)
{
	size_t pos = 0;

	while (next_piece(env, &pos, ret, ret_len)) {
		if (*ret_len > len && memcmp(*ret, name, len) == 0 && (*ret)[len] == '=') {
			return true;
		}
	}
	return false;
}

GETTER(get_proc_env)
{
	const struct htr_image *im = fx->proc != NULL ? &fx->proc->image : NULL;
	const struct htr_text *names;
	struct htr_buf *b = &ref->buf;
	const char *piece, *entry;
	size_t len, entry_len;
	size_t pos = 0;

	(void)nth;
	if (im == NULL || (im->env.data == NULL && im->env_names.data == NULL)) {
		return false;
	}
	if (ref->key != NULL) {
		if (!find_env(&im->env, ref->key, ref->key_len, &piece, &len)) {
			return false;
		}
		out->s.p = piece + ref->key_len + 1;
		out->s.n = len - ref->key_len - 1;
		return true;
	}
	htr_buf_reset(b);
	names = im->env_names.data != NULL ? &im->env_names : &im->env;
	while (next_piece(names, &pos, &piece, &len)) {
		if (b->len > 0) {
			htr_buf_addc(b, ' ');
		}
		if (names == &im->env_names && find_env(&im->env, piece, len, &entry, &entry_len)) {
			piece = entry;
			len = entry_len;
		}
		htr_buf_add(b, piece, len);
	}
	return give_buf(out, b);
}

/* ---- relatives ---------------------------------------------------------------------------------------------------- */

GETTER(get_parent)
{
	const struct htr_proc *p = htr_state_parent(fx->st, fx->proc);

	(void)nth;
	return p != NULL && proc_piece(p, ref->impl->aux, out);
}

/* With an index that ancestor; without one the nth from the parent up. */
static const struct htr_proc *ancestor(const struct fctx *fx, const struct field_ref *ref,
				       unsigned nth)
{
	unsigned n = ref->has_index ? ref->index : nth + 1;

	if ((ref->has_index && nth > 0) || n > ANCESTORS_MAX) {
		return NULL;
	}
	return htr_state_ancestor(fx->st, fx->proc, n);
}

GETTER(get_ancestor)
{
	const struct htr_proc *p = ancestor(fx, ref, nth);

	return p != NULL && proc_piece(p, ref->impl->aux, out);
}

GETTER(get_ancestor_num)
{
	const struct htr_proc *p = ancestor(fx, ref, nth);

	return p != NULL && give_int(out, p->pid);
}

GETTER(get_session)
{
	const struct htr_proc *p = fx->proc;
	const struct htr_proc *best = p;

	(void)nth;
	if (p == NULL || p->sid == HTR_UNKNOWN) {
		return false;
	}
	if (p->sid > 0 && p->sid <= INT32_MAX) {
		const struct htr_proc *leader = htr_state_proc(fx->st, (int32_t)p->sid);

		if (leader != NULL) {
			return proc_piece(leader, ref->impl->aux, out);
		}
	}
	for (unsigned i = 0; p != NULL && i < ANCESTORS_MAX; i++) {
		if (p->sid == fx->proc->sid) {
			best = p;
		}
		p = htr_state_parent(fx->st, p);
	}
	return proc_piece(best, ref->impl->aux, out);
}

GETTER(get_group_leader)
{
	const struct htr_proc *p = fx->proc;
	const struct htr_proc *leader;

	(void)nth;
	if (p == NULL || p->pgid == HTR_UNKNOWN || p->pgid <= 0 || p->pgid > INT32_MAX) {
		return false;
	}
	leader = htr_state_proc(fx->st, (int32_t)p->pgid);
	return leader != NULL && proc_piece(leader, ref->impl->aux, out);
}

GETTER(get_proc_loginshell)
{
	static const char *const shells[] = { "sh",   "bash", "csh", "ksh", "zsh",
					      "tcsh", "dash", "ash", "fish" };
	const struct htr_proc *p = fx->proc;
	int64_t pid = HTR_UNKNOWN;

	(void)ref;
	(void)nth;
	for (unsigned i = 0; p != NULL && i < ANCESTORS_MAX; i++) {
		struct htr_text name = htr_proc_name(p);

		for (size_t j = 0; j < HTR_ARRAY_LEN(shells); j++) {
			if (name.len == strlen(shells[j]) &&
			    memcmp(name.data, shells[j], name.len) == 0) {
				pid = p->pid;
			}
		}
		p = htr_state_parent(fx->st, p);
	}
	return give_int(out, pid);
}

/* ---- numbers ---------------------------------------------------------------------------------------------------------- */

GETTER(get_proc_num)
{
	const struct htr_proc *p = fx->proc;
	const struct htr_proc *up;

	(void)nth;
	if (p == NULL) {
		return false;
	}
	switch (ref->impl->aux) {
	case PN_PID:
		return give_int(out, p->pid);
	case PN_PPID:
		return p->ppid > 0 && give_int(out, p->ppid);
	case PN_VPID:
		return give_int(out, p->vpid);
	case PN_PVPID:
		up = htr_state_parent(fx->st, p);
		return up != NULL && give_int(out, up->vpid);
	case PN_PGID:
		return give_int(out, p->pgid);
	case PN_VPGID:
		return give_int(out, p->vpgid);
	case PN_SID:
		return give_int(out, p->sid);
	case PN_TTY:
		return give_int(out, p->tty);
	case PN_NTHREADS:
		out->u = p->n_threads;
		return true;
	case PN_NCHILDS:
		out->u = p->n_threads > 0 ? p->n_threads - 1 : 0;
		return true;
	case PN_EXE_INO:
		return give_int(out, p->image.exe_ino);
	case PN_EXE_CTIME:
		return give_int(out, p->image.exe_ctime);
	default:
		return give_int(out, p->image.exe_mtime);
	}
}

static bool difference(struct value *out, int64_t later, int64_t earlier)
{
	return later != HTR_UNKNOWN && earlier != HTR_UNKNOWN &&
	       !__builtin_sub_overflow(later, earlier, &out->i);
}

static int64_t container_start(const struct fctx *fx)
{
	const struct htr_proc *init = htr_state_proc(fx->st, 1);

	if (fx->facts != NULL && fx->facts->container_start_ns > 0) {
		return fx->facts->container_start_ns;
	}
	return init != NULL ? real_time(fx, init->start_ns) : HTR_UNKNOWN;
}

GETTER(get_proc_time)
{
	const struct htr_proc *p = fx->proc;
	const struct htr_proc *up = htr_state_parent(fx->st, p);
	int64_t start;

	(void)nth;
	if (p == NULL) {
		return false;
	}
	switch (ref->impl->aux) {
	case PT_DURATION:
		return difference(out, fx->ev->time_ns, p->start_ns);
	case PT_START:
		return give_int(out, real_time(fx, p->start_ns));
	case PT_PARENT_DURATION:
		return up != NULL && difference(out, fx->ev->time_ns, up->start_ns);
	case PT_PARENT_START:
		return up != NULL && give_int(out, real_time(fx, up->start_ns));
	case PT_CTIME_PROC:
		start = p->image.start_ns != HTR_UNKNOWN ? p->image.start_ns : p->start_ns;
		return difference(out, real_time(fx, start), p->image.exe_ctime);
	default:
		return difference(out, p->image.exe_ctime, container_start(fx)) && out->i >= 0;
	}
}

GETTER(get_proc_fds)
{
	const struct htr_fd *fd;
	size_t pos = 0;

	(void)ref;
	(void)nth;
	if (fx->proc == NULL) {
		return false;
	}
	out->u = 0;
	while (htr_state_next_fd(fx->st, fx->proc, &pos, &fd) > 0) {
		out->u++;
	}
	return true;
}

/* ---- booleans ------------------------------------------------------------------------------------------------------------ */

static bool is_memfd(const struct htr_proc *p)
{
	return p->image.exe.len >= 7 && memcmp(p->image.exe.data, "/memfd:", 7) == 0;
}

/* The group of the file is not recorded, so its bits do not count. */
static bool is_writable(const struct htr_proc *p)
{
	int64_t mode = p->image.exe_mode;

	if (p->cap_eff != HTR_UNKNOWN && (p->cap_eff >> CAP_DAC_OVERRIDE_BIT & 1)) {
		return true;
	}
	return p->euid == p->image.exe_uid ? (mode & 0200) != 0 : (mode & 0002) != 0;
}

GETTER(get_proc_bool)
{
	const struct htr_proc *p = fx->proc;
	int64_t start;

	(void)nth;
	if (p == NULL) {
		return false;
	}
	switch (ref->impl->aux) {
	case PB_MEMFD:
		return p->image.exe.data != NULL && give_bool(out, is_memfd(p));
	case PB_UPPER:
		start = container_start(fx);
		if (start == HTR_UNKNOWN) {
			start = real_time(fx, 0);
		}
		return p->image.exe_ctime != HTR_UNKNOWN &&
		       give_bool(out, p->image.exe_ctime > start);
	case PB_WRITABLE:
		return p->image.exe_mode != HTR_UNKNOWN && p->euid != HTR_UNKNOWN &&
		       give_bool(out, is_writable(p));
	case PB_SID_LEADER:
		return p->sid != HTR_UNKNOWN && give_bool(out, p->sid == p->pid);
	default:
		return p->vpgid != HTR_UNKNOWN && p->vpid != HTR_UNKNOWN &&
		       give_bool(out, p->vpgid == p->vpid);
	}
}
