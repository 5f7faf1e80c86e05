/* SPDX-License-Identifier: Apache-2.0
 * Unit tests of the rule loader: what is refused with which code, what is only warned about, and what
 * append, override and exceptions make of rules. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/core/cleanup.h"
#include "replay/rules/ruleset.h"

#define OPEN "evt.type=openat"
/* One sound rule; more lines of it may follow. */
#define RULE_OF(cond) \
	"- rule: R\n  desc: d\n  condition: " cond "\n  output: o %proc.name\n  priority: INFO\n"
#define RULE RULE_OF(OPEN)

struct fixture {
	struct ruleset *rs;
	struct diags diags;
	int r;
};

static void load(struct fixture *f, const char *text)
{
	struct rules_opts opts = { PRIORITY_DEBUG };
	struct htr_err err = HTR_ERR_INIT;

	*f = (struct fixture){ 0 };
	f->r = rules_load_text(&f->rs, "t.yaml", text, strlen(text), &opts, &f->diags, &err);
	assert_int_equal(f->r<0, f->diags.n_errors> 0);
}

static void done(struct fixture *f)
{
	rules_free(f->rs);
	diags_fini(&f->diags);
}

static const struct diag *find(const struct fixture *f, enum diag_code code)
{
	for (size_t i = 0; i < f->diags.n; i++) {
		if (f->diags.items[i].code == code) {
			return &f->diags.items[i];
		}
	}
	return NULL;
}

/* ---- codes ----------------------------------------------------------------------------------------------- */

struct code_case {
	const char *text;
	enum diag_code code;
	unsigned line; /* 0: not checked */
};

static void check_codes(const struct code_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct fixture f;
		load(&f, cases[i].text);
		const struct diag *d = find(&f, cases[i].code);
		if (!d) {
			fail_msg("case %zu: no %s but %s (%s) for:\n%s", i,
				 diag_code_name(cases[i].code),
				 f.diags.n ? diag_code_name(f.diags.items[0].code) : "nothing",
				 f.diags.n ? f.diags.items[0].msg : "", cases[i].text);
		}
		if (f.r != (diag_code_is_error(cases[i].code) ? -EINVAL : 0)) {
			fail_msg("case %zu: result %d for:\n%s", i, f.r, cases[i].text);
		}
		if (cases[i].line && d->src.line != cases[i].line) {
			fail_msg("case %zu: line %u, not %u, for:\n%s", i, d->src.line,
				 cases[i].line, cases[i].text);
		}
		assert_string_equal(d->src.file, "t.yaml");
		done(&f);
	}
}
#define CHECK_CODES(cases) check_codes(cases, HTR_ARRAY_LEN(cases))

static void not_yaml(void **state)
{
	static const struct code_case cases[] = {
		{ "- rule: a: b\n", DIAG_ERR_YAML_PARSE, 1 },
		{ "- rule: 'x\n", DIAG_ERR_YAML_PARSE, 0 },
		{ RULE "  tags: [a\n", DIAG_ERR_YAML_PARSE, 0 },
	};
	CHECK_CODES(cases);
}

static void wrong_shape(void **state)
{
	static const struct code_case cases[] = {
		{ "rule: R\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "plain text\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- just text\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ RULE "- [a, b]\n", DIAG_ERR_YAML_VALIDATE, 6 },
		{ "- rule:\n  condition: x\n", DIAG_ERR_YAML_VALIDATE, 0 },
		{ "- macro:\n  condition: x\n", DIAG_ERR_YAML_VALIDATE, 0 },
		{ "- list:\n  items: [x]\n", DIAG_ERR_YAML_VALIDATE, 0 },
		{ "- list: l\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- list: l\n  items: x\n", DIAG_ERR_YAML_VALIDATE, 2 },
		{ "- list: l\n  items: [[x]]\n", DIAG_ERR_YAML_VALIDATE, 2 },
		{ "- macro: m\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- macro: m\n  condition: [x]\n", DIAG_ERR_YAML_VALIDATE, 2 },
		{ "- rule: R\n  desc: d\n  condition: " OPEN "\n  priority: INFO\n",
		  DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- rule: R\n  desc: d\n  output: o\n  priority: INFO\n", DIAG_ERR_YAML_VALIDATE,
		  1 },
		{ "- rule: R\n  output: o\n  condition: " OPEN "\n  priority: INFO\n",
		  DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- rule: R\n  desc: d\n  output: o\n  condition: " OPEN "\n",
		  DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- rule: R\n  desc: d\n  output: o\n  condition: " OPEN "\n  priority: warn\n",
		  DIAG_ERR_YAML_VALIDATE, 5 },
		{ RULE "  tags: a\n", DIAG_ERR_YAML_VALIDATE, 6 },
		{ RULE "  enabled: maybe\n", DIAG_ERR_YAML_VALIDATE, 6 },
		{ RULE "  capture_duration: long\n", DIAG_ERR_YAML_VALIDATE, 6 },
		{ RULE "  exceptions: x\n", DIAG_ERR_YAML_VALIDATE, 6 },
		{ RULE "  exceptions:\n  - fields: [proc.name]\n", DIAG_ERR_YAML_VALIDATE, 7 },
		{ RULE "  exceptions:\n  - name: e\n", DIAG_ERR_YAML_VALIDATE, 7 },
		{ RULE "  exceptions:\n  - e\n", DIAG_ERR_YAML_VALIDATE, 7 },
		{ "- required_engine_version: latest\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- required_engine_version: 1.2\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- required_engine_version: [1]\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- required_engine_version: -1\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- required_plugin_versions: container\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- required_plugin_versions: [{name: container}]\n", DIAG_ERR_YAML_VALIDATE, 1 },
		{ "- required_plugin_versions: [{name: container, version: x}]\n",
		  DIAG_ERR_YAML_VALIDATE, 1 },
	};
	CHECK_CODES(cases);
}

static void wrong_content(void **state)
{
	static const struct code_case cases[] = {
		{ "- required_engine_version: 63\n", DIAG_ERR_VALIDATE, 1 },
		{ "- required_engine_version: 0.63.0\n", DIAG_ERR_VALIDATE, 1 },
		{ "- required_engine_version: 1.0.0\n", DIAG_ERR_VALIDATE, 1 },
		{ "- required_plugin_versions: [{name: json, version: 0.1.0}]\n", DIAG_ERR_VALIDATE,
		  1 },
		{ "- required_plugin_versions: [{name: container, version: 1.0.0}]\n",
		  DIAG_ERR_VALIDATE, 1 },
		{ RULE "- rule: R\n  append: true\n  output: x\n", DIAG_ERR_VALIDATE, 6 },
		{ "- rule: N\n  append: true\n  condition: x\n", DIAG_ERR_VALIDATE, 1 },
		{ "- macro: n\n  append: true\n  condition: x\n", DIAG_ERR_VALIDATE, 1 },
		{ "- list: n\n  append: true\n  items: [x]\n", DIAG_ERR_VALIDATE, 1 },
		{ "- list: n\n  override: {items: append}\n  items: [x]\n", DIAG_ERR_VALIDATE, 1 },
		{ "- rule: N\n  enabled: false\n", DIAG_ERR_VALIDATE, 1 },
		{ RULE_OF("nothing_known"), DIAG_ERR_VALIDATE, 3 },
		{ "- macro: a\n  condition: b\n- macro: b\n  condition: " OPEN "\n" RULE_OF("a"),
		  DIAG_ERR_VALIDATE, 2 },
		/* the appended part names a macro that is not there */
		{ "- macro: a\n  condition: " OPEN
		  "\n- macro: a\n  append: true\n  condition: and b\n",
		  DIAG_ERR_VALIDATE, 5 },
		/* defined again, a sees b; b sees a: a circle */
		{ "- macro: a\n  condition: " OPEN "\n- macro: b\n  condition: a\n"
		  "- macro: a\n  condition: b\n" RULE_OF("b"),
		  DIAG_ERR_VALIDATE, 0 },
		{ "- macro: a\n  condition: a\n", DIAG_ERR_VALIDATE, 2 },
		{ RULE "  exceptions: [{name: e, fields: [proc.nam]}]\n", DIAG_ERR_VALIDATE, 6 },
		{ RULE "  exceptions: [{name: e, fields: proc.nam}]\n", DIAG_ERR_VALIDATE, 6 },
		{ RULE "  exceptions: [{name: e, fields: [proc.name], comps: [like]}]\n",
		  DIAG_ERR_VALIDATE, 6 },
		{ RULE "  exceptions: [{name: e, fields: [proc.name], comps: ['=', '=']}]\n",
		  DIAG_ERR_VALIDATE, 6 },
		{ RULE "  exceptions: [{name: e, fields: proc.name, comps: ['in']}]\n",
		  DIAG_ERR_VALIDATE, 6 },
		{ RULE "  exceptions: [{name: e, fields: proc.name, comps: '='}]\n",
		  DIAG_ERR_VALIDATE, 6 },
		{ RULE "  exceptions: [{name: e, fields: [proc.name, fd.name], values: [[a]]}]\n",
		  DIAG_ERR_VALIDATE, 6 },
		{ RULE "  exceptions: [{name: e, fields: proc.name, values: [[a]]}]\n",
		  DIAG_ERR_VALIDATE, 6 },
		{ RULE "- rule: R\n  append: true\n  exceptions: [{name: e, values: [[a]]}]\n",
		  DIAG_ERR_VALIDATE, 8 },
		{ RULE "  exceptions: [{name: e, fields: [proc.name]}]\n"
		       "- rule: R\n  append: true\n"
		       "  exceptions: [{name: e, fields: [proc.name], values: [[a]]}]\n",
		  DIAG_ERR_VALIDATE, 9 },
	};
	CHECK_CODES(cases);
}

static void overrides_must_agree(void **state)
{
	static const struct code_case cases[] = {
		{ RULE
		  "- rule: R\n  condition: and x\n  output: y\n  override: {condition: append}\n",
		  DIAG_ERR_YAML_VALIDATE, 8 },
		{ RULE "- rule: R\n  override: {condition: append}\n", DIAG_ERR_YAML_VALIDATE, 6 },
		{ RULE "- rule: R\n  priority: INFO\n  override: {priority: append}\n",
		  DIAG_ERR_YAML_VALIDATE, 8 },
		{ RULE "- rule: R\n  condition: x\n  override: {condition: prepend}\n",
		  DIAG_ERR_YAML_VALIDATE, 8 },
		{ RULE "- rule: R\n  condition: x\n  override: {nothing: append}\n",
		  DIAG_ERR_YAML_VALIDATE, 8 },
		{ RULE "- rule: R\n  condition: x\n  override: [condition]\n",
		  DIAG_ERR_YAML_VALIDATE, 8 },
		{ RULE
		  "- rule: R\n  condition: x\n  append: true\n  override: {condition: append}\n",
		  DIAG_ERR_YAML_VALIDATE, 8 },
	};
	CHECK_CODES(cases);
}

static void bad_conditions_and_outputs(void **state)
{
	static const struct code_case cases[] = {
		{ RULE_OF("proc.name ="), DIAG_ERR_COMPILE_CONDITION, 3 },
		{ RULE_OF("(" OPEN), DIAG_ERR_COMPILE_CONDITION, 3 },
		{ RULE_OF("proc.nam = x"), DIAG_ERR_COMPILE_CONDITION, 3 },
		{ RULE_OF("evt.type = opne"), DIAG_ERR_COMPILE_CONDITION, 3 },
		{ RULE_OF("proc.name > 3"), DIAG_ERR_COMPILE_CONDITION, 3 },
		{ RULE "- rule: R\n  condition: and proc.name=\n  append: true\n",
		  DIAG_ERR_COMPILE_CONDITION, 7 },
		{ "- macro: m\n  condition: proc.name ==\n", DIAG_ERR_COMPILE_CONDITION, 2 },
		{ "- list: l\n  items: [a, b]\n" RULE_OF("proc.name = l"),
		  DIAG_ERR_COMPILE_CONDITION, 5 },
		{ "- rule: R\n  desc: d\n  condition: " OPEN "\n  output: '%proc.nam'\n"
		  "  priority: INFO\n",
		  DIAG_ERR_COMPILE_OUTPUT, 4 },
		{ "- rule: R\n  desc: d\n  condition: " OPEN
		  "\n  output: '100%'\n  priority: INFO\n",
		  DIAG_ERR_COMPILE_OUTPUT, 4 },
		{ "- rule: R\n  desc: d\n  condition: " OPEN
		  "\n  output: 'a %% b'\n  priority: INFO\n",
		  DIAG_ERR_COMPILE_OUTPUT, 4 },
	};
	CHECK_CODES(cases);
}

static void warnings(void **state)
{
	static const struct code_case cases[] = {
		{ "- thing: x\n", DIAG_UNKNOWN_ITEM, 1 },
		{ RULE "  nonsense: x\n", DIAG_UNKNOWN_KEY, 6 },
		{ RULE "  priority: ERROR\n", DIAG_UNKNOWN_KEY, 6 },
		{ "- macro: m-1\n  condition: " OPEN "\n", DIAG_INVALID_MACRO_NAME, 1 },
		{ "- list: a b\n  items: [x]\n", DIAG_INVALID_LIST_NAME, 1 },
		{ "- macro: m\n  condition: " OPEN "\n", DIAG_UNUSED_MACRO, 1 },
		{ "- list: l\n  items: [x]\n", DIAG_UNUSED_LIST, 1 },
		{ RULE_OF("proc.name=x"), DIAG_NO_EVTTYPE, 3 },
		{ RULE_OF("evt.type=open and evt.type=close"), DIAG_NO_EVTTYPE, 3 },
		{ RULE "- rule: R\n  condition: and proc.name=x\n  append: true\n",
		  DIAG_DEPRECATED_ITEM, 8 },
		{ RULE "- rule: R\n  enabled: false\n", DIAG_DEPRECATED_ITEM, 7 },
		{ "- rule: R\n  desc: d\n  condition: " OPEN "\n  output: x %container.info\n"
		  "  priority: INFO\n",
		  DIAG_DEPRECATED_ITEM, 4 },
		{ RULE "  source: k8s_audit\n", DIAG_UNKNOWN_SOURCE, 6 },
		{ RULE "  source: k8s_audit\n  exceptions: [{name: e, fields: [ka.verb]}]\n",
		  DIAG_UNKNOWN_SOURCE, 6 },
		{ RULE "  source: other\n- rule: R\n  append: true\n  condition: and x.y=1\n",
		  DIAG_UNKNOWN_SOURCE, 6 },
		{ RULE_OF("proc.nam=x") "  skip-if-unknown-filter: true\n", DIAG_UNKNOWN_FILTER,
		  3 },
		{ RULE_OF("evt.type=opne") "  skip-if-unknown-filter: true\n", DIAG_UNKNOWN_FILTER,
		  3 },
		{ "- rule: R\n  desc: d\n  condition: " OPEN "\n  output: '%proc.nam'\n"
		  "  priority: INFO\n  skip-if-unknown-filter: true\n",
		  DIAG_UNKNOWN_FILTER, 4 },
		{ RULE
		  "  exceptions: [{name: e, fields: [fd.name]}, {name: e, fields: [fd.num]}]\n",
		  DIAG_EXCEPTION_NAME_NOT_UNIQUE, 6 },
		{ RULE_OF(OPEN " and proc.name = proc.pname"), DIAG_COMPILE_CONDITION, 3 },
		{ RULE_OF(OPEN " and proc.name in (a, proc.pname)"), DIAG_COMPILE_CONDITION, 3 },
		{ RULE_OF(OPEN " and fd.name regex /etc/passwd"), DIAG_COMPILE_CONDITION, 3 },
		{ RULE_OF(OPEN " and fd.name regex '.*shadow.*'"), DIAG_COMPILE_CONDITION, 3 },
		{ "- macro: m\n  condition: fd.name regex \"/etc/.*\"\n", DIAG_COMPILE_CONDITION,
		  2 },
		{ "- list: l\n  items: [x]\n- list: l\n  items: []\n  append: true\n",
		  DIAG_APPEND_NO_VALUES, 4 },
		{ RULE "  exceptions: [{name: e, fields: [fd.name]}]\n"
		       "- rule: R\n  append: true\n  exceptions: [{name: e}]\n",
		  DIAG_APPEND_NO_VALUES, 9 },
	};
	CHECK_CODES(cases);
}

static void redefinition_with_another_source(void **state)
{
	struct fixture f;

	load(&f, RULE RULE "  source: other\n");
	assert_non_null(find(&f, DIAG_ERR_VALIDATE));
	done(&f);
}

static void several_errors_are_found_at_once(void **state)
{
	struct fixture f;

	load(&f, "- rule: A\n  priority: loud\n- list: l\n- macro: m\n  condition: x =\n" RULE_OF(
			 "proc.nam=1"));
	assert_int_equal(f.diags.n_errors, 4);
	done(&f);
}

static void garbage_is_counted_not_kept(void **state)
{
	struct htr_buf text = { 0 };
	struct fixture f;

	for (int i = 0; i < 1000; i++) {
		htr_buf_adds(&text, "- x\n");
	}
	load(&f, htr_buf_str(&text));
	assert_int_equal(f.diags.n_errors, 1000);
	assert_int_equal(f.diags.n, DIAGS_MAX);
	done(&f);
	htr_buf_fini(&text);
}

static void messages_point_at_the_place(void **state)
{
	struct fixture f;
	struct htr_buf text = { 0 };

	load(&f, RULE_OF("evt.type=openat and proc.nam=x"));
	diag_print(&text, &f.diags.items[0]);
	const char *s = htr_buf_str(&text);
	assert_non_null(strstr(s, "t.yaml:3:14: error: "));
	assert_non_null(strstr(s, "(rule 'R') [LOAD_ERR_COMPILE_CONDITION]\n"));
	assert_non_null(strstr(s, "evt.type=openat and proc.nam=x\n"));
	assert_non_null(strstr(s, "                    ^"));
	assert_non_null(strstr(s, "proc.name"));
	htr_buf_fini(&text);
	done(&f);
}

static void names_from_the_file_are_escaped(void **state)
{
	struct fixture f;
	struct htr_buf text = { 0 };

	load(&f, "- rule: \"a\\e[2Jb\"\n  condition: x\n");
	diag_print(&text, &f.diags.items[0]);
	assert_null(strchr(htr_buf_str(&text), '\033'));
	assert_non_null(strstr(htr_buf_str(&text), "a\\e[2Jb"));
	htr_buf_fini(&text);
	done(&f);
}

/* ---- what is accepted ------------------------------------------------------------------------------------- */

static void accepted(void **state)
{
	static const char *const texts[] = {
		"",
		"---\n",
		"-\n-\n",
		"- required_engine_version: 8\n- required_engine_version: 0.62.0\n",
		"- required_engine_version: 0.57.0\n",
		"- required_plugin_versions:\n  - name: container\n    version: 0.4.0\n",
		"- required_plugin_versions:\n  - name: json\n    version: 0.4.0\n    alternatives:\n"
		"    - name: container\n      version: 0.2.3\n",
		RULE "---\n" RULE,
		RULE "  tags: [a, b, a]\n  enabled: no\n  capture: yes\n  capture_duration: 500\n",
		"- rule: R\n  desc:\n  condition: " OPEN
		"\n  output: o\n  priority: Informational\n",
		RULE_OF("proc.name=x") "  warn_evttypes: false\n",
		RULE_OF("evt.type = openat and not not (fd.name in ())"),
		"- list: l\n  items: []\n" RULE_OF(OPEN " and proc.name in (l)"),
		/* nothing to advise against */
		RULE_OF(OPEN " and proc.name = val(proc.pname) and fd.name regex '/etc/[a-z]+' and "
			     "fd.name != '' and proc.name in (a) and proc.pname exists"),
		/* a list may be used before it is defined, a rule sees later macros */
		RULE_OF(OPEN
			" and m and proc.name in (l)") "- list: l\n  items: [x]\n- macro: m\n  condition: evt.num>0\n",
	};
	for (size_t i = 0; i < HTR_ARRAY_LEN(texts); i++) {
		struct fixture f;
		load(&f, texts[i]);
		if (f.r < 0 || find(&f, DIAG_NO_EVTTYPE) || find(&f, DIAG_COMPILE_CONDITION)) {
			fail_msg("case %zu: %s: %s", i, f.diags.items[0].msg, texts[i]);
		}
		done(&f);
	}
}

static const struct rule_def *rule(const struct fixture *f, size_t i)
{
	assert_int_equal(f->r, 0);
	assert_true(i < f->rs->n_rules);
	return f->rs->rules[i];
}

static void append_joins_with_one_blank(void **state)
{
	struct fixture f;

	load(&f, RULE
	     "  tags: [a]\n"
	     "- rule: R\n  condition: and proc.name=x\n  output: more\n  desc: e\n  tags: [a, b]\n"
	     "  append: true\n");
	assert_string_equal(rule(&f, 0)->cond, OPEN " and proc.name=x");
	assert_string_equal(rule(&f, 0)->output, "o %proc.name more");
	assert_string_equal(rule(&f, 0)->desc, "d e");
	assert_int_equal(rule(&f, 0)->tags.n, 2);
	done(&f);
	load(&f, RULE
	     "- rule: R\n  condition: and proc.name=x\n  output: n\n  tags: [c]\n"
	     "  enabled: false\n  priority: ERROR\n"
	     "  override: {condition: append, output: replace, tags: replace, enabled: replace,"
	     " priority: replace}\n");
	assert_string_equal(rule(&f, 0)->cond, OPEN " and proc.name=x");
	assert_string_equal(rule(&f, 0)->output, "n");
	assert_int_equal(rule(&f, 0)->priority, PRIORITY_ERROR);
	assert_string_equal(rule(&f, 0)->tags.v[0], "c");
	assert_false(rule(&f, 0)->run);
	assert_int_equal(f.rs->n_disabled, 1);
	done(&f);
}

static void redefinition_keeps_its_place(void **state)
{
	struct fixture f;

	load(&f,
	     RULE "- rule: S\n  desc: d\n  condition: " OPEN "\n  output: o\n  priority: INFO\n"
		  "- rule: R\n  desc: new\n  condition: " OPEN "\n  output: o\n  priority: INFO\n");
	assert_int_equal(f.rs->n_rules, 2);
	assert_string_equal(rule(&f, 0)->name, "R");
	assert_string_equal(rule(&f, 0)->desc, "new");
	done(&f);
}

static void enabled_alone_switches(void **state)
{
	struct fixture f;

	load(&f, RULE "  enabled: false\n- rule: R\n  enabled: true\n");
	assert_true(rule(&f, 0)->run);
	done(&f);
	load(&f, RULE "- rule: R\n  enabled: false\n");
	assert_false(rule(&f, 0)->run);
	done(&f);
}

static void redefined_inner_macros_are_seen(void **state)
{
	struct fixture f;

	/* m names inner; inner is defined again later: m means the new one */
	load(&f, "- macro: inner\n  condition: evt.type=close\n- macro: m\n  condition: inner\n"
		 "- macro: inner\n  condition: " OPEN "\n" RULE_OF("m"));
	assert_int_equal(f.r, 0);
	assert_false(htr_filter_types(rule(&f, 0)->filter)->all);
	done(&f);
	/* an appended macro sees what stands before the append */
	load(&f, "- macro: m\n  condition: " OPEN "\n- macro: late\n  condition: evt.num>0\n"
		 "- macro: m\n  condition: and late\n  append: true\n" RULE_OF("m"));
	assert_int_equal(f.r, 0);
	done(&f);
}

static void macros_are_whole_conditions(void **state)
{
	struct fixture f;
	struct htr_buf text = { 0 };

	/* "m and x" must not become "a or (b and x)" */
	load(&f, "- macro: m\n  condition: evt.type=open or evt.type=openat\n" RULE_OF(
			 "m and proc.name=x"));
	htr_filter_text(rule(&f, 0)->filter, &text);
	assert_non_null(strstr(htr_buf_str(&text), ") and proc.name"));
	htr_buf_fini(&text);
	done(&f);
}

static void minimum_priority_drops(void **state)
{
	const char *text = RULE "- rule: S\n  desc: d\n  condition: " OPEN
				"\n  output: o\n  priority: ERROR\n";
	struct rules_opts opts = { PRIORITY_WARNING };
	struct diags diags = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	struct ruleset *rs = NULL;

	assert_int_equal(rules_load_text(&rs, "t", text, strlen(text), &opts, &diags, &err), 0);
	assert_int_equal(rs->n_run, 1);
	assert_int_equal(rs->n_dropped, 1);
	rules_free(rs);
	diags_fini(&diags);
}

static void unreadable_files_have_a_code(void **state)
{
	const char *files[] = { "/nonexistent/rules.yaml", "/" };
	struct rules_opts opts = { PRIORITY_DEBUG };
	struct diags diags = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	struct ruleset *rs = NULL;

	assert_int_equal(rules_load(&rs, files, 2, &opts, &diags, &err), -EINVAL);
	assert_int_equal(diags.n_errors, 2);
	assert_int_equal(diags.items[0].code, DIAG_ERR_FILE_READ);
	assert_int_equal(diags.items[1].code, DIAG_ERR_FILE_READ);
	diags_fini(&diags);
}

/* ---- exceptions ------------------------------------------------------------------------------------------- */

static void check_exception(const char *exceptions, const char *want)
{
	struct htr_buf text = { 0 };
	struct htr_err err = HTR_ERR_INIT;
	struct fixture f;
	const char *got;

	htr_buf_printf(&text, "%s  exceptions:\n%s", RULE, exceptions);
	load(&f, htr_buf_str(&text));
	if (f.r < 0) {
		fail_msg("%s\n%s", f.diags.items[0].msg, htr_buf_str(&text));
	}
	assert_int_equal(exceptions_condition(f.rs, rule(&f, 0), &got, &f.diags, &err), 0);
	assert_string_equal(got, want);
	done(&f);
	htr_buf_fini(&text);
}

static void exceptions_become_text(void **state)
{
	check_exception("  - {name: e, fields: [proc.name, fd.name]}\n", "(" OPEN ")");
	check_exception(
		"  - name: e\n    fields: [proc.name, fd.name]\n    values: [[a, b], [c, d e]]\n",
		"(" OPEN ") and not ((proc.name = a and fd.name = b) or "
		"(proc.name = c and fd.name = \"d e\"))");
	check_exception(
		"  - name: e\n    fields: [proc.name, fd.name]\n    comps: [in, startswith]\n"
		"    values: [[[a, b c], /etc]]\n",
		"(" OPEN ") and not ((proc.name in (a, \"b c\") and fd.name startswith /etc))");
	check_exception(
		"  - name: e\n    fields: [proc.name]\n    comps: [in]\n    values: [[(x)], [y]]\n",
		"(" OPEN ") and not ((proc.name in (x)) or (proc.name in (y)))");
	check_exception("  - name: e\n    fields: proc.name\n    values: [a, b c, '\"d\"']\n",
			"(" OPEN ") and not (proc.name in (a, \"b c\", \"d\"))");
	check_exception("  - name: e\n    fields: fd.name\n    comps: pmatch\n    values: [/a]\n"
			"  - name: f\n    fields: [proc.name]\n    values: [[x]]\n",
			"(" OPEN ") and not (fd.name pmatch (/a)) and not ((proc.name = x))");
	check_exception(
		"  - name: e\n    fields: fd.name\n    comps: startswith oneof\n    values: [/a]\n",
		"(" OPEN ") and not (fd.name startswith oneof (/a))");
}

static void exceptions_use_lists(void **state)
{
	struct fixture f;
	struct htr_buf text = { 0 };

	load(&f, "- list: l\n  items: [aa, bb]\n" RULE
		 "  exceptions: [{name: e, fields: [proc.name], comps: [in], values: [[l]]},\n"
		 "    {name: f, fields: proc.pname, values: [l, cc]}]\n");
	htr_filter_text(rule(&f, 0)->filter, &text);
	assert_null(find(&f, DIAG_UNUSED_LIST));
	assert_non_null(strstr(htr_buf_str(&text), "aa"));
	assert_non_null(strstr(htr_buf_str(&text), "cc"));
	htr_buf_fini(&text);
	done(&f);
}

static void exceptions_grow_by_append(void **state)
{
	struct fixture f;
	struct htr_err err = HTR_ERR_INIT;
	const char *got;

	load(&f,
	     RULE "  exceptions: [{name: e, fields: [proc.name]}]\n"
		  "- rule: R\n  exceptions: [{name: e, values: [[a]]}, {name: g, fields: fd.name,"
		  " values: [/x]}]\n  append: true\n"
		  "- rule: R\n  exceptions: [{name: e, values: [[b]]}]\n"
		  "  override: {exceptions: append}\n");
	assert_int_equal(exceptions_condition(f.rs, rule(&f, 0), &got, &f.diags, &err), 0);
	assert_string_equal(got, "(" OPEN ") and not ((proc.name = a) or (proc.name = b)) and not "
				 "(fd.name in (/x))");
	done(&f);
	load(&f, RULE "  exceptions: [{name: e, fields: [proc.name], values: [[a]]}]\n"
		      "- rule: R\n  exceptions: [{name: f, fields: [proc.name], values: [[b]]}]\n"
		      "  override: {exceptions: replace}\n");
	assert_int_equal(exceptions_condition(f.rs, rule(&f, 0), &got, &f.diags, &err), 0);
	assert_string_equal(got, "(" OPEN ") and not ((proc.name = b))");
	done(&f);
}

static void exception_bombs_are_refused(void **state)
{
	struct fixture f;
	struct htr_buf text = { 0 };

	htr_buf_adds(&text, "- list: a\n  items: &v [");
	for (int i = 0; i < 1000; i++) {
		htr_buf_adds(&text, "x,");
	}
	htr_buf_adds(&text, "x]\n" RULE "  exceptions:\n  - name: e\n    fields: [proc.name]\n"
			    "    comps: [in]\n    values: [");
	for (int i = 0; i < 1000; i++) {
		htr_buf_adds(&text, "[*v],");
	}
	htr_buf_adds(&text, "[*v]]\n");
	load(&f, htr_buf_str(&text));
	assert_int_equal(f.r, -EINVAL);
	assert_non_null(strstr(f.diags.items[0].msg, "exception values"));
	htr_buf_fini(&text);
	done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_yaml),
		cmocka_unit_test(wrong_shape),
		cmocka_unit_test(wrong_content),
		cmocka_unit_test(overrides_must_agree),
		cmocka_unit_test(bad_conditions_and_outputs),
		cmocka_unit_test(warnings),
		cmocka_unit_test(redefinition_with_another_source),
		cmocka_unit_test(several_errors_are_found_at_once),
		cmocka_unit_test(garbage_is_counted_not_kept),
		cmocka_unit_test(messages_point_at_the_place),
		cmocka_unit_test(names_from_the_file_are_escaped),
		cmocka_unit_test(accepted),
		cmocka_unit_test(append_joins_with_one_blank),
		cmocka_unit_test(redefinition_keeps_its_place),
		cmocka_unit_test(enabled_alone_switches),
		cmocka_unit_test(redefined_inner_macros_are_seen),
		cmocka_unit_test(macros_are_whole_conditions),
		cmocka_unit_test(minimum_priority_drops),
		cmocka_unit_test(unreadable_files_have_a_code),
		cmocka_unit_test(exceptions_become_text),
		cmocka_unit_test(exceptions_use_lists),
		cmocka_unit_test(exceptions_grow_by_append),
		cmocka_unit_test(exception_bombs_are_refused),
	};
	return cmocka_run_group_tests_name("replay/loader", tests, NULL, NULL);
}
