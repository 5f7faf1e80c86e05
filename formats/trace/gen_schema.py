#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""FileDescriptorSet (from protoc --descriptor_set_out) into a C array. usage: gen_schema.py IN OUT.c"""
import sys

data = open(sys.argv[1], 'rb').read()
with open(sys.argv[2], 'w') as out:
    out.write('/* generated from holter_trace.proto */\n#include "formats/trace/schema.h"\n\n')
    out.write('const uint8_t htr_schema[] = {\n')
    for i in range(0, len(data), 16):
        out.write('\t' + ' '.join('0x%02x,' % b for b in data[i:i + 16]) + '\n')
    out.write('};\nconst size_t htr_schema_len = sizeof(htr_schema);\n')
