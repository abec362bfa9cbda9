"""Segments in Chromium: by pointer on a wide screen, by keyboard alone on a small one."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.users import Person, fresh


@pytest.fixture(scope="module")
def segment(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> int:
    """A segment of 60 people, next to one that has some of them."""
    name = fresh("Guests")
    owner.tamis("type", "create", name)
    file = tmp_path_factory.mktemp("guests") / "people.csv"
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["email", "age"])
        rows.writerows([f"guest{n}@example.org", str(n)] for n in range(70))
    owner.tamis("import", file, "--type", name, "--create-fields")
    made: int = owner.tamis("segment", "create", fresh("Grown"), "--type", name, "--where", "age >= 10")["id"]
    owner.tamis("segment", "create", fresh("Old"), "--type", name, "--where", "age >= 50")
    return made


def test_a_segment_is_found_viewed_and_edited(page: Page, owner: Person, segment: int, tmp_path: Path) -> None:
    name = owner.segment(segment)["segment_name"]
    page.goto("/segments")
    page.get_by_label("Search segments").press_sequentially(name)
    expect(page).to_have_url(re.compile(r"q="))
    expect(page.locator("#segments tbody tr")).to_have_count(1)
    page.get_by_role("link", name=name, exact=True).click()
    page.go_back()
    expect(page.locator("#segments tbody tr")).to_have_count(1)
    page.get_by_role("link", name=name, exact=True).click()
    count = page.locator("#count")
    expect(count).to_have_text("60")
    owner.add(segment, "other.tab@example.net")  # somebody else, meanwhile: the figure follows by itself
    expect(count).to_have_text("61")

    page.get_by_role("link", name="Members", exact=True).click()
    page.get_by_label("Search members").press_sequentially("guest1")
    expect(page.locator("#members tbody tr")).to_have_count(10)
    assert "guest1" not in page.url
    page.get_by_label("Search members").fill("guest")
    expect(page.locator("#members .found")).to_contain_text("60 members match")
    page.get_by_label("Search members").fill("guest1")
    expect(page.locator("#members .found")).to_contain_text("10 members match")
    page.get_by_role("button", name="Why is guest12@example.org in this segment?").click()
    dialog = page.get_by_role("dialog", name="Why")
    expect(dialog).to_contain_text("Age is at least 10")
    expect(dialog).to_contain_text("Value: 12")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Exclude guest12@example.org").click()
    expect(count).to_have_text("60")
    page.get_by_role("button", name="Undo exclusion of guest12@example.org").click()
    expect(page.locator("#members")).to_contain_text("guest12@example.org is back in the segment.")
    expect(count).to_have_text("61")
    page.go_back()
    expect(count).to_have_text("61")

    page.get_by_role("link", name="Overlap").click()
    expect(page.get_by_role("row", name=re.compile("Old"))).to_contain_text("32.8%")
    page.get_by_role("link", name=re.compile("^Compare with Old")).click()
    expect(page.get_by_role("img", name=re.compile("in all of these: 20"))).to_be_visible()

    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV for other tools").click()
    download.value.save_as(tmp_path / "members.csv")
    with (tmp_path / "members.csv").open(newline="") as file:
        assert [row["email"] for row in csv.DictReader(file)] == owner.addresses(segment)

    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Name and description").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("")
    dialog.get_by_label("Name").fill(name.upper() + "!")
    dialog.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(name.upper() + "!")


def test_the_actions_on_members_are_not_cut_off(page: Page, segment: int) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/segments/{segment}/members")
    assert page.locator("#members .table-scroll").evaluate("table => table.scrollWidth <= table.clientWidth")


def test_the_same_by_keyboard_alone_on_a_small_screen(page: Page, owner: Person, segment: int) -> None:
    page.set_viewport_size({"width": 380, "height": 800})

    def go_to(name: str, role: str = "link") -> None:
        """Walk with the tab key until something has the focus."""
        for _ in range(150):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "() => { const e = document.activeElement; return (e.ariaLabel ?? e.innerText ?? '').trim() }"
            )
            if focused == name:
                return
        raise AssertionError(f"the tab key does not come to {name}")

    page.goto("/segments")
    go_to(owner.segment(segment)["segment_name"])
    page.keyboard.press("Enter")
    count = page.locator("#count")
    expect(count).to_be_visible()
    before = int(count.inner_text())
    go_to("Members")
    page.keyboard.press("Enter")
    page.wait_for_url("**/members")
    go_to("Why is guest20@example.org in this segment?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Why")).to_contain_text("Value: 20")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(count).to_have_text(str(before - 1))
    expect(page.get_by_role("button", name="Undo exclusion of guest20@example.org")).to_be_focused()
    page.keyboard.press("Enter")
    expect(count).to_have_text(str(before))
    page.get_by_label("Email").focus()
    page.keyboard.type("by.keyboard@example.net")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("by.keyboard@example.net was added to the segment")
    expect(count).to_have_text(str(before + 1))
    for part in ("", "/members", "/by-hand", "/history", "/overlap", "/api"):
        page.goto(f"/segments/{segment}{part}")
        assert page.evaluate("document.documentElement.scrollWidth") == 380, part
        expect(page.locator(".tabs [aria-current]")).to_be_in_viewport()


def test_a_version_is_compared_and_restored(page: Page, owner: Person, segment: int) -> None:
    edited = owner.tamis(
        "segment", "create", name := fresh("Edited"), "--type", _type_of(owner, segment), "--where", "age < 5"
    )
    owner.tamis("segment", "edit", name, "--where", "age < 3")
    page.goto(f"/segments/{edited['id']}")
    page.get_by_role("link", name="Versions", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("^2"))).to_contain_text("Current")
    page.get_by_role("link", name="Compare version 1").click()
    lines = page.get_by_role("list", name="Lines of the rule").get_by_role("listitem")
    expect(lines).to_have_text([re.compile("removed: Age is less than 3"), re.compile("added: Age is less than 5")])
    expect(page.locator(".before-after")).to_have_text(re.compile(r"3\s+→.*5\s+0 leave, 2 enter", re.DOTALL))
    expect(page.get_by_text("2 contacts will enter, such as guest3@example.org, guest4@example.org.")).to_be_visible()
    page.get_by_role("button", name="Restore this version").click()
    expect(page.get_by_role("status")).to_contain_text("Version 1 of")
    expect(page.get_by_role("row", name=re.compile("^3"))).to_contain_text("Restored from version 1")
    assert owner.segment(edited["id"])["segment_emails_count"] == 5


def test_a_deleted_segment_is_restored(page: Page, owner: Person, segment: int) -> None:
    made = owner.tamis(
        "segment", "create", name := fresh("Lost"), "--type", _type_of(owner, segment), "--where", "age < 5"
    )
    page.goto(f"/segments/{made['id']}")
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete segment").click()
    page.get_by_role("link", name="Deleted segments", exact=True).click()
    page.get_by_role("button", name=f"Restore {name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator("#count")).to_have_text("5")
    assert page.url.endswith(f"/segments/{made['id']}")


def _type_of(owner: Person, segment: int) -> str:
    return str(owner.segment(segment)["contact_type_id"])
