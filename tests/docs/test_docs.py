"""The docs say what the code does."""

import re
from pathlib import Path

import pytest

from tamis.rules.operators import OPERATORS
from tamis.settings import settings_table

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
KINDS = ("text", "choice", "choices", "number", "date", "datetime", "boolean")


def test_the_table_of_operators_is_that_of_the_code() -> None:
    rows = [line for line in (ROOT / "docs/rules.md").read_text().splitlines() if line.startswith("| `")]
    assert rows == [
        "| `{}` | {} | {} | {} | {} | {} |".format(
            operator.name,
            " ".join(f"`{alias}`" for alias in operator.aliases),
            ", ".join(kind for kind in KINDS if kind in operator.kinds) or "no field",
            operator.takes,
            operator.phrase.format("…", "…"),
            "yes" if operator.holds_when_missing else "no",
        )
        for operator in OPERATORS
    ]


def test_the_table_of_settings_is_that_of_the_code() -> None:
    """`python -m tamis.settings` prints its rows."""
    page = (ROOT / "docs/settings.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("| `TAMIS_")] == settings_table().splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_direct_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs/dependencies.md").read_text()
    for file in ("runtime.in", "dev.in"):
        for line in (ROOT / "requirements" / file).read_text().splitlines():
            name = re.match(r"\w[\w-]*", line)
            if name:
                assert re.search(rf"^\| [^|]*\b{name[0]}\b", reasons, re.MULTILINE), name[0]


def test_every_module_or_function_that_is_long_has_its_reason() -> None:
    reasons = "".join(page.read_text() for page in (ROOT / "docs/decisions").glob("*.md"))
    for module in (ROOT / "src").rglob("*.py"):
        if len(module.read_text().splitlines()) > 300:
            assert str(module.relative_to(ROOT / "src")) in reasons, module
