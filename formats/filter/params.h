/* SPDX-License-Identifier: Apache-2.0
 *
 * params.h - where a parameter of an event comes from: a small number that params.c gives and argtext.c
 * follows.
 */
#ifndef HTR_FILTER_PARAMS_H
#define HTR_FILTER_PARAMS_H

#include "formats/filter/filter_int.h"

/* Low byte of a source; the high byte is an argument number, a key, a field. 0 is PARAM_NONE. */
enum param_src {
	PS_ARG = 1,   /* argument, in the form that its kind asks for */
	PS_NUM,       /* argument as a plain number */
	PS_RES,       /* result */
	PS_FDRES,     /* result that is a descriptor */
	PS_FDVAL,     /* int value (key) that is a descriptor */
	PS_VAL,       /* value by key */
	PS_TUPLE,     /* both ends of the socket */
	PS_DATA,      /* I/O bytes */
	PS_HOW,       /* flags, mode, resolve of struct open_how */
	PS_FIELD,     /* another name of a field */
	PS_EXIT,      /* wait status, exit code, signal, core */
	PS_SIGNAL,    /* signal, sender */
	PS_CAP,       /* effective, permitted, inheritable of capset */
	PS_EXE_FLAGS, /* EXE_* of an exec */
	PS_SOCK_TYPE, /* type of a socket call without its flag bits */
	PS_SOCK_FLAGS,
	PS_MISSING, /* known to Falco, recorded by nobody here */
};

struct param {
	const char *name;
	uint16_t src;
};

struct param_row {
	const char *call;
	const struct param *p; /* ends with a NULL name */
};

/* param_field - name of the field behind PS_FIELD, or NULL. */
const char *param_field(unsigned i);

#endif
