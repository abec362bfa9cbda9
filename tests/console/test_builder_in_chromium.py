"""The builder in Chromium: rules by mouse, by keyboard and as text, and no outdated number on the page."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from tamis.rules.syntaxes.json import to_json
from tests.console.conftest import close_and_stay
from tests.console.test_accessibility import check_page
from tests.laws.event_strategies import event_rules
from tests.laws.strategies import rules
from tests.support.effort import examples
from tests.support.sakila import import_sakila
from tests.support.users import Person, fresh


@pytest.fixture(scope="module")
def customers(owner: Person) -> int:
    made: int = owner.tamis("type", "create", fresh("Customers"))["id"]
    import_sakila(owner, made)
    return made


@pytest.fixture
def builder(page: Page, customers: int) -> Iterator["Builder"]:
    page.goto(f"/segments/new?type={customers}")
    yield Builder(page)
    page.evaluate("window.onbeforeunload = null")


class Builder:
    """The builder of a page, as a user sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = page.locator("#count")
        self.text = page.locator("#text")
        self.conditions = page.locator(".condition")

    def shows(self, count: str) -> None:
        """Wait until a count is shown as the answer."""
        expect(self.page.locator("#panel:not([aria-busy], .outdated) #count")).to_have_text(count)

    def keeps(self, count: str) -> None:
        """Wait until a count is shown as that of the rule before, because the rule is not finished."""
        expect(self.page.locator("#panel.outdated:not([aria-busy]) #count")).to_have_text(count)

    def add(self, field: str, *, group: int = 0) -> None:
        """Add a condition about a field, to the group with that number in the order of the page."""
        self.page.locator(".group").nth(group).locator("> .row > [data-do=add]").click()
        self.page.locator(".picker input").fill(field)
        self.page.keyboard.press("Enter")

    def operator(self, condition: int, name: str) -> None:
        self.conditions.nth(condition).locator("[data-part=operator]").select_option(name)

    def tally(self, condition: int) -> str:
        return self.conditions.nth(condition).locator("[data-count]").first.inner_text()

    def tab_to(self, part: str) -> None:
        """Press Tab until a part of the page has the focus."""
        for _ in range(30):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.dataset.part ?? document.activeElement.id") == part:
                return
        pytest.fail(f"the focus does not come to {part}")

    def write(self, text: str) -> None:
        self.text.fill(text)

    def confirm(self) -> None:
        """Say yes where saving would change who is in the segment."""
        self.page.locator("#confirm-save").get_by_role("button", name="Save segment").click()

    def save(self, name: str, *, confirming: bool = False) -> None:
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_role("button", name="Save segment").first.click()
        if confirming:
            self.confirm()
        self.page.wait_for_url(re.compile(r"/segments/\d+$"))


def test_counts_update_with_every_key_and_control(builder: Builder) -> None:
    page = builder.page
    builder.shows("0")
    expect(page.locator("#state")).to_have_text(re.compile(r"^Add a condition to see matching customers"))
    builder.add("country")
    expect(page.locator("#state")).to_contain_text("Finish the condition to see matching customers")
    for typed, count in (("I", "0"), ("ndia", "60"), ("n", "0")):
        page.keyboard.type(typed)
        builder.shows(count)
    page.keyboard.press("Backspace")
    builder.shows("60")
    expect(page.locator("#share")).to_have_text("10.0%")
    expect(page.locator("#total")).to_have_text("of 599 contacts")
    expect(page.locator("#sample-table tbody tr")).to_have_count(10)
    assert set(page.locator("#sample-table tbody td:nth-child(3)").all_inner_texts()) == {"India"}

    builder.add("store")
    builder.operator(1, "is one of")
    pills = builder.conditions.nth(1).locator(".pill")
    expect(pills).to_have_text(["store 1326", "store 2273"])
    pills.first.click()
    builder.shows("37")
    assert [builder.tally(0), builder.tally(1)] == ["60", "326"]
    page.get_by_role("radio", name="any of").check(force=True)
    builder.shows("349")
    page.get_by_role("radio", name="none of").check(force=True)
    builder.shows("250")
    expect(page.locator("#sentence")).to_have_text(
        re.compile("All .* except those whose Country is “India” or Store is “store 1”.")
    )
    expect(builder.text).to_have_value('not (country is "India" or store is one of ("store 1"))')

    builder.add("total paid")
    builder.operator(2, "is between")
    page.keyboard.press("Tab")
    page.keyboard.type("many")
    expect(builder.conditions.nth(2).locator(".problem")).to_contain_text('must be a number such as 12.5, not "many"')
    expect(builder.conditions.nth(2).locator("[aria-invalid]")).to_have_count(1)
    builder.keeps("250")
    expect(page.locator("#sample-table tbody tr")).to_have_count(10)
    assert [builder.tally(0), builder.tally(1)] == ["60", "326"]
    builder.conditions.nth(2).locator("[data-part=value-0]").fill("150")
    expect(page.locator("#state")).to_contain_text("Fix the marked condition to see matching customers")
    builder.conditions.nth(2).locator("[data-part=value-1]").fill("1000")
    expect(builder.text).to_have_value(re.compile(r" or total_paid is between 150 and 1000\)$"))
    builder.shows("228")
    assert builder.tally(2) == "46"

    builder.save(fresh("None of these"))
    page.go_back()  # to an empty builder, which tells the truth
    builder.shows("0")


def test_undo_and_redo(builder: Builder) -> None:
    page = builder.page
    builder.add("country")
    page.keyboard.type("China")
    builder.shows("53")
    builder.operator(0, "is not")
    builder.shows("546")
    page.keyboard.press("Control+z")
    builder.shows("53")
    page.keyboard.press("Control+z")
    builder.keeps("53")
    expect(builder.conditions.nth(0).locator("[data-part=value-0]")).to_have_value("")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    builder.shows("0")
    expect(builder.conditions).to_have_count(0)
    expect(page.locator("#undo")).to_be_disabled()
    for _ in range(4):
        page.keyboard.press("Control+Shift+z")
    builder.shows("546")
    expect(page.locator("#redo")).to_be_disabled()
    expect(builder.text).to_have_value('country is not "China"')


def test_a_nested_rule_by_keyboard_alone(builder: Builder) -> None:
    page, tab_to = builder.page, builder.tab_to
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type(name := fresh("By keyboard"))
    tab_to("add")
    page.keyboard.press("Enter")
    page.keyboard.type("coun")
    page.keyboard.press("Enter")
    page.keyboard.type("ind")
    expect(page.get_by_role("option", name="Indonesia")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    builder.shows("60")
    tab_to("add-group")
    page.keyboard.press("Space")
    expect(builder.conditions).to_have_count(2)
    page.keyboard.press("Enter")  # the focus is on the field of the new condition
    page.keyboard.type("total p")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    operator = builder.conditions.nth(1).locator("[data-part=operator]")
    while operator.input_value() != "is equal or greater than":
        page.keyboard.press("ArrowDown")
    tab_to("value-0")
    page.keyboard.type("150")
    builder.shows("5")
    tab_to("add")  # that of the inner group
    page.keyboard.press("Enter")
    page.keyboard.type("store")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    builder.shows("39")
    text = 'country is "India" and (total_paid is equal or greater than 150 or store is "store 1")'
    expect(builder.text).to_have_value(text)
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    moved = 'country is "India" and store is "store 1" and total_paid is equal or greater than 150'
    expect(builder.text).to_have_value(moved)
    assert page.evaluate("document.activeElement.dataset.part") == "value-0"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(builder.text).to_have_value(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/segments/\d+$"))
    page.goto(page.url + "/edit")
    builder.shows("39")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    expect(builder.text).to_have_value(text)


def test_moving_conditions_keeps_the_focus(builder: Builder) -> None:
    page = builder.page
    builder.write('country = "India" and (store = "store 1" or total_paid > 100) and active is true')
    builder.shows("48")

    def choose(condition: int, item: str) -> None:
        builder.conditions.nth(condition).locator("[data-part=menu]").click()
        page.locator("details[open]").get_by_role("button", name=item).click()

    def focus_is_on(part: str, condition: int) -> None:
        assert page.evaluate("document.activeElement.dataset.part") == part
        expect(builder.conditions.nth(condition).locator(f"[data-part={part}]").first).to_be_focused()

    choose(0, "Duplicate")
    expect(builder.text).to_have_value(re.compile('^country is "India" and country is "India" and'))
    focus_is_on("menu", 0)
    choose(0, "Move down")
    choose(1, "Move down")
    expect(builder.text).to_have_value(
        re.compile(r'^country is "India" and \(country is "India" or store is "store 1"')
    )
    focus_is_on("menu", 1)
    choose(1, "Move up")
    builder.conditions.nth(1).locator("[data-part=remove]").click()
    assert page.evaluate("document.activeElement.dataset.part") == "add"  # that of the group which came after it
    builder.shows("48")
    choose(0, "Put in a group")
    expect(builder.conditions).to_have_count(5)
    expect(page.locator("#state")).to_contain_text("Finish the condition to see matching customers")
    page.get_by_role("button", name="Go to condition").click()
    focus_is_on("field", 1)
    builder.conditions.nth(1).locator("[data-part=remove]").click()
    focus_is_on("field", 0)
    builder.shows("48")
    page.locator(".group .group [data-part=menu]").first.click()
    page.locator("details[open]").get_by_role("button", name="Ungroup").click()
    builder.shows("48")
    for _ in range(4):
        builder.conditions.first.locator("[data-part=remove]").click()
    builder.shows("0")
    assert page.evaluate("document.activeElement.dataset.part") == "add"


def test_each_kind_has_its_control(builder: Builder, customers: int, owner: Person) -> None:
    page = builder.page
    first = owner.tamis(
        "segment", "create", "--type", str(customers), "--name", fresh("First"), "--where", "store = 'store 1'"
    )
    named = f"Second {first['id']}"
    second = owner.tamis(
        "segment", "create", "--type", str(customers), "--name", named, "--where", f"is in segment {first['id']}"
    )
    page.goto(f"/segments/{first['id']}/edit")
    builder.shows("326")
    builder.add("last rental")
    last = builder.conditions.nth(1)
    builder.operator(1, "is after")
    last.locator("[data-part=value-0]").fill("2006-01-01")
    builder.shows("84")
    last.locator("[data-part=time]").fill("10:30")
    expect(builder.text).to_have_value('store is "store 1" and last_rental_at is after 2006-01-01T10:30')
    builder.operator(1, "is within")
    expect(last.locator("[data-part=value-0]")).to_have_value("30")
    last.locator("[data-part=unit]").select_option("years")
    builder.shows("326")
    builder.operator(1, "is more than ago")
    builder.shows("0")
    last.locator("[data-part=unit]").select_option("days")
    expect(builder.text).to_have_value('store is "store 1" and last_rental_at is more than 30 days ago')
    builder.shows("326")
    builder.operator(1, "is not blank")
    expect(last.locator("input")).to_have_count(0)
    builder.add("member of")
    builder.conditions.nth(2).locator("[data-part=value-0]").click()
    options = page.locator(".picker [role=option]")
    expect(options.filter(has_text=named)).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    builder.conditions.nth(2).locator("[data-part=remove]").click()
    builder.write(f"is in segment {second['id']}")
    expect(builder.conditions.first.locator(".problem")).to_contain_text("cannot depend on itself")
    builder.keeps("326")
    builder.write('country is one of ("India")')
    page.get_by_role("button", name="edit as a list").click()
    page.get_by_label("One value per line").fill("China\n\n india\nChina")
    page.get_by_role("button", name="Use these values").click()
    builder.shows("113")
    expect(builder.conditions.locator(".token")).to_have_text(["China", "india"])
    page.get_by_label("type a value and press Enter").fill("japan")
    page.keyboard.press("Enter")
    builder.shows("144")


def test_rule_text_and_builder_stay_in_sync(builder: Builder) -> None:
    page = builder.page
    builder.write('country is one of ("India", "China") and not (store = "store 1" or last_rental_at within 30 days)')
    expect(builder.conditions).to_have_count(3)
    builder.shows("50")
    expect(page.locator(".group .group .joins input:checked")).to_have_value("none")
    builder.write('country = "India" and totl_paid > 5')
    expect(page.locator("#text-says")).to_have_text(
        'Line 1, column 23: there is no field "totl_paid"; did you mean "total_paid"?'
    )
    page.get_by_role("button", name="Show error").click()
    assert page.evaluate("[text.selectionStart, text.selectionEnd]") == [22, 31]
    expect(builder.conditions).to_have_count(3)
    page.get_by_role("button", name="Save segment").first.click()
    expect(page.locator("#name-problem")).to_contain_text("Enter a segment name")
    page.get_by_label("Name", exact=True).fill(fresh("Not saved"))
    page.get_by_role("button", name="Save segment").first.click()
    expect(builder.text).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#text-problem")).to_be_hidden()
    expect(builder.text).to_have_value(re.compile("^country is one of"))
    builder.write("")
    expect(builder.conditions).to_have_count(0)
    page.locator("#undo").click()
    expect(builder.conditions).to_have_count(3)


def test_a_late_response_is_never_shown(builder: Builder) -> None:
    page = builder.page
    builder.add("country")
    held: list[Route] = []

    def hold(route: Route) -> None:
        requested = json.loads(route.request.post_data or "{}")
        if requested.get("draft", {}).get("values") == ["India"]:
            held.append(route)
        else:
            route.continue_()

    page.route("**/segments/preview", hold)
    page.evaluate(
        "window.seen = []; new MutationObserver(() => seen.push(count.textContent))"
        ".observe(count, {childList: true, characterData: true, subtree: true})"
    )
    box = builder.conditions.nth(0).locator("[data-part=value-0]")
    box.fill("India")
    expect(page.locator("#panel[aria-busy]")).to_be_visible()
    while not held:
        page.wait_for_timeout(10)
    box.fill("China")
    builder.shows("53")
    for route in held:
        with suppress(Error):  # the page has called it off
            route.fulfill(json={"count": 60, "total": 599, "problems": [], "unfinished": [], "counts": {}})
    page.evaluate("new Promise((done) => setTimeout(done, 50))")
    builder.shows("53")
    assert "60" not in page.evaluate("seen")


def test_edits_in_two_tabs_are_never_overwritten_silently(builder: Builder, context: BrowserContext) -> None:
    page = builder.page
    builder.write('country = "India"')
    builder.shows("60")
    builder.save(fresh("Two tabs"))
    path = page.url + "/edit"
    page.goto(path)
    other = Builder(context.new_page())
    other.page.goto(path)
    other.write('country = "China"')
    other.shows("53")
    other.save(fresh("The other"), confirming=True)
    page.bring_to_front()  # Chromium slows down pages in the background
    builder.write('country = "Japan"')
    builder.shows("31")
    page.get_by_role("button", name="Save segment").first.click()
    dialog = page.locator("#changed")
    expect(dialog).to_contain_text(" in China.")
    dialog.get_by_role("button", name="View their version").click()
    builder.shows("53")
    page.get_by_role("button", name="Undo").click()
    builder.shows("31")
    page.get_by_role("button", name="Save segment").first.click()
    builder.confirm()
    page.wait_for_url(re.compile(r"/segments/\d+$"))

    other.page.goto(path)
    builder.page.goto(path)
    builder.write('country = "Mexico"')
    builder.shows("30")
    page.get_by_role("button", name="Save segment").first.click()
    builder.confirm()
    page.wait_for_url(re.compile(r"/segments/\d+$"))
    other.page.bring_to_front()
    other.write('country = "Japan" or country = "China"')
    other.shows("84")
    other.page.get_by_role("button", name="Save segment").first.click()
    other.page.get_by_role("button", name="Save mine as new segment").click()
    other.save(fresh("A new one"))
    assert other.page.url + "/edit" != path
    page.bring_to_front()
    page.goto(path)
    builder.shows("30")


def test_leaving_with_unsaved_edits_asks_and_a_double_click_saves_once(builder: Builder, owner: Person) -> None:
    page = builder.page
    builder.write('country = "India"')
    builder.shows("60")
    assert close_and_stay(page) == ["beforeunload"]
    page.get_by_role("link", name="Contacts").click()
    expect(page.locator("#leave")).to_be_visible()
    page.get_by_role("button", name="Keep editing").click()
    expect(builder.conditions).to_have_count(1)
    name = fresh("Once")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save segment").first.dblclick()
    page.wait_for_url(re.compile(r"/segments/\d+$"))
    assert [segment["segment_name"] for segment in owner.segments()].count(name) == 1
    page.goto(page.url + "/edit")
    page.get_by_role("link", name="Account").click()  # nothing was changed: nothing is asked
    page.wait_for_url("**/account")


def test_pending_rule_text_is_parsed_before_saving(builder: Builder) -> None:
    page = builder.page
    page.get_by_label("Name", exact=True).fill(fresh("At once"))
    builder.write('country = "India"')
    builder.shows("60")
    builder.write('country = "China"')
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/segments/\d+$"))
    page.goto(page.url + "/edit")
    builder.shows("53")


def test_hostile_names_and_values_are_shown_as_text(page: Page, owner: Person, tmp_path: Path) -> None:
    nasty = '<img src=x onerror="window.hurt = 1">\' & {x}'
    type_id = str(owner.tamis("type", "create", fresh(nasty))["id"])
    owner.tamis("field", "create", nasty, "--type", type_id, "--kind", "choice", "--option", nasty)
    file = tmp_path / "one.csv"
    file.write_text('email,first_name\nn@example.org,"{}"\n'.format(nasty.replace('"', '""')), encoding="utf-8")
    owner.tamis("import", file, "--type", type_id)
    key = re.sub(r"\W+", "_", nasty.lower()).strip("_")
    builder = Builder(page)
    page.goto(f"/segments/new?type={type_id}")
    builder.write(f"first_name = {json.dumps(nasty)} and {key} is blank")
    builder.shows("1")
    builder.add("first name")
    page.keyboard.type("<")
    expect(page.locator(".listbox [role=option]")).to_have_text(f"{nasty}1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    builder.shows("1")
    builder.operator(1, "is one of")
    expect(builder.conditions.nth(1).locator(".pill")).to_have_text(f"{nasty}0")
    assert page.locator("main img").count() == 0
    assert page.evaluate("window.hurt") is None


def test_large_rules_do_not_break_it(builder: Builder) -> None:
    page = builder.page
    many = ", ".join(f'"Nowhere {number}"' for number in range(9_999))
    builder.write(f'country is one of ({many}, "India")')
    builder.shows("60")
    expect(builder.conditions.locator(".token.more")).to_have_text("and 9,960 more")
    builder.write(" or ".join(f"total_paid > {number}" for number in range(500)))
    expect(builder.conditions).to_have_count(500)
    builder.shows("599")
    deep = 'country = "India"'
    for number in range(14):
        deep = f"({deep} or total_paid > {900 + number}) and total_paid > 0"
    builder.write(deep)
    expect(builder.conditions).to_have_count(29)
    builder.shows("60")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    innermost = page.locator(".group").last
    innermost.locator("> .row > [data-do=add-group]").click()
    expect(builder.conditions).to_have_count(30)


def test_axe_finds_nothing_serious_in_what_opens(builder: Builder) -> None:
    page, found = builder.page, dict[str, Any]()
    builder.write('country is one of ("India", "China") and (total_paid > 100 or last_rental_at is within 30 days)')
    expect(builder.conditions).to_have_count(3)
    page.locator("[data-part=menu]").nth(1).click()
    check_page(page, "a menu", found)
    page.keyboard.press("Escape")
    builder.conditions.first.get_by_role("combobox").last.click()
    expect(page.locator(".listbox")).to_be_visible()
    check_page(page, "values", found)
    page.locator("[data-do=add]").first.click()
    expect(page.locator(".picker")).to_be_visible()
    expect(page.locator("#panel:not([aria-busy])")).to_be_visible()
    check_page(page, "fields", found)
    page.keyboard.press("Escape")
    builder.write("countri = 5")
    expect(page.locator("#text-problem")).to_be_visible()
    check_page(page, "a mistake in the text", found)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Account").click()
    check_page(page, "leaving", found)
    page.get_by_role("button", name="Keep editing").click()
    assert not found, json.dumps(found, indent=1)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(rules | event_rules, min_size=10, max_size=10))
def test_the_tree_of_a_rule_is_written_as_it_was_read(page: Page, some: list[Any]) -> None:
    if "sign-in" not in page.url and "/account" not in page.url:
        page.goto("/account")
    plain = [json.loads(to_json(rule)) for rule in some]
    version = page.evaluate("document.querySelector('script[type=module]').src.match(/static\\/([^/]+)/)[1]")
    again = page.evaluate(
        "async ([path, rules]) => { const t = await import(path); return rules.map(r => t.toJson(t.fromJson(r))) }",
        [f"/static/{version}/builder/rule-tree.js", plain],
    )
    assert again == plain


def test_periods_parts_of_dates_fields_and_shares_have_controls(builder: Builder) -> None:
    builder.add("last rental")
    condition = builder.conditions.first
    builder.operator(0, "is in last")
    condition.locator("[data-part=value-0]").select_option("quarter")
    expect(builder.text).to_have_value("last_rental_at is in last quarter")
    builder.operator(0, "weekday is")
    condition.get_by_label("Saturday").check(force=True)
    condition.get_by_label("Sunday").check(force=True)
    expect(builder.text).to_have_value("last_rental_at weekday is (Saturday, Sunday)")
    builder.operator(0, "age is at least")
    condition.locator("[data-part=value-0]").fill("18")
    expect(builder.text).to_have_value("last_rental_at age is at least 18")
    builder.operator(0, "is before field")
    condition.locator("[data-part=value-0]").select_option("Created at")
    expect(builder.text).to_have_value("last_rental_at is before field created_at")
    builder.add("random")
    share = builder.conditions.nth(1)
    share.locator("[data-part=value-0]").fill("100")
    share.locator("[data-part=value-1]").fill("autumn test")
    expect(builder.text).to_have_value('last_rental_at is before field created_at and is in random 100% "autumn test"')
    builder.write("last_rental_at month is (2, May)")
    expect(condition.get_by_label("February")).to_be_checked()
