"""WCAG 2.2 AA as far as it can be checked automatically: axe-core on every page, light and dark, wide and small."""

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page

from tests.console.conftest import sign_in, window_of
from tests.console.test_injection import WIDER
from tests.support.console import new_console_account
from tests.support.console_routes import pages_of
from tests.support.effort import ALL
from tests.support.full_account import create_full_account
from tests.support.process import Server

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
EMAIL = "everybody@example.org"
LOOKS: tuple[tuple[int, Literal["light", "dark"], list[str]], ...] = (
    (1440, "light", []),
    (1440, "dark", ["color-contrast"]),
    (
        380,
        "dark",
        ["color-contrast", "target-size", "scrollable-region-focusable", "label", "button-name", "link-name"],
    ),
)
"""How pages are looked at: as wide as that, in which colours, and for which rules; for all if none is named.
In `make test` each page is looked at in the next of WHOLE."""
WHOLE: Iterator[tuple[int, Literal["light", "dark"], list[str]]] = cycle([(1440, "light", []), (380, "dark", [])])
"""Looks in turn, each for all rules."""
RUN = """async (only) => (await axe.run(document,
        only.length ? { runOnly: only } : { rules: { "target-size": { enabled: true } } })).violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => [found.id, found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + node.failureSummary)])"""


def test_axe_finds_nothing_serious_on_any_page(chromium: Browser, server: Server, tmp_path: Path) -> None:
    new_console_account(server.data, server.address, EMAIL)
    ids = create_full_account(server.data, EMAIL, "Everyday").ids
    found: dict[str, Any] = {}
    with window_of(chromium, server.address) as window:
        page = window.new_page()
        page.goto("/sign-in")
        check_page(page, "/sign-in", found)
        sign_in(page, EMAIL)
        seen = 0
        for path in (*pages_of(tmp_path / "data", ids, page), "/segments/987654"):
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(path)
            if page.title():  # pieces of pages are looked at within theirs
                page.locator(".htmx-request").wait_for(state="detached")
                check_page(page, path, found)
                seen += 1
    assert not found, json.dumps(found, indent=1)
    assert seen > 12


def check_page(page: Page, path: str, found: dict[str, Any]) -> None:
    """Run axe on a page, which differs between its looks in colours and in what is where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width, scheme, rules in LOOKS if ALL else (next(WHOLE),):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if violations := page.evaluate(RUN, rules):
            found[f"{path} {width} {scheme}"] = violations
        if wider := page.evaluate(WIDER):
            found[f"{path} {width} wider"] = wider
