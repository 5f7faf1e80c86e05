/* SPDX-License-Identifier: Apache-2.0
 *
 * load_version.c - required_engine_version and required_plugin_versions.
 */
#include "replay/rules/load.h"

#include <stdlib.h>
#include <string.h>

#include "formats/core/cleanup.h"
#include "formats/core/str.h"

static const struct item_key ENGINE_KEYS[] = { { "required_engine_version", 0, KEY_FIXED } };
static const struct item_key PLUGIN_KEYS[] = { { "required_plugin_versions", 0, KEY_FIXED } };

/* Plugins whose fields are built in here: upstream asks for the container plugin. */
static const struct {
	const char *name;
	unsigned version[3];
} BUILT_IN_PLUGINS[] = {
	{ "container", { 0, 6, 0 } },
};

static bool parse_semver(const char *s, unsigned v[3])
{
	for (int i = 0; i < 3; i++) {
		char *end;
		if (*s < '0' || *s > '9') {
			return false;
		}
		unsigned long n = strtoul(s, &end, 10);
		if (n > UINT32_MAX) {
			return false;
		}
		v[i] = (unsigned)n;
		s = end;
		if (i < 2 && *s++ != '.') {
			return false;
		}
	}
	/* a pre-release or build suffix does not change the order that matters here */
	return *s == '\0' || *s == '-' || *s == '+';
}

static int compare_version(const unsigned a[3], const unsigned b[3])
{
	for (int i = 0; i < 3; i++) {
		if (a[i] != b[i]) {
			return a[i] < b[i] ? -1 : 1;
		}
	}
	return 0;
}

int load_engine_version(struct loader *ld, const struct yaml_node *item)
{
	static const unsigned ours[3] = { RULES_ENGINE_MAJOR, RULES_ENGINE_MINOR,
					  RULES_ENGINE_PATCH };
	const struct yaml_node *v = yaml_get(item, "required_engine_version");
	unsigned want[3] = { 0, 0, 0 };
	uint64_t minor;

	load_keys(ld, item, ENGINE_KEYS, HTR_ARRAY_LEN(ENGINE_KEYS));
	if (yaml_is_text(v) && htr_str_to_u64(v->text, &minor) == 0 && minor <= UINT32_MAX) {
		want[1] = (unsigned)minor;
	} else if (!yaml_is_text(v) || !parse_semver(v->text, want)) {
		return load_fail(ld, v, DIAG_ERR_YAML_VALIDATE,
				 "required_engine_version must be a number or like 0.57.0");
	}
	if (compare_version(want, ours) > 0) {
		return load_fail(ld, v, DIAG_ERR_VALIDATE,
				 "the rules need engine version %u.%u.%u, this one is %u.%u.%u",
				 want[0], want[1], want[2], ours[0], ours[1], ours[2]);
	}
	return 0;
}

static int plugin_version(struct loader *ld, const struct yaml_node *entry, bool *ret_satisfied)
{
	const char *name = NULL, *version = NULL;
	unsigned want[3];

	if (entry->kind != YAML_MAP) {
		return load_fail(ld, entry, DIAG_ERR_YAML_VALIDATE,
				 "a required plugin must be a mapping with name and version");
	}
	int r = load_text(ld, entry, "name", true, &name);
	if (r == 0) {
		r = load_text(ld, entry, "version", true, &version);
	}
	if (r < 0) {
		return r;
	}
	if (!parse_semver(version, want)) {
		return load_fail(ld, yaml_get(entry, "version"), DIAG_ERR_YAML_VALIDATE,
				 "version of plugin '%.*s' must be like 0.4.0", LOAD_NAME_SHOWN,
				 name);
	}
	for (size_t i = 0; i < HTR_ARRAY_LEN(BUILT_IN_PLUGINS); i++) {
		const unsigned *have = BUILT_IN_PLUGINS[i].version;
		if (strcmp(name, BUILT_IN_PLUGINS[i].name) == 0 && want[0] == have[0] &&
		    compare_version(want, have) <= 0) {
			*ret_satisfied = true;
		}
	}
	return 0;
}

static int plugin_requirement(struct loader *ld, const struct yaml_node *entry)
{
	bool satisfied = false;

	int r = plugin_version(ld, entry, &satisfied);
	if (r < 0) {
		return r;
	}
	const struct yaml_node *alt = yaml_get(entry, "alternatives");
	if (alt && alt->kind != YAML_SEQ) {
		return load_fail(ld, alt, DIAG_ERR_YAML_VALIDATE,
				 "'alternatives' must be a sequence");
	}
	for (size_t i = 0; alt && i < alt->n; i++) {
		r = plugin_version(ld, alt->items[i], &satisfied);
		if (r < 0) {
			return r;
		}
	}
	if (!satisfied) {
		return load_fail(ld, entry, DIAG_ERR_VALIDATE,
				 "plugin '%.*s' %.40s (or an alternative) is required; only the "
				 "fields of 'container' are built in",
				 LOAD_NAME_SHOWN, yaml_get(entry, "name")->text,
				 yaml_get(entry, "version")->text);
	}
	return 0;
}

int load_plugin_versions(struct loader *ld, const struct yaml_node *item)
{
	const struct yaml_node *v = yaml_get(item, "required_plugin_versions");

	load_keys(ld, item, PLUGIN_KEYS, HTR_ARRAY_LEN(PLUGIN_KEYS));
	if (v->kind != YAML_SEQ) {
		return load_fail(ld, v, DIAG_ERR_YAML_VALIDATE,
				 "required_plugin_versions must be a sequence");
	}
	for (size_t i = 0; i < v->n; i++) {
		int r = plugin_requirement(ld, v->items[i]);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}
