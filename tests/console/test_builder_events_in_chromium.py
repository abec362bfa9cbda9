"""Conditions about events in the builder, in Chromium: by mouse and by keyboard, and why a member is in the segment."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.console.test_accessibility import check_page
from tests.console.test_builder_in_chromium import Builder
from tests.support.process import Server
from tests.support.users import Person, fresh

NOW = datetime.now(UTC).replace(microsecond=0)
ORDERS: dict[str, list[tuple[int, float, str]]] = {
    "ann": [(10, 60, "Books"), (20, 70, "Books"), (30, 80.5, "Café")],
    "bob": [(10, 60, "Books"), (20, 70, "Music")],
    "cid": [(10, 60, "Music"), (20, 40, "Music")],
    "dot": [(10, 60, "Music"), (120, 60, "Books")],
    "fay": [(5, 55, "Books"), (80, 51, "Books")],
}
"""The days since each order, its amount and its category."""
OPENED = {"bob": 3, "dot": 200}
RULE = 'did "order" at least 2 times within 90 days where (amount is greater than 50) and did not "open"'


@pytest.fixture(scope="module")
def shop(server: Server, owner: Person) -> int:
    """A contact type with six contacts, four of whom ordered twice within 90 days."""
    made: int = owner.tamis("type", "create", fresh("Shop"))["id"]
    orders = [
        event(name, "order", days, amount=amount, category=category)
        for name, each in ORDERS.items()
        for days, amount, category in each
    ]
    opened = [event(name, "open", days, campaign="Autumn") for name, days in OPENED.items()]
    send(server, owner, made, *orders, *opened, event("eve", "visit", 1), event("eve", "debug", 1))
    owner.tamis("events", "hide", "debug", "--type", str(made))
    owner.tamis("events", "hide", "open", "--property", "campaign", "--type", str(made))
    return made


def event(name: str, what: str, days: float, **properties: Any) -> dict[str, Any]:
    at = (NOW - timedelta(days=days)).isoformat()
    return {"email": f"{name}@example.org", "event": what, "at": at, "properties": properties}


def send(server: Server, owner: Person, type_id: int, *events: dict[str, Any]) -> None:
    answer = requests.post(
        f"{server.address}/v1/events",
        json={"contact_type_id": type_id, "create_contacts": True, "events": events},
        headers={"authorization": f"Bearer {owner.secret_key}"},
        timeout=60,
    )
    assert answer.json()["accepted"] == len(events), answer.text


@pytest.fixture
def builder(page: Page, shop: int) -> Iterator[Builder]:
    page.goto(f"/segments/new?type={shop}")
    yield Builder(page)
    page.evaluate("window.onbeforeunload = null")


def choose(builder: Builder, condition: int, part: str, value: str) -> None:
    builder.conditions.nth(condition).locator(f"[data-part={part}]").first.select_option(value)


def enter(builder: Builder, condition: int, part: str, value: str) -> None:
    builder.conditions.nth(condition).locator(f"[data-part={part}]").first.fill(value)


def pick_by_keyboard(page: Page, typed: str) -> None:
    page.keyboard.press("Enter")
    page.keyboard.type(typed)
    expect(page.locator(".picker [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")


def misses(builder: Builder, condition: int, what: str) -> None:
    """Wait until a condition says what is missing."""
    unfinished = builder.page.locator(".unfinished")
    expect(builder.conditions.nth(condition).and_(unfinished)).to_have_attribute("data-missing", what)


def test_good_customers_who_never_opened_by_mouse(builder: Builder) -> None:
    page = builder.page
    builder.add("email")
    builder.operator(0, "contains")
    enter(builder, 0, "value-0", "example")
    builder.shows("6")

    page.get_by_role("button", name="Add event").click()
    names = page.locator(".picker [role=option]", has=page.locator(".beside", has_text=re.compile(r"^\d+$")))
    expect(names).to_have_text(["order11", "open2", "visit1"])
    misses(builder, 1, "Choose an event")
    page.get_by_role("option", name="order").click()
    builder.shows("5")
    choose(builder, 1, "form", "count")
    builder.shows("5")
    assert builder.tally(1) == "5"
    choose(builder, 1, "window", "is within")
    builder.shows("3")
    enter(builder, 1, "window-value-0", "")
    builder.keeps("3")
    misses(builder, 1, "Enter the period")
    enter(builder, 1, "window-value-0", "90")
    builder.shows("4")

    page.get_by_role("button", name="Filter by a property").click()
    expect(page.locator(".picker [role=option]")).to_have_text(["amountNumber", "categoryText"])
    misses(builder, 2, "Choose a property")
    page.get_by_role("option", name="amount").click()
    misses(builder, 2, "Enter a value")
    builder.operator(2, "is greater than")
    enter(builder, 2, "value-0", "50")
    builder.shows("3")
    assert (builder.tally(0), builder.tally(1)) == ("6", "3")

    page.get_by_role("button", name="Add event").click()
    page.get_by_role("option", name="open").click()
    builder.shows("1")
    choose(builder, 3, "form", "did not")
    builder.shows("2")
    assert builder.tally(3) == "4"
    expect(builder.text).to_have_value(f'email contains "example" and {RULE}')
    expect(page.locator("#sentence")).to_have_text(
        re.compile(
            r"“order” at least 2 times within the last 90 days \(since .*, where amount is greater than 50\) "
            r"and did not “open”\.$"
        )
    )

    builder.save(fresh("Good customers"))
    check_why_ann_is_in(page)


def check_why_ann_is_in(page: Page) -> None:
    """Read on the page of the members, and on that of the contact, which orders count, and until when."""
    page.goto(page.url + "/members")
    page.get_by_role("button", name="Why is ann@example.org in").click()
    why = page.locator("#why-content")
    expect(why).to_contain_text(re.compile("3 events *needed: at least 2 times"))
    expect(why.locator(".counted time")).to_have_count(3)
    day = r"\d+ \w{3} \d{4}"
    expect(why.locator(".until")).to_have_text(
        re.compile(rf"^Holds until {day}, 00:00, when the “order” of {day}, \d\d:\d\d stops counting\.$")
    )
    expect(why).to_contain_text(re.compile(rf"Leaves automatically on {day}, 00:00"))
    expect(why).to_contain_text("Did not “open”")
    found: dict[str, Any] = {}
    check_page(page, "why, wide or small", found)
    check_page(page, "why, small or wide", found)
    assert not found, json.dumps(found, indent=1)
    page.get_by_role("link", name="View contact").click()
    expect(page.locator("#segments .until")).to_have_text(re.compile("^Holds until .* stops counting"))


def test_good_customers_who_never_opened_by_keyboard_alone(builder: Builder) -> None:
    page, keyboard = builder.page, builder.page.keyboard

    def focused() -> str:
        part: str = page.evaluate("document.activeElement.dataset.part")
        return part

    page.get_by_label("Name", exact=True).focus()
    keyboard.type(fresh("By keyboard"))
    builder.tab_to("add-event")
    pick_by_keyboard(page, "ord")
    assert focused() == "form"
    keyboard.type("num")
    builder.shows("5")
    assert focused() == "form"  # though the controls after it are new
    builder.tab_to("value-0")
    keyboard.press("Control+a")
    keyboard.type("3")
    builder.shows("1")
    keyboard.press("Backspace")
    keyboard.type("2")
    builder.shows("5")
    keyboard.press("Enter")
    assert focused() == "window"
    keyboard.type("within")
    builder.tab_to("window-value-0")
    keyboard.press("Control+a")
    keyboard.type("90")
    builder.shows("4")
    builder.tab_to("add")  # that of the properties
    pick_by_keyboard(page, "amou")
    keyboard.press("Shift+Tab")
    assert focused() == "operator"
    keyboard.type("is greater")
    keyboard.press("Tab")
    keyboard.type("50")
    builder.shows("3")
    builder.tab_to("add-event")
    pick_by_keyboard(page, "open")
    keyboard.type("did not")
    builder.shows("2")
    expect(builder.text).to_have_value(RULE)
    keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/segments/\d+$"))
    page.goto(page.url + "/edit")
    builder.shows("2")
    expect(builder.text).to_have_value(RULE)
    forms = builder.page.locator("[data-part=form]")
    assert [forms.nth(n).input_value() for n in range(2)] == ["count", "did not"]


def test_every_form_can_be_chosen_and_its_text_is_read_back(builder: Builder) -> None:
    page = builder.page
    page.get_by_role("button", name="Add event").click()
    page.get_by_role("option", name="order").click()
    expect(builder.text).to_have_value('did "order"')
    choose(builder, 0, "form", "sum")  # amount is the only number
    builder.keeps("5")
    enter(builder, 0, "value-0", "110")
    builder.shows("3")
    expect(builder.text).to_have_value('sum(amount) of "order" is equal or greater than 110')
    choose(builder, 0, "form", "max")
    choose(builder, 0, "operator", "is less than")
    expect(builder.text).to_have_value('max(amount) of "order" is less than 110')
    choose(builder, 0, "window", "is between")
    enter(builder, 0, "window-value-0", "2020-01-01")
    enter(builder, 0, "window-value-1", "2020-12-31")
    expect(builder.text).to_have_value('max(amount) of "order" between 2020-01-01 and 2020-12-31 is less than 110')
    builder.shows("0")  # of nothing, the highest is missing
    choose(builder, 0, "form", "last")
    expect(builder.text).to_have_value('last "order" between 2020-01-01 and 2020-12-31 is within 30 days')
    choose(builder, 0, "window", "")
    choose(builder, 0, "operator", "is more than ago")
    enter(builder, 0, "value-0", "8")
    builder.shows("4")
    expect(builder.text).to_have_value('last "order" is more than 8 days ago')
    page.keyboard.press("Escape")
    average = 'average(amount) of order where (category = "Books" or amount > 70) > 60'
    builder.write(f"{average} and not (did open exactly 1 time)")
    expect(builder.conditions).to_have_count(4)
    builder.shows("1")
    assert builder.conditions.first.locator("[data-part=form]").input_value() == "average"
    expect(page.locator(".where .joins input:checked").first).to_have_value("any")
    builder.write("did open at most 0 times between 2020-01-01 and 2030-01-01 and first visit is today")
    expect(builder.conditions).to_have_count(2)
    builder.shows("0")
    choose(builder, 1, "form", "did")
    builder.shows("1")


def test_conditions_about_properties_are_a_tree_of_their_own(builder: Builder) -> None:
    page, where = builder.page, builder.page.locator(".where > .group")
    builder.write('email contains "@" and did order where (amount > 50)')
    expect(builder.conditions).to_have_count(3)
    where.locator("> .row > [data-do=add]").click()
    page.get_by_role("option", name="category").click()
    page.keyboard.type("books")
    expect(page.locator(".listbox [role=option]")).to_have_text(["Books6"])
    expect(builder.text).to_have_value(re.compile(r'where \(amount is greater than 50 and category is "books"\)$'))
    builder.shows("4")
    box = builder.conditions.nth(3).locator("[data-part=value-0]")
    box.fill("")
    expect(page.locator(".listbox [role=option]")).to_have_text(["Books6", "Music4", "Café1"])
    page.get_by_role("option", name="Café").click()
    expect(box).to_have_value("Café")
    builder.shows("1")
    page.keyboard.press("Alt+ArrowUp")  # up to the edge of the tree, and not out of it
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    expect(builder.text).to_have_value(re.compile(r'where \(category is "Café" and amount is greater than 50\)$'))
    assert page.evaluate("document.activeElement.dataset.part") == "value-0"
    where.get_by_role("radio", name="none of").check(force=True)
    expect(builder.text).to_have_value(re.compile(r"where \(not \(category is .*\)\)$"))
    builder.shows("1")
    builder.conditions.nth(1).locator("> .doing [data-part=menu]").click()
    page.locator("details[open]").get_by_role("button", name="Duplicate").click()
    expect(builder.conditions).to_have_count(7)
    builder.conditions.nth(2).locator("[data-part=remove]").click()
    builder.conditions.nth(2).locator("[data-part=remove]").click()
    expect(builder.text).to_have_value(re.compile(r'^email contains "@" and did "order" and did "order" where'))
    assert page.evaluate("document.activeElement.dataset.part") == "add"
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(builder.conditions).to_have_count(4)
    builder.shows("1")


def test_what_is_wrong_is_shown_at_its_control(builder: Builder) -> None:
    page = builder.page
    page.get_by_role("button", name="Add event").click()
    expect(page.locator("#text-later")).to_be_visible()
    page.keyboard.press("Escape")
    builder.write("did order at least 2 times within 90 days where (amount > 50)")
    builder.shows("3")
    expect(page.locator("#text-later")).to_be_hidden()
    enter(builder, 0, "value-0", "1.5")
    problem = builder.conditions.first.locator("> .problem")
    expect(problem).to_contain_text("whole")
    expect(builder.conditions.first.locator("> .what [aria-invalid]")).to_have_attribute("data-part", "value-0")
    enter(builder, 0, "value-0", "2")
    enter(builder, 0, "window-value-0", "many")
    expect(problem).to_be_visible()
    expect(builder.conditions.first.locator("> .what [aria-invalid]").first).to_have_attribute(
        "data-part", "window-value-0"
    )
    enter(builder, 0, "window-value-0", "90")
    enter(builder, 1, "value-0", "much")
    expect(builder.conditions.nth(1).locator(".problem")).to_contain_text('must be a number such as 12.5, not "much"')
    expect(problem).to_be_hidden()
    page.locator("#to-open").click()
    expect(builder.conditions.nth(1).locator("[data-part=value-0]")).to_be_focused()


def test_events_and_fields_can_take_each_others_place(builder: Builder) -> None:
    page = builder.page
    builder.write('email contains "ann"')
    builder.shows("1")
    builder.conditions.first.locator("[data-part=field]").click()
    page.get_by_role("option", name="visit").click()
    expect(builder.text).to_have_value('did "visit"')
    builder.shows("1")
    choose(builder, 0, "window", "is today")
    expect(builder.text).to_have_value('did "visit" today')
    builder.conditions.first.locator("[data-part=field]").click()
    page.get_by_role("option", name="order").click()
    expect(builder.text).to_have_value('did "order" today')
    builder.conditions.first.locator("[data-part=field]").click()
    page.keyboard.type("first n")
    page.keyboard.press("Enter")
    page.keyboard.type("Ann")
    expect(builder.text).to_have_value('first_name is "Ann"')
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(builder.text).to_have_value('did "order" today')


def test_hidden_events_and_properties_stay_in_the_rules_that_use_them(builder: Builder) -> None:
    add = builder.page.locator(".where [data-do=add]")
    builder.write("did open")
    builder.shows("2")
    expect(add).to_be_hidden()
    builder.write('did open where (campaign = "Autumn")')
    builder.shows("2")
    expect(builder.conditions.nth(1).locator("[data-part=field]")).to_have_text("campaign")
    builder.write("did debug")
    builder.shows("1")
    expect(builder.conditions.first.locator("[data-part=field]")).to_have_text("debug")
    builder.conditions.first.locator("[data-part=field]").click()
    expect(builder.page.get_by_role("option", name="debug")).to_be_visible()


def test_axe_finds_nothing_serious_in_conditions_about_events(builder: Builder) -> None:
    page, found = builder.page, dict[str, Any]()
    builder.write(f"{RULE} and sum(amount) of order between 2026-01-01 and 2026-03-31 > 5 and last visit is today")
    builder.shows("0")
    for look in ("one look", "the other"):
        check_page(page, f"conditions, {look}", found)
    page.get_by_role("button", name="Add event").click()
    expect(page.locator(".picker")).to_be_visible()
    expect(page.locator("#panel:not([aria-busy])")).to_be_visible()
    for look in ("one look", "the other"):
        check_page(page, f"the list of events, {look}", found)
    assert not found, json.dumps(found, indent=1)
