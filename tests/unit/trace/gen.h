/* SPDX-License-Identifier: Apache-2.0
 *
 * gen.h - endless reproducible events for tests of the trace layer: `wild` ones with extreme values, and
 * `usual` ones that look like what programs do (sizes and rates of the benches rest on these).
 */
#ifndef HTR_TESTS_TRACE_GEN_H
#define HTR_TESTS_TRACE_GEN_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/model/event.h"
#include "formats/model/facts.h"

#define GEN_BYTES (256u << 10)

struct gen {
	uint64_t state; /* of the random numbers */
	bool wild;
	uint64_t n; /* events made */
	uint64_t seq;
	uint64_t time_ns;
	uint64_t last_arg[8];
	struct htr_event ev;
	struct htr_val vals[HTR_VALS_MAX];
	uint8_t bytes[GEN_BYTES]; /* behind the values of ev */
	uint32_t used;
	uint32_t files[8][16]; /* usual: which file is behind each descriptor of each process */
	uint64_t pos[8][16];
};

/* gen_init - the same seed gives the same events. The struct is large: not on the stack. */
void gen_init(struct gen *g, uint64_t seed, bool wild);

/* gen_next - borrowed until the next call. ev->seq is what the writer must give it. */
const struct htr_event *gen_next(struct gen *g);

uint64_t gen_random(struct gen *g);

/* gen_facts - facts of a made-up host; static memory. */
struct htr_facts gen_facts(uint32_t time_unit_ns);

/*
 * gen_stored - what a reader must give for ev: times rounded down to the unit, end never before *last_end
 *
 * @last_end: in units; 0 at first, updated
 */
void gen_stored(struct htr_event *ev, uint32_t unit_ns, uint64_t *last_end);

/* gen_same - equal in all fields? Otherwise the name of one that differs is written to *why. */
bool gen_same(const struct htr_event *a, const struct htr_event *b, const char **why);

#endif
