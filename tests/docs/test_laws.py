"""Every law of the glossary has a test that names it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAWS = re.findall(r"^\| § ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("law", LAWS)
def test_a_law_has_a_test_that_names_it(law: str) -> None:
    assert [path for path in (ROOT / "tests").rglob("test_*.py") if f"§ {law}" in path.read_text(encoding="utf-8")]


def test_the_glossary_lists_the_laws() -> None:
    assert len(LAWS) > 8
