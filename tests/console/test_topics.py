"""Topics on the page of a contact type, subscriptions on the page of a contact, and both in the builder."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.console.conftest import sign_in, window_of
from tests.console.test_accessibility import check_page
from tests.console.test_builder_in_chromium import Builder
from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.uploads import begin, place_of, upload_file, wait_until_processed
from tests.support.users import Person, fresh_address


@pytest.fixture(scope="module")
def person(server: Server) -> Person:
    return new_console_account(server.data, server.address, fresh_address())


@pytest.fixture(scope="module")
def api(person: Person) -> Program:
    return program_of(person)


@pytest.fixture(scope="module")
def visitor(server: Server, person: Person) -> Visitor:
    opened = Visitor(server.address)
    opened.sign_in(person.email)
    return opened


@pytest.fixture(scope="module")
def type_id(api: Program) -> int:
    return int(api.create("contact-types", {"name": "People"})["id"])


def test_topics_are_added_edited_and_deleted(visitor: Visitor, api: Program, type_id: int) -> None:
    page = f"/types/{type_id}"
    visitor.post(f"{page}/topics", {"topic": "Offers", "description": "Now and <then>"})
    assert "Now and <then>" in text_of(visitor.get(page).text)
    taken = visitor.post(f"{page}/topics", {"topic": "OFFERS", "description": ""})
    assert taken.status_code == 422
    assert "already a topic" in text_of(taken.text)
    (topic,) = api.pages(f"contact-types/{type_id}/topics")
    visitor.post(f"{page}/topics/{topic['id']}", {"topic": "Deals", "description": ""})
    assert api.pages(f"contact-types/{type_id}/topics")[0]["name"] == "Deals"
    rule = 'is subscribed to "Deals"'
    segment = api.create("segments", {"contact_type_id": type_id, "name": "Buyers", "rule": rule})["id"]
    used = visitor.post(f"{page}/topics/{topic['id']}/delete", {})
    assert "used by the segment" in text_of(used.text)
    api.delete(f"segments/{segment}")
    visitor.post(f"{page}/topics/{topic['id']}/delete", {})
    assert api.pages(f"contact-types/{type_id}/topics") == []


def test_subscriptions_are_set_with_a_record_of_consent(visitor: Visitor, api: Program, type_id: int) -> None:
    topic = api.create(f"contact-types/{type_id}/topics", {"name": "News"})["id"]
    contact = api.result(api.put(f"contact-types/{type_id}/contacts/{fresh_address()}", {}))["id"]
    page = f"/types/{type_id}/contacts/{contact}"
    assert "Never asked" in text_of(visitor.get(page).text)

    def save(state: str, seen: str, **more: str) -> int:
        form = {f"topic-{topic}": state, f"seen-{topic}": seen, "text": "", "reason": "", **more}
        return int(visitor.post(f"{page}/subscriptions", form).status_code)

    assert save("unsubscribed", "", text="No, thanks <b>") in (200, 303)
    shown = text_of(visitor.get(page).text)
    assert "No, thanks <b>" in shown
    assert "1 record of consent" in shown
    assert save("unsubscribed", "unsubscribed") in (200, 303)
    assert save("subscribed", "unsubscribed") == 422
    assert save("subscribed", "unsubscribed", reason="Asked at the fair") in (200, 303)
    assert "2 records of consent" in text_of(visitor.get(page).text)
    (found,) = api.get(f"contacts/{contact}/subscriptions").json()["subscriptions"]
    assert (found["state"], found["source"]) == ("subscribed", "console")
    rule = 'is subscribed to "News" and can be mailed and is in random 100% "all"'
    api.create("segments", {"contact_type_id": type_id, "name": "Explained", "rule": rule})
    explained = text_of(visitor.get(page).text)
    for phrase in ("Is subscribed to “News”", "Subscribed", "Can be mailed", "Is in random 100% “all”"):
        assert phrase in explained


@pytest.mark.parametrize("width", [380, 1440])
def test_the_pages_fit_and_the_builder_asks_for_a_topic(
    chromium: Browser, server: Server, person: Person, api: Program, width: int
) -> None:
    type_id = api.create("contact-types", {"name": f"Readers {width}"})["id"]
    for name in ("News", "Offers"):
        topic = api.create(f"contact-types/{type_id}/topics", {"name": name, "description": "Once a week"})["id"]
    contact = api.result(api.put(f"contact-types/{type_id}/contacts/{fresh_address()}", {}))["id"]
    said = {"subscriptions": [{"topic_id": topic, "state": "subscribed"}], "text": "Yes, send me offers."}
    api.put(f"contacts/{contact}/subscriptions", said)
    with window_of(chromium, server.address, width) as window:
        page = window.new_page()
        sign_in(page, person.email)
        wrong: dict[str, Any] = {}
        for path in (f"/types/{type_id}", f"/types/{type_id}/contacts/{contact}"):
            page.goto(path)
            check_page(page, path, wrong)
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not wrong
        page.get_by_text("1 record of consent").click()
        page.get_by_text("Yes, send me offers.").wait_for()
        page.get_by_label("News").select_option("unsubscribed")
        page.get_by_role("button", name="Save subscriptions").click()
        page.get_by_text("Subscriptions updated.").wait_for()
        page.goto(f"/segments/new?type={type_id}")
        builder = Builder(page)
        builder.add("Subscription")
        builder.operator(0, "is not subscribed to")
        page.locator("[data-part=value-0]").select_option(label="Offers")
        builder.shows("0")
        builder.operator(0, "is subscribed to")
        builder.shows("1")
        assert builder.text.input_value() == 'is subscribed to "Offers"'
        page.evaluate("window.onbeforeunload = null")


def test_a_column_of_a_file_is_mapped_to_a_topic(visitor: Visitor, api: Program) -> None:
    type_id = api.create("contact-types", {"name": "Imported"})["id"]
    topic = api.create(f"contact-types/{type_id}/topics", {"name": "News"})["id"]
    file = "email,topic:news,Offers\nann@example.org,subscribed,no\n"
    place = place_of(upload_file(visitor, type_id, file.encode()))
    page = visitor.get(place).text
    assert f'value="topic:{topic}" selected' in page
    wait_until_processed(visitor, begin(visitor, place, "import", {"field_2": "skip"}))
    (found,) = api.pages(f"contact-types/{type_id}/contacts")
    (state,) = api.get(f"contacts/{found['id']}/subscriptions").json()["subscriptions"]
    assert (state["state"], state["source"]) == ("subscribed", "import")
    (job,) = api.pages("imports")
    assert "1 contact updated" in text_of(visitor.get(f"/imports/{job['id']}").text)
