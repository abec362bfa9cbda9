"""Contact types and their fields in the console: created, renamed, reordered, refused with reasons, and private."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.console import Visitor, text_of
from tests.support.users import Person, fresh

HOSTILE = '<script>alert(1)</script> "it\'s" \u202eRTL 🙂 '


@pytest.fixture
def people(console: Visitor) -> int:
    """A contact type of the owner, with a plan and an age."""
    made = make_type(console, fresh("People"))
    for fields in ({"name": "Plan", "kind": "choice", "options": "Free\n\n Pro \n"}, {"name": "Age", "kind": "number"}):
        answer = console.post(f"/types/{made}/fields", fields)
        assert answer.status_code == 303, text_of(answer.text)
    return made


def make_type(visitor: Visitor, name: str) -> int:
    answer = visitor.post("/types", {"name": name})
    assert answer.status_code == 303, text_of(answer.text)
    return int(answer.headers["location"].rpartition("/")[2])


def fields_of(person: Person, type_id: int) -> dict[str, dict[str, Any]]:
    listed = person.tamis("field", "list", "--type", str(type_id))["fields"]
    return {field["key"]: field for field in listed if not field["reserved"]}


def import_people(owner: Person, type_id: int, lines: str) -> None:
    file = owner.data.parent / f"{fresh('people')}.csv"
    file.write_text("email,plan,age\n" + lines)
    owner.tamis("import", file, "--type", str(type_id))


def test_a_type_is_created_once_renamed_and_deleted(console: Visitor, colleague: Visitor) -> None:
    name = fresh("Donors")
    twice = [console.post("/types", {"name": name, "idempotency_key": "the same"}) for _ in range(2)]
    assert twice[0].headers["location"] == twice[1].headers["location"]
    type_id = int(twice[0].headers["location"].rpartition("/")[2])
    assert text_of(colleague.get("/types").text).count(name) == 1
    for taken in (name.upper(), "", "x" * 256):
        refused = console.post("/types", {"name": taken})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
    assert "there already" not in refused.text
    renamed = colleague.post(f"/types/{type_id}/rename", {"type_name": f"{name} of today"})
    assert renamed.status_code == 303
    assert f"{name} of today" in text_of(console.get(f"/types/{type_id}").text)
    assert console.post(f"/types/{type_id}/rename", {"type_name": " "}).status_code == 422
    assert console.post(f"/types/{type_id}/delete").headers["location"] == "/types"
    assert console.get(f"/types/{type_id}").status_code == 404


def test_a_type_in_use_is_kept_and_names_its_users(console: Visitor, owner: Person, people: int) -> None:
    import_people(owner, people, "ann@example.org,Pro,30\n")
    name = fresh("Pros & <b>friends</b>")
    owner.tamis("segment", "create", name, "--type", str(people), "--where", 'plan = "Pro"')
    segment_id = next(segment["id"] for segment in owner.segments() if segment["segment_name"] == name)
    refused = console.post(f"/types/{people}/delete")
    assert refused.status_code == 409
    assert f'"{name}"' in text_of(refused.text)
    assert f'href="/segments/{segment_id}"' in refused.text
    owner.tamis("segment", "delete", str(segment_id))
    assert "still has 1 contact, which must be deleted first" in text_of(console.post(f"/types/{people}/delete").text)


def test_a_new_field_shows_every_problem_at_its_control(console: Visitor, owner: Person, people: int) -> None:
    wrong = console.post(f"/types/{people}/fields", {"name": "Likes", "kind": "choices", "options": "Art; old\nArt"})
    assert wrong.status_code == 422
    assert "separates multiple options" in text_of(wrong.text)
    assert "Art; old" in wrong.text, "what was typed is kept"
    none = console.post(f"/types/{people}/fields", {"name": "Likes", "kind": "choices", "options": ""})
    assert "--option" not in text_of(none.text), "no advice for the command line"
    for field in ({"name": "!!", "kind": "text"}, {"name": "Plan", "kind": "text"}, {"name": "A", "kind": "colour"}):
        assert console.post(f"/types/{people}/fields", field).status_code == 422
    once = {"name": "Likes", "kind": "choices", "options": "Music\nArt", "idempotency_key": "one mark"}
    assert [console.post(f"/types/{people}/fields", once).status_code for _ in range(2)] == [303, 303]
    assert list(fields_of(owner, people)) == ["plan", "age", "likes"]
    assert fields_of(owner, people)["likes"]["options"] == ["Music", "Art"]


def test_field_completeness_and_usage_are_shown(console: Visitor, owner: Person, people: int) -> None:
    assert "No contacts yet" in text_of(console.get(f"/types/{people}").text)
    import_people(owner, people, "ann@example.org,Pro,30\nbob@example.org,Free,\ncat@example.org,,\n")
    name = fresh("Pros")
    owner.tamis("segment", "create", name, "--type", str(people), "--where", 'plan = "Pro"')
    page = text_of(console.get(f"/types/{people}").text)
    assert re.search(rf"Plan Single choice plan Free Pro 66\.7% filled in Used by {name}", page)
    assert "Age Number age 33.3% filled in" in page


def test_options_are_renamed_moved_added_and_deleted_in_one_form(console: Visitor, owner: Person, people: int) -> None:
    import_people(owner, people, "ann@example.org,Pro,30\nbob@example.org,Free,40\n")
    name = fresh("Pros")
    owner.tamis("segment", "create", name, "--type", str(people), "--where", 'plan = "Pro"')
    plan = fields_of(owner, people)["plan"]["id"]
    address = f"/types/{people}/fields/{plan}"
    form = {"name": "Price plan", "kind": "choice", "seen": ["Free", "Pro"]}
    rows = {"was": ["", "Pro", ""], "option": ["Team", "Professional", " "]}
    requested = console.post(address, form | rows)
    assert requested.status_code == 422, "Free would be taken from somebody"
    assert "1 contact has Free . Saving removes it from them" in text_of(requested.text)
    refused = console.post(address, form | rows | {"sure": "on"})
    assert refused.status_code == 409
    assert f'could enter the segment "{name}"' in text_of(refused.text)
    rows = {"was": ["", "Pro", "Free"], "option": ["Team", "Professional", "Free"]}
    assert console.post(address, form | rows).status_code == 303
    edited = fields_of(owner, people)["price_plan"]
    assert (edited["options"], edited["id"]) == (["Team", "Professional", "Free"], plan)
    assert owner.tamis("segment", "show", name)["count"] == 1
    late = console.post(address, form | rows)
    assert late.status_code == 409
    assert "have changed since you opened them" in text_of(late.text)


def test_values_that_do_not_fit_a_new_kind_are_shown_and_can_be_discarded(
    console: Visitor, stranger: Visitor, owner: Person, people: int
) -> None:
    note = console.post(f"/types/{people}/fields", {"name": "Joined", "kind": "text"})
    assert note.status_code == 303
    file = owner.data.parent / f"{fresh('people')}.csv"
    file.write_text("email,joined\nann@example.org,31/12/2024\nbob@example.org,n/a\n")
    owner.tamis("import", file, "--type", str(people))
    field_id = fields_of(owner, people)["joined"]["id"]
    path, form = f"/types/{people}/fields/{field_id}", {"name": "Joined", "kind": "date"}
    requested = console.post(path, form)
    assert requested.status_code == 422
    assert "2 contacts have values that will not fit" in text_of(requested.text)
    assert "bob@example.org" in requested.text
    assert fields_of(owner, people)["joined"]["kind"] == "text"
    assert "1 contact has a value" in text_of(console.post(path, form | {"date_order": "dmy"}).text)
    saved = console.post(path, form | {"date_order": "dmy", "blank": "on"})
    assert (saved.status_code, saved.headers["location"]) == (303, f"{path}#lost")
    assert fields_of(owner, people)["joined"]["kind"] == "date"
    shown = owner.tamis("contact", "show", "ann@example.org", "--type", str(people))
    assert shown["values"]["joined"] == "2024-12-31"
    link = re.search(rf'href="({path}/lost/[^"]+)"', console.get(path).text)
    assert link
    assert "bob@example.org,n/a" in console.get(link[1]).text
    assert stranger.get(link[1]).status_code == 404
    assert console.get(f"{path}/lost/other.csv").status_code == 404


def test_only_an_unused_field_is_deleted(console: Visitor, owner: Person, people: int) -> None:
    name = fresh("Grown up")
    owner.tamis("segment", "create", name, "--type", str(people), "--where", "age > 18")
    ids = {key: field["id"] for key, field in fields_of(owner, people).items()}
    refused = console.post(f"/types/{people}/fields/{ids['age']}/delete")
    assert refused.status_code == 409
    assert f'"Age" is used by the segment "{name}"' in text_of(refused.text).replace("age is", "Age is")
    assert console.post(f"/types/{people}/fields/{ids['plan']}/delete").status_code == 303
    assert list(fields_of(owner, people)) == ["age"]
    assert console.get(f"/types/{people}/fields/{ids['plan']}").status_code == 404


def test_another_account_sees_and_changes_nothing(
    console: Visitor, stranger: Visitor, guest: Visitor, owner: Person, people: int
) -> None:
    before = fields_of(owner, people)
    own = make_type(stranger, fresh("Mine"))
    ids = [field["id"] for field in before.values()]
    for type_id in (people, own, 999_999, 2**62):
        for field_id in (*ids, 1, 2**62):
            address = f"/types/{type_id}/fields/{field_id}"
            assert stranger.get(address).status_code in (404, 409)
            for path in (address, f"{address}/delete", f"{address}/move"):
                answer = stranger.post(path, {"name": "Mine", "before": str(ids[0]), "kind": "text"})
                assert answer.status_code in (404, 409), path
                assert "Plan" not in answer.text
    for path in ("", "/rename", "/delete", "/fields"):
        method = stranger.get if not path else stranger.post
        assert method(f"/types/{people}{path}").status_code == 404
        assert guest.get(f"/types/{people}").headers["location"].startswith("/sign-in")
    assert fields_of(owner, people) == before


def test_hostile_names_are_shown_as_text(console: Visitor, owner: Person) -> None:
    name = fresh(HOSTILE) + "w" * 100
    type_id = make_type(console, name)
    console.post(f"/types/{type_id}/fields", {"name": HOSTILE, "kind": "choice", "options": f"{HOSTILE}\n'><b>"})
    (field,) = fields_of(owner, type_id).values()
    for path in ("/types", f"/types/{type_id}", f"/types/{type_id}/fields/{field['id']}"):
        page = console.get(path).text
        assert "<script>alert" not in page
        assert "<b>" not in page
        assert "alert(1)" in text_of(page)


def test_fields_and_options_are_moved_by_keyboard_and_by_dragging(page: Page, owner: Person, people: int) -> None:
    page.goto(f"/types/{people}")
    up = page.get_by_role("button", name="Move Age up")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#moved")).to_have_text("Age moved to position 1 of 2.")
    expect(page.get_by_role("button", name="Move Age up")).to_be_focused()
    assert list(fields_of(owner, people)) == ["age", "plan"]
    grip, target = page.locator("[data-grip]").first, page.locator("[data-field]").last
    box = target.bounding_box()
    assert box
    grip.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 3, steps=4)
    page.mouse.up()
    expect(page.locator("#moved")).to_have_text("Age moved to position 2 of 2.")
    assert list(fields_of(owner, people)) == ["plan", "age"]

    page.set_viewport_size({"width": 380, "height": 800})
    page.get_by_role("link", name="Edit Plan").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/fields/*")  # with its scripts: before them, Enter in an option saves the form
    page.get_by_label("Option Pro").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Team")
    page.get_by_role("button", name="Move new option up").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete Pro").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Option Free")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Field “Plan” saved.")
    assert fields_of(owner, people)["plan"]["options"] == ["Team", "Free"]
    page.get_by_role("radio", name="Single choice").check()
    expect(page.get_by_label("Options, one per line")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_type_named_like_a_number_is_not_found_by_that_number(console: Visitor) -> None:
    name = str(1_000_000 + secrets.randbelow(1_000_000))
    make_type(console, name)
    for path in ("", "/contacts", "/contacts/new"):
        assert console.get(f"/types/{name}{path}").status_code == 404
