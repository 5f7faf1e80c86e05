/* SPDX-License-Identifier: Apache-2.0
 *
 * field_misc.c - user.*, group.*, thread.*, container.*: who acts, with which rights, in which container.
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/filter/field_int.h"

#define CONTAINER_ID_LEN 12

/* ---- users ------------------------------------------------------------------------------------------------ */

static bool user_name(const struct fctx *fx, int64_t uid, struct value *out)
{
	const struct htr_user_fact *u = htr_facts_user(fx->facts, uid);

	if (u != NULL) {
		return give_str(out, u->name);
	}
	/* absent users are the text <NA>, not a missing value: what Falco does */
	return give_str(out, uid == 0 ? "root" : "<NA>");
}

GETTER(get_user)
{
	const struct htr_proc *p = fx->proc;
	const struct htr_user_fact *u;
	const struct htr_group_fact *g;

	(void)nth;
	if (p == NULL) {
		return false;
	}
	switch (ref->impl->aux) {
	case U_UID:
		return give_int(out, p->euid);
	case U_NAME:
		return user_name(fx, p->euid, out);
	case U_HOME:
		u = htr_facts_user(fx->facts, p->euid);
		return u != NULL && give_str(out, u->home);
	case U_SHELL:
		u = htr_facts_user(fx->facts, p->euid);
		return u != NULL && give_str(out, u->shell);
	case U_LOGINUID:
		return give_int(out, p->loginuid == UINT32_MAX ? -1 : p->loginuid);
	case U_LOGINNAME:
		return user_name(fx, p->loginuid, out);
	case U_GID:
		return give_int(out, p->egid);
	default:
		g = htr_facts_group(fx->facts, p->egid);
		return give_str(out, g != NULL ? g->name : p->egid == 0 ? "root" : "<NA>");
	}
}

/* ---- threads ------------------------------------------------------------------------------------------------ */

GETTER(get_caps)
{
	const struct htr_proc *p = fx->proc;
	struct htr_buf *b = &ref->buf;
	int64_t mask;

	(void)nth;
	if (p == NULL) {
		return false;
	}
	switch (ref->impl->aux) {
	case CAP_INH:
		mask = p->cap_inh;
		break;
	case CAP_PRM:
		mask = p->cap_prm;
		break;
	case CAP_EFF:
		mask = p->cap_eff;
		break;
	case CAP_BND:
		mask = p->cap_bnd;
		break;
	default:
		mask = p->cap_amb;
		break;
	}
	if (mask == HTR_UNKNOWN) {
		return false;
	}
	htr_buf_reset(b);
	for (unsigned i = 0; i < 64; i++) {
		const char *name = (uint64_t)mask >> i & 1 ? htr_cap_name(i) : NULL;

		if (name != NULL) {
			if (b->len > 0) {
				htr_buf_addc(b, ' ');
			}
			htr_buf_adds(b, name);
		}
	}
	return give_buf(out, b);
}

GETTER(get_thread)
{
	const struct htr_thread *t = fx->cur->thread;

	(void)nth;
	if (t == NULL) {
		return false;
	}
	switch (ref->impl->aux) {
	case TH_TID:
		return give_int(out, t->tid);
	case TH_VTID:
		if (t->vtid == HTR_UNKNOWN && t->tid == t->proc->pid) {
			return give_int(out, t->proc->vpid);
		}
		return give_int(out, t->vtid);
	default:
		return give_bool(out, t->tid == t->proc->pid);
	}
}

GETTER(get_thread_nametid)
{
	const struct htr_thread *t = fx->cur->thread;
	struct htr_text name;

	(void)nth;
	if (t == NULL) {
		return false;
	}
	name = t->comm.data != NULL ? t->comm : htr_proc_name(t->proc);
	htr_buf_reset(&ref->buf);
	htr_buf_add(&ref->buf, name.data, name.len);
	htr_buf_printf(&ref->buf, "%d", t->tid);
	return give_buf(out, &ref->buf);
}

/* One line of /proc/PID/cgroup: "4:cpu,cpuacct:/path" */
struct cg_line {
	const char *ctl, *path;
	size_t ctl_len, path_len;
};

static bool next_cgroup(const struct htr_text *t, size_t *pos, struct cg_line *ret)
{
	while (t->data != NULL && *pos < t->len) {
		const char *line = t->data + *pos;
		size_t n = strnlen(line, t->len - *pos);
		const char *a = memchr(line, ':', n);
		const char *b = a != NULL ? memchr(a + 1, ':', n - (size_t)(a + 1 - line)) : NULL;

		*pos += n + 1;
		if (b != NULL) {
			*ret = (struct cg_line){ .ctl = a + 1,
						 .ctl_len = (size_t)(b - a) - 1,
						 .path = b + 1,
						 .path_len = n - (size_t)(b + 1 - line) };
			return true;
		}
	}
	return false;
}

GETTER(get_cgroups)
{
	struct htr_buf *b = &ref->buf;
	struct cg_line l;
	size_t pos = 0;

	(void)nth;
	if (fx->proc == NULL || fx->proc->cgroup.data == NULL) {
		return false;
	}
	htr_buf_reset(b);
	while (next_cgroup(&fx->proc->cgroup, &pos, &l)) {
		if (b->len > 0) {
			htr_buf_addc(b, ' ');
		}
		htr_buf_add(b, l.ctl, l.ctl_len);
		htr_buf_addc(b, '=');
		htr_buf_add(b, l.path, l.path_len);
	}
	return give_buf(out, b);
}

/* One of the names in "cpu,cpuacct"; everything is in the one line of version 2, which has none. */
static bool has_controller(const struct cg_line *l, const char *name, size_t len)
{
	const char *at = l->ctl;
	size_t left = l->ctl_len;

	if (left == 0) {
		return true;
	}
	for (;;) {
		const char *comma = memchr(at, ',', left);
		size_t n = comma != NULL ? (size_t)(comma - at) : left;

		if (n == len && memcmp(at, name, n) == 0) {
			return true;
		}
		if (comma == NULL) {
			return false;
		}
		at = comma + 1;
		left -= n + 1;
	}
}

GETTER(get_cgroup)
{
	struct cg_line l;
	size_t pos = 0;

	(void)nth;
	while (fx->proc != NULL && next_cgroup(&fx->proc->cgroup, &pos, &l)) {
		if (has_controller(&l, ref->key, ref->key_len)) {
			out->s.p = l.path;
			out->s.n = l.path_len;
			return true;
		}
	}
	return false;
}

/* ---- container ---------------------------------------------------------------------------------------------- */

const char *container_id(const struct fctx *fx, char buf[16])
{
	const char *id = fx->facts != NULL ? fx->facts->container_id : NULL;

	if (id == NULL || id[0] == 0) {
		return "host";
	}
	if (strlen(id) <= CONTAINER_ID_LEN) {
		return id;
	}
	memcpy(buf, id, CONTAINER_ID_LEN);
	buf[CONTAINER_ID_LEN] = 0;
	return buf;
}

/* Parts of "registry:5000/team/name:tag@sha256:..." */
static bool image_part(const char *image, unsigned which, struct value *out)
{
	const char *digest = strchr(image, '@');
	size_t n = digest != NULL ? (size_t)(digest - image) : strlen(image);
	const char *slash = memrchr(image, '/', n);
	const char *name = slash != NULL ? slash + 1 : image;
	const char *colon = memchr(name, ':', n - (size_t)(name - image));

	switch (which) {
	case C_REPOSITORY:
		out->s.p = image;
		out->s.n = colon != NULL ? (size_t)(colon - image) : n;
		return true;
	case C_TAG:
		if (colon == NULL) {
			return false;
		}
		out->s.p = colon + 1;
		out->s.n = n - (size_t)(colon + 1 - image);
		return true;
	default:
		return digest != NULL && give_str(out, digest + 1);
	}
}

GETTER(get_container)
{
	const struct htr_facts *f = fx->facts;
	const struct htr_proc *init;
	int64_t start;
	char id[16];

	(void)nth;
	switch (ref->impl->aux) {
	case C_ID: {
		const char *text = container_id(fx, id);

		if (text == id) {
			htr_buf_reset(&ref->buf);
			htr_buf_adds(&ref->buf, text);
			return give_buf(out, &ref->buf);
		}
		return give_str(out, text);
	}
	case C_FULL_ID:
		return give_str(out, f != NULL && f->container_id != NULL && f->container_id[0] != 0
					     ? f->container_id
					     : "host");
	case C_NAME:
		if (f != NULL && f->container_name != NULL) {
			return give_str(out, f->container_name);
		}
		return strcmp(container_id(fx, id), "host") == 0 && give_str(out, "host");
	case C_IMAGE:
		return f != NULL && give_str(out, f->container_image);
	case C_REPOSITORY:
	case C_TAG:
	case C_DIGEST:
		return f != NULL && f->container_image != NULL &&
		       image_part(f->container_image, ref->impl->aux, out);
	case C_PRIVILEGED:
		return f != NULL && f->container_privileged >= 0 &&
		       give_bool(out, f->container_privileged != 0);
	default:
		break;
	}
	init = htr_state_proc(fx->st, 1);
	start = f != NULL && f->container_start_ns > 0 ? f->container_start_ns
		: init != NULL                         ? real_time(fx, init->start_ns)
						       : HTR_UNKNOWN;
	if (ref->impl->aux == C_DURATION) {
		int64_t now = real_time(fx, fx->ev->time_ns);

		return start != HTR_UNKNOWN && now != HTR_UNKNOWN &&
		       !__builtin_sub_overflow(now, start, &out->i);
	}
	return give_int(out, start);
}
