"""What a slip cannot do in the console: Enter saves no editor, typing replaces a prefilled value, leaving asks, and a
change of members is shown before it is saved."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.console.conftest import close_and_stay
from tests.support.sakila import import_sakila
from tests.support.users import Person, fresh, fresh_address


@pytest.fixture(scope="module")
def customers(owner: Person) -> int:
    made: int = owner.tamis("type", "create", fresh("Customers"))["id"]
    import_sakila(owner, made)
    return made


@pytest.fixture
def india(owner: Person, customers: int) -> int:
    """A live segment of 60 contacts and one that was added manually."""
    name = fresh("India")
    made: int = owner.tamis("segment", "create", name, "--type", str(customers), "--where", 'country = "India"')["id"]
    owner.add(made, "external@example.net")
    return made


def focused(page: Page) -> str:
    """Tell which part of the page has the focus."""
    part: str = page.evaluate("document.activeElement.dataset.part ?? document.activeElement.id")
    return part


def test_enter_does_not_save_a_segment_and_member_changes_need_confirmation(
    page: Page, owner: Person, customers: int, india: int
) -> None:
    press = page.keyboard.press
    saves: list[str] = []
    page.on(
        "request",
        lambda requested: (
            saves.append(requested.url) if requested.method == "POST" and "/edit" in requested.url else None
        ),
    )
    count, dialog = page.locator("#count"), page.locator("#confirm-save")
    name = owner.tamis("segment", "show", str(india))["name"]
    rule, follower = f'is in segment "{name}"', fresh("Follower")
    owner.tamis("segment", "create", follower, "--type", str(customers), "--where", rule)
    page.goto(f"/segments/{india}/edit")
    expect(count).to_have_text("61")
    expect(page.locator("#manual")).to_have_text("60 match the rule · 1 added manually")

    page.get_by_label("Name", exact=True).focus()
    press("Enter")
    assert focused(page) == "field"
    page.locator("[data-part=operator]").focus()
    press("Enter")
    assert focused(page) == "value-0"
    page.keyboard.type("ind")  # what stood there was selected
    expect(page.get_by_role("option", name="Indonesia")).to_be_visible()
    press("Enter")
    assert focused(page) == "add"
    expect(page.locator(".listbox")).to_have_count(0)
    expect(page.locator("#text")).to_have_value('country is "ind"')
    expect(page.locator("#panel:not([aria-busy]) #count")).to_have_text("1")
    page.locator("[data-part=value-0]").click()
    page.keyboard.type("chi")
    expect(page.get_by_role("option", name="China")).to_be_visible()
    press("ArrowDown")
    while page.locator("[role=option][aria-selected=true]").inner_text().split("\n")[0] != "China":
        press("ArrowDown")
    press("Enter")
    assert focused(page) == "add"
    expect(page.locator("#text")).to_have_value('country is "China"')
    assert not [url for url in saves if url.endswith("/edit")]

    press("Control+Enter")
    names = r": \S+@\S+(, \S+@\S+){4} …$"
    expect(dialog.locator("#confirm-moves li")).to_have_text(
        [re.compile(f"^60 leave{names}"), re.compile(f"^53 enter{names}")]
    )
    expect(dialog.locator("#confirm-followers-names li")).to_have_text([follower])
    assert dialog.locator("b").all_inner_texts() == ["61", "54"]
    press("Control+Enter")  # pressed twice
    expect(dialog.get_by_role("button", name="Keep editing")).to_be_focused()
    press("Enter")
    expect(dialog).to_be_hidden()
    assert owner.segment(india)["value"] == ["India"]
    press("Control+Enter")
    expect(dialog.get_by_role("button", name="Keep editing")).to_be_focused()
    press("Tab")
    press("Enter")
    page.wait_for_url(f"**/segments/{india}")
    assert owner.segment(india)["segment_emails_count"] == 54


def test_renaming_a_segment_needs_no_confirmation(page: Page, owner: Person, india: int) -> None:
    page.goto(f"/segments/{india}/edit")
    page.get_by_label("Name", exact=True).fill(name := fresh("Only renamed"))
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/segments/{india}")
    assert owner.segment(india)["segment_name"] == name


def test_enter_adds_the_highlighted_value_and_keeps_the_last_typed_one(
    page: Page, owner: Person, customers: int
) -> None:
    page.goto(f"/segments/new?type={customers}")
    page.get_by_label("Name", exact=True).fill(name := fresh("Many"))
    page.locator("#text").fill('country is one of ("Japan")')
    page.get_by_label("type a value and press Enter").click()
    page.keyboard.type("ind")
    expect(page.get_by_role("option", name="Indonesia")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".token")).to_have_text(["Japan", "India"])
    page.keyboard.type("China")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    saved = next(segment for segment in owner.segments() if segment["segment_name"] == name)
    assert saved["value"] == ["Japan", "India", "China"]


def test_a_value_stays_highlighted_when_the_list_of_what_was_typed_comes_late(page: Page, customers: int) -> None:
    held: list[Route] = []
    page.route(
        "**/segments/values",
        lambda route: held.append(route) if route.request.post_data_json["typed"] == "ind" else route.continue_(),
    )
    page.goto(f"/segments/new?type={customers}")
    page.locator("#text").fill('country is one of ("Japan")')
    page.get_by_label("type a value and press Enter").click()
    options = page.locator(".listbox [role=option]")
    expect(options.filter(has_text="China")).to_be_visible()
    page.keyboard.type("ind")
    while not held:
        page.wait_for_timeout(10)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".listbox [aria-selected=true]")).to_have_text(re.compile("^India"))
    held[0].continue_()
    expect(options.filter(has_text="China")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(".token")).to_have_text(["Japan", "India"])


def test_a_new_segment_without_conditions_explains_itself(page: Page, owner: Person, customers: int) -> None:
    page.goto(f"/segments/new?type={customers}")
    page.get_by_label("Name", exact=True).fill(name := fresh("Nobody"))
    page.keyboard.press("Control+Enter")
    dialog = page.locator("#confirm-save")
    expect(dialog.get_by_text("This segment will have no members.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep editing")).to_be_focused()
    page.keyboard.press("Enter")  # the focus is on the button that changes nothing
    expect(dialog).to_be_hidden()
    assert name not in {segment["segment_name"] for segment in owner.segments()}
    page.keyboard.press("Control+Enter")
    dialog.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_typing_replaces_prefilled_text(page: Page, customers: int) -> None:
    page.goto(f"/segments/new?type={customers}")
    page.locator("[data-do=add]").click()
    page.keyboard.type("last rental")
    page.keyboard.press("Enter")
    page.locator("[data-part=operator]").select_option("is within")
    value = page.locator("[data-part=value-0]")
    value.focus()
    page.keyboard.type("1")
    expect(value).to_have_value("1")
    page.keyboard.press("Tab")
    value.click()
    page.keyboard.type("45")
    expect(value).to_have_value("45")
    page.locator("#segment_name").focus()
    value.click()
    value.click(position={"x": 70, "y": 18})  # a second click sets the caret
    page.keyboard.type("6")
    expect(value).to_have_value("456")


def test_every_page_warns_about_unsaved_edits(page: Page, owner: Person, customers: int) -> None:
    contact = owner.tamis("contact", "create", fresh_address("edited"), "--type", str(customers))["id"]
    field = owner.tamis("field", "create", fresh("Tier"), "--type", str(customers), "--kind", "choice", "--option", "A")

    def edit_the_city() -> None:
        page.get_by_role("button", name="Edit City").click()
        page.get_by_label("City", exact=True).fill("Pune")

    def fill_in(label: str) -> Callable[[], None]:
        return lambda: page.get_by_label(label, exact=True).fill("Half of it")

    edits: dict[str, Callable[[], None]] = {
        f"/types/{customers}/fields/{field['id']}": page.locator("[data-remove]").first.click,
        f"/types/{customers}": fill_in("Name"),
        f"/types/{customers}/contacts/new": fill_in("City"),
        f"/types/{customers}/contacts/{contact}": edit_the_city,
        "/account": fill_in("Time zone of this account"),
    }
    dialog = page.locator("#leave")
    for path, edit in edits.items():
        page.goto(path)
        edit()
        page.get_by_label("Main").get_by_role("link", name="Segments").click()
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("button", name="Keep editing")).to_be_focused()
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        assert page.url.endswith(path)
        page.get_by_role("button", name="Sign out", exact=True).click()  # a form takes the edits with it as well
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_label("Main").get_by_role("link", name="Segments").click()
        dialog.get_by_role("button", name="Discard changes").click()
        page.wait_for_url("**/segments")

    page.goto(f"/types/{customers}")
    page.get_by_label("Name", exact=True).press_sequentially("Half")
    assert close_and_stay(page) == ["beforeunload"]
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half")
    page.get_by_label("Name", exact=True).fill("")


def test_menus_and_messages_fit_on_small_screens(page: Page, customers: int, india: int) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(f"/segments/{india}")
    page.locator("summary", has_text="Export").click()
    box = page.locator("details[open] .menu-list").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    theme = page.locator("[data-theme-toggle]")
    shown = []
    for _ in range(3):
        theme.click()
        shown.append((theme.inner_text(), page.evaluate("document.documentElement.dataset.theme ?? 'none'")))
    assert shown == [("Theme: Light", "light"), ("Theme: Dark", "dark"), ("Theme: System", "none")]
    page.goto(f"/segments/new?type={customers}")
    page.locator("[data-do=add]").click()
    expect(page.locator(".picker [role=option]").first).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-part=field]")).to_be_in_viewport(ratio=1)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/types/{customers}/contacts")
    page.goto("/nowhere/at/all")
    expect(page.get_by_label("Main").get_by_role("link", name="Segments")).to_be_visible()
    page.get_by_role("button", name="Go back").click()
    head = page.locator("thead th").first
    box = head.bounding_box()
    assert box
    head.click(position={"x": box["width"] - 6, "y": 4})  # not on the word
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_enter_adds_a_line_in_editors_and_submits_single_line_forms(page: Page, owner: Person, customers: int) -> None:
    page.goto(f"/types/{customers}/contacts/new")
    address = fresh_address("keys")
    page.get_by_label("Email").fill(address)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") not in ("", "email")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(address)
    page.locator("[data-opens=delete]").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.locator("[name=forget]").focus()
    page.keyboard.press("Enter")  # a box is no button
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Edit City").click()
    expect(page.get_by_label("City", exact=True)).to_be_focused()
    page.keyboard.type("Pune")
    page.keyboard.press("Enter")
    expect(page.locator(".value", has_text="City")).to_contain_text("Pune")
    expect(page.get_by_role("heading", level=1)).to_have_text(address)
