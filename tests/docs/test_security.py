"""docs/security.md has each requirement of ASVS 5.0 level 2 once, and names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3
11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
"""How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; in each they are its first ones."""
REQUIRED = [
    f"{section}.{number}"
    for section, count in (entry.split(":") for entry in SECTIONS.split())
    for number in range(1, int(count) + 1)
]
_ROW = r"^\| V([\d.]+)(?: to V?([\d.]+))? \| (.+?) \| (met|operator|not yet|n/a) \| (.+) \|$"
ROWS = re.findall(_ROW, PAGE, re.MULTILINE)
TESTS = sorted(set(re.findall(r"`([\w/]+)::(\w+|\*)`", PAGE)))


def test_each_requirement_is_in_the_table_once_and_in_order() -> None:
    assert len(REQUIRED) == 253
    reported = []
    for first, last, *_ in ROWS:
        begin = REQUIRED.index(first)
        end = REQUIRED.index(last if "." in last else f"{first.rpartition('.')[0]}.{last}") if last else begin
        reported += REQUIRED[begin : end + 1]
    assert reported == REQUIRED
    assert len(ROWS) == len(re.findall(r"^\| V\d", PAGE, re.MULTILINE)), "each row has one of the four answers"


def test_each_met_requirement_names_a_test() -> None:
    assert [first for first, _, _, state, how in ROWS if state == "met" and "::" not in how] == []


def test_named_tests_exist() -> None:
    texts = {file: (ROOT / "tests" / f"{file}.py").read_text() for file, _ in TESTS}
    assert [f"{file}::{name}" for file, name in TESTS if name != "*" and f"def test_{name}(" not in texts[file]] == []
