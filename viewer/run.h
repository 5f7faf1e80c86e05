/* SPDX-License-Identifier: Apache-2.0
 *
 * run.h - what drives the program: a person at a terminal, a script of keys, or nobody (--plain).
 */
#ifndef HTR_VIEWER_RUN_H
#define HTR_VIEWER_RUN_H

#include <stdio.h>

#include "formats/core/err.h"
#include "viewer/app.h"
#include "viewer/term.h"

/* run_terminal - until the user quits. Returns: 0 or < 0 (the terminal cannot be used). */
int run_terminal(struct app *app, const struct term_opts *opts, struct htr_err *err) HTR_MUST_CHECK;

/*
 * run_script - keys from a text, screens to `out`
 *
 * Script:  one step a line: a key ("j", "Down", "Ctrl-d", "gg"), several keys separated by blanks, or
 *            type TEXT        each character as a key
 *            dump [NAME]      the screen as text
 *            styles [NAME]    the screen as one style letter per cell
 *            resize CxR
 *            click X Y        and: double X Y
 *            slices N [E]     from now on only N slices of E events per step (to see running work)
 *            settle           all work to its end; the default after every step
 *          '#' starts a comment line.
 * Returns: 0, -EINVAL with the line number, or -errno of the output.
 */
int run_script(struct app *app, const char *text, FILE *out, struct htr_err *err) HTR_MUST_CHECK;

/* run_plain - summary and process tree as text. */
int run_plain(struct app *app, FILE *out, struct htr_err *err) HTR_MUST_CHECK;

#endif
