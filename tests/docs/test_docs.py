"""The docs say what the code does."""

import re
from pathlib import Path

import pytest

from tests.docs import generated

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT, ROOT / "src/tamis", ROOT / "src/tamis/web/console")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", generated.PAGES)
def test_docs_repeat_the_code_correctly(name: str) -> None:
    page = (ROOT / "docs" / name).read_text()
    assert page == generated.PAGES[name](page), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_have_targets(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text()):
        if not target.startswith("http"):
            linked = page.parent / target if target else page
            assert linked.exists(), target
            assert not anchor or anchor in _anchors(linked), f"{target}#{anchor}"


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_that_a_page_names_exist(page: Path) -> None:
    for name in re.findall(r"`((?:[\w*-]+/)+[\w*-]+\.(?:py|sql|lark|js))`", page.read_text()):
        assert any(next(folder.glob(name), None) for folder in FOLDERS), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_functions_that_a_page_names_are_in_their_modules(page: Path) -> None:
    for name, module in re.findall(r"`(\w+)`\s+in\s+`((?:\w+/)+\w+\.py)`", page.read_text()):
        found = next(path for folder in FOLDERS for path in folder.glob(module))
        assert re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", found.read_text(), re.MULTILINE), (name, module)


def test_every_direct_dependency_has_a_reason() -> None:
    reasons = (ROOT / "docs/dependencies.md").read_text()
    for file in ("runtime.in", "dev.in"):
        for line in (ROOT / "requirements" / file).read_text().splitlines():
            name = re.match(r"\w[\w-]*", line)
            if name:
                assert re.search(rf"^\| [^|]*\b{name[0]}\b", reasons, re.MULTILINE), name[0]


def test_every_long_module_or_function_has_a_reason() -> None:
    reasons = "".join(page.read_text() for page in (ROOT / "docs/decisions").glob("*.md"))
    for module in (ROOT / "src").rglob("*.py"):
        if len(module.read_text().splitlines()) > 300:
            assert str(module.relative_to(ROOT / "src")) in reasons, module
