/* SPDX-License-Identifier: Apache-2.0
 *
 * schema.h - the FileDescriptorSet of holter_trace.proto, generated at build time; every header carries
 * it, so that a file can be read without this source tree.
 */
#ifndef HTR_TRACE_SCHEMA_H
#define HTR_TRACE_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t htr_schema[];
extern const size_t htr_schema_len;

#endif
