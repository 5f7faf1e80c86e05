/* SPDX-License-Identifier: Apache-2.0
 *
 * text_value.c - single values as text: flags, modes, signals, wait statuses, little-endian numbers.
 */
#include <assert.h>
#include <string.h>

#include "formats/model/text_priv.h"

#define CSIGNAL_MASK 0xff /* clone: low byte of flags is the exit signal */
#define MODE_TYPE    0170000

bool text_next_str(const struct htr_val *v, size_t *pos, const uint8_t **s, size_t *len)
{
	if (*pos > v->len || (v->len == 0 && *pos == 0)) {
		return false;
	}
	const uint8_t *at = v->data + *pos;
	const uint8_t *end = *pos < v->len ? memchr(at, '\0', v->len - *pos) : NULL;
	*s = at;
	*len = end ? (size_t)(end - at) : v->len - *pos;
	*pos += *len + 1;
	return true;
}

uint64_t text_le(const uint8_t *p, size_t width)
{
	uint64_t v = 0;
	for (size_t i = width; i > 0; i--) {
		v = v << 8 | p[i - 1];
	}
	return v;
}

int64_t text_le_signed(const uint8_t *p, size_t width)
{
	assert(width >= 1 && width <= 8);
	unsigned shift = (unsigned)(64 - width * 8);
	return (int64_t)(text_le(p, width) << shift) >> shift;
}

void text_flags(struct htr_buf *out, unsigned set, uint64_t value, enum htr_arch arch)
{
	if (!htr_names_wide(set)) {
		value = (uint32_t)value; /* an int: the kernel does not look at the upper half */
	}
	if (set == HTR_N_CLONE) {
		uint64_t sig = value & CSIGNAL_MASK;
		value &= ~(uint64_t)CSIGNAL_MASK;
		if (value != 0 || sig == 0) {
			htr_names_flags(out, set, value);
		}
		if (sig != 0) {
			htr_buf_adds(out, value != 0 ? "|" : "");
			text_signal(out, (int64_t)sig);
		}
		return;
	}
	htr_names_flags(out, htr_names_arch(set, arch), value);
}

void text_mode(struct htr_buf *out, uint32_t mode)
{
	if ((mode & MODE_TYPE) != 0) {
		const char *type = htr_names_enum(HTR_N_FILE_TYPE, mode & MODE_TYPE);
		if (type) {
			htr_buf_printf(out, "%s|", type);
			mode &= ~(uint32_t)MODE_TYPE;
		}
	}
	htr_buf_printf(out, "0%03o", mode);
}

void text_signal(struct htr_buf *out, int64_t sig)
{
	const char *name = sig >= 0 && sig < 256 ? htr_signal_name((int)sig) : NULL;
	if (name) {
		htr_buf_adds(out, name);
	} else {
		htr_buf_printf(out, "%lld", (long long)sig);
	}
}

/* Source: wait(2); the low byte is the signal, 0x7f stopped, 0xffff continued. */
void text_wait_status(struct htr_buf *out, int status)
{
	int sig = status & 0x7f;
	if (status == 0xffff) {
		htr_buf_adds(out, "continued");
	} else if (sig == 0) {
		htr_buf_printf(out, "exit %d", status >> 8 & 0xff);
	} else if (sig == 0x7f) {
		htr_buf_adds(out, "stopped ");
		text_signal(out, status >> 8 & 0xff);
	} else {
		text_signal(out, sig);
		htr_buf_adds(out, status & 0x80 ? " (core dumped)" : "");
	}
}

const char *text_loss_name(uint64_t loss)
{
	static const char *const names[HTR_LOSS_MAX] = {
		[HTR_LOSS_UNSPEC] = "unknown", [HTR_LOSS_RECORDER_GAP] = "recorder gap",
		[HTR_LOSS_QUEUE] = "queue",    [HTR_LOSS_DISK] = "disk",
		[HTR_LOSS_DAMAGE] = "damage",  [HTR_LOSS_SOURCE] = "source",
	};
	return loss < HTR_LOSS_MAX ? names[loss] : "unknown";
}

unsigned text_cell_width(unsigned kind, bool *is_signed)
{
	*is_signed = kind != HTR_A_GROUPS && kind != HTR_A_SOCKLEN_PTR;
	switch (kind) {
	case HTR_A_INT_PTR:
	case HTR_A_TID_PTR:
	case HTR_A_FDPAIR:
	case HTR_A_GROUPS:
	case HTR_A_SOCKLEN_PTR:
		return 4;
	case HTR_A_OFF_PTR:
		return 8;
	default:
		return 0;
	}
}
