"""Every law that Tamis is built on has a test that names it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAWS = (
    "Fresh",
    "Exact",
    "Once",
    "By hand wins",
    "Nothing leaks",
    "One meaning",
    "Not is not",
    "Text",
    "Fail closed",
)


@pytest.mark.parametrize("law", LAWS)
def test_a_law_has_a_test_that_names_it(law: str) -> None:
    assert [path for path in (ROOT / "tests").rglob("test_*.py") if f"§ {law}" in path.read_text(encoding="utf-8")]
