/* SPDX-License-Identifier: Apache-2.0
 *
 * field.c - the table of fields and its lookup. What a field means is in field_*.c.
 */
#include "formats/filter/field_int.h"

#include <string.h>

#include "formats/core/cleanup.h"

/* names of fields.def to constants */
#define HTR_FF_NONE 0

static const struct htr_field_info INFOS[] = {
#define F(name_, type_, flags_, arg_, multi_, get_, aux_, help_, arg_help_) \
	{ name_, HTR_FT_##type_, flags_, help_, arg_help_ },
#include "formats/filter/fields.def"
#undef F
};

static const struct field_impl IMPLS[] = {
#define F(name_, type_, flags_, arg_, multi_, get_, aux_, help_, arg_help_) \
	{ get_, aux_, FA_##arg_, FM_##multi_ },
#include "formats/filter/fields.def"
#undef F
};

const struct htr_field_info *htr_fields(size_t *ret_n)
{
	*ret_n = HTR_ARRAY_LEN(INFOS);
	return INFOS;
}

const struct field_impl *field_impl_of(const struct htr_field_info *info)
{
	return &IMPLS[info - INFOS];
}

static const struct htr_field_info *exact(const char *name, size_t len)
{
	size_t lo = 0;
	size_t hi = HTR_ARRAY_LEN(INFOS);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = strncmp(INFOS[mid].name, name, len);

		if (d == 0 && INFOS[mid].name[len] != 0) {
			d = 1;
		}
		if (d == 0) {
			return &INFOS[mid];
		}
		if (d < 0) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return NULL;
}

const struct htr_field_info *field_find(const char *name, size_t len, size_t *ret_suffix)
{
	const struct htr_field_info *f = exact(name, len);
	size_t n = len;

	*ret_suffix = 0;
	while (f == NULL) {
		while (n > 0 && name[n - 1] != '.') {
			n--;
		}
		if (n == 0) {
			return NULL;
		}
		f = exact(name, n - 1);
		if (f != NULL && field_impl_of(f)->arg == FA_SUFFIX) {
			*ret_suffix = n;
			return f;
		}
		f = NULL;
		n--;
	}
	return f;
}

bool get_missing(struct fctx *fx, struct field_ref *ref, unsigned nth, struct value *out)
{
	(void)fx;
	(void)ref;
	(void)nth;
	(void)out;
	return false;
}

bool get_false(struct fctx *fx, struct field_ref *ref, unsigned nth, struct value *out)
{
	(void)ref;
	(void)nth;
	return fx->proc != NULL && give_bool(out, false);
}
