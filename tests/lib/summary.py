#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Count meson's JUnit logs and hold skips against the list of allowed ones.

usage: summary.py ALLOWED_SKIPS JUNIT.xml...
Last line: "N passed, N failed, N skipped". Exit 1 when something failed or skipped without leave.
"""
import re
import sys
import xml.etree.ElementTree as ET


def allowed_skips(path):
    with open(path, encoding='utf-8') as f:
        return [re.compile(line.strip()) for line in f
                if line.strip() and not line.startswith('#')]


def main():
    allowed = allowed_skips(sys.argv[1])
    passed = failed = skipped = 0
    for path in sys.argv[2:]:
        for suite in ET.parse(path).getroot().iter('testsuite'):
            for case in suite.iter('testcase'):
                name = f"{suite.get('name')}: {case.get('name')}"
                if case.find('failure') is not None or case.find('error') is not None:
                    failed += 1
                    print('FAILED ', name)
                elif case.find('skipped') is not None:
                    skipped += 1
                    print('skipped', name)
                    if not any(a.search(name) for a in allowed):
                        failed += 1
                        print('FAILED  a skip that tests/skips.allowed does not name:', name)
                else:
                    passed += 1
    if not passed:
        failed += 1
        print('FAILED  no test ran')
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    sys.exit(failed != 0)


main()
