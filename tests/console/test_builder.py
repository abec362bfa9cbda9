"""The builder's requests over HTTP: previews, refusals, and access."""

import json
import re
from html import unescape
from typing import Any

import pytest
import requests

from tamis.rules.operators import OPERATORS
from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.sakila import import_sakila
from tests.support.users import Person, fresh, fresh_address

INDIA = {"field": 5, "operator": "is", "values": ["India"]}
JSON = {"accept": "application/json", "content-type": "application/json"}


@pytest.fixture(scope="module")
def customers(owner: Person) -> int:
    made: int = owner.tamis("type", "create", fresh("Customers"))["id"]
    import_sakila(owner, made)
    return made


def query(visitor: Visitor, path: str, question: Any) -> Any:
    headers = {**JSON, "x-csrf-token": visitor.csrf}
    body = question if isinstance(question, bytes) else json.dumps(question).encode()
    return visitor.http.post(visitor.address + path, data=body, headers=headers, allow_redirects=False, timeout=60)


def look(visitor: Visitor, type_id: int, **question: Any) -> dict[str, Any]:
    answer = query(visitor, "/segments/preview", {"type": type_id, "client_id": "b", "number": 1, **question})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def save(visitor: Visitor, path: str, **form: Any) -> Any:
    filled = {"draft": json.dumps(INDIA), "confirmed": "yes", **form}
    return visitor.post(path, filled, headers={"accept": "application/json"})


def test_the_counts_of_sakila(console: Visitor, customers: int) -> None:
    for text, count in (
        ("active is true", 584),
        ('store = "store 1"', 326),
        ('country = "india"', 60),
        ('country is one of ("China", "Mexico")', 83),
        ("total_paid >= 150", 46),
        ("open_rentals > 0", 159),
    ):
        output = look(console, customers, text=text)
        assert (output["count"], output["total"]) == (count, 599)
        assert look(console, customers, draft=output["draft"])["count"] == count
    output = look(console, customers, draft={"all": [INDIA, {"not": {"field": 5, "operator": "is blank"}}]})
    assert output["counts"]["rule.all[0]"] == [60, "10.0%"]
    assert output["text"] == 'country is "India" and not (country is blank)'
    assert output["sentence"].endswith(" in India whose Country has any value.")
    assert [len(row["cells"]) for row in output["sample"]["rows"]] == [3] * 10
    assert {row["cells"][2] for row in output["sample"]["rows"]} == {"India"}


def test_errors_are_shown_at_their_conditions(console: Visitor, customers: int) -> None:
    output = look(console, customers, text="countri = 1 and total_paid > 5")
    assert (output["count"], "draft" in output) == (None, False)
    assert output["problems"] == [
        {"path": "line 1, column 1", "message": 'there is no field "countri"; did you mean "country"?'}
    ]
    output = look(console, customers, draft={"any": [INDIA, {"field": "", "operator": "", "values": []}]})
    assert (output["count"], output["sentence"], output["unfinished"]) == (None, None, ["rule.any[1]"])
    deep: Any = INDIA
    for _ in range(31):
        deep = {"not": deep}
    assert "nest deeper" in look(console, customers, draft=deep)["problems"][0]["message"]
    for body in (b"", b"{", b"[]", b"\xff", b'{"type": "x"}', b"[" * 5000):
        assert query(console, "/segments/preview", body).status_code == 422
        assert query(console, "/segments/values", body).status_code == 422


def test_field_values_are_suggested(console: Visitor, customers: int) -> None:
    answer = query(console, "/segments/values", {"type": customers, "field": 5, "typed": "ind"})
    assert answer.json() == {"values": [["India", 60], ["Indonesia", 14]]}
    assert query(console, "/segments/values", {"type": customers, "field": 1}).status_code == 404


def test_embedded_page_data_is_complete_and_escaped(console: Visitor, owner: Person) -> None:
    nasty = '</script><script>alert(1)</script>"&'
    type_id = owner.tamis("type", "create", fresh("<b>Nasty</b>"))["id"]
    owner.tamis("field", "create", nasty, "--type", str(type_id), "--kind", "choice", "--option", f"{nasty}1")
    page = console.get(f"/segments/new?type={type_id}").text
    found = re.search(r'id="builder-data">(.*?)</script>', page, re.S)
    assert found
    data = json.loads(found[1])
    assert [operator["name"] for operator in data["operators"]] == [operator.name for operator in OPERATORS]
    ago = next(operator for operator in data["operators"] if operator["name"] == "is more than ago")
    assert (ago["label"], ago["values"], ago["hours"]) == ("is more than … ago", "duration", True)
    assert data["fields"][-1]["name"] == nasty
    assert data["fields"][-1]["options"] == [f"{nasty}1"]
    assert "alert(1)</script>" not in page
    assert "<b>Nasty" not in page


def seen_version(visitor: Visitor, path: str) -> str:
    """Return what a page says about the version of its segment."""
    found = re.search(r'name="seen" value="([^"]+)"', visitor.get(path).text)
    assert found
    return unescape(found[1])


def test_concurrent_edits_in_two_tabs_are_detected(console: Visitor, colleague: Visitor, customers: int) -> None:
    name = fresh("India")
    answer = save(console, f"/segments/new?type={customers}", segment_name=f" {name} ")
    assert answer.status_code == 200, answer.text
    path = f"{answer.json()['go']}/edit"
    refused = save(console, f"/segments/new?type={customers}", segment_name=name)
    assert refused.status_code == 422
    assert refused.json()["problems"] == [{"path": "segment_name", "message": "another segment already has this name"}]
    seen = [seen_version(visitor, path) for visitor in (console, colleague)]
    theirs = json.dumps({"field": 5, "operator": "is", "values": ["China"]})
    assert save(colleague, path, segment_name=name, seen=seen[1], draft=theirs).status_code == 200
    answer = save(console, path, segment_name="Mine", seen=seen[0])
    assert answer.status_code == 409
    other = answer.json()["changed"]
    assert (other["name"], other["sentence"].endswith(" in China.")) == (name, True)
    assert save(console, path, segment_name=name, seen="").status_code == 409
    assert save(console, path, segment_name=name, seen=other["seen"]).status_code == 200


def test_a_change_of_members_is_saved_only_after_confirmation(console: Visitor, owner: Person, customers: int) -> None:
    def ask_to_save(path: str, **form: Any) -> Any:
        return save(console, path, **{"confirmed": None, **form})

    name = fresh("Confirmed")
    new = f"/segments/new?type={customers}"
    assert ask_to_save(new, segment_name="", draft="null").status_code == 422
    refused = ask_to_save(new, segment_name=name, draft="null")
    assert (refused.status_code, refused.json()["confirm"]["after"]) == (409, 0)
    assert name not in {segment["segment_name"] for segment in owner.segments()}
    made = ask_to_save(new, segment_name=name)
    assert made.status_code == 200
    path = f"{made.json()['go']}/edit"
    segment_id = int(path.split("/")[2])
    owner.add(segment_id, "external@example.net")

    def seen() -> str:
        return seen_version(console, path)

    china = json.dumps({"field": 5, "operator": "is", "values": ["China"]})
    requested = ask_to_save(path, segment_name=f"{name}!", seen=seen(), draft=china)
    confirm = requested.json()["confirm"]
    assert {verb: len(emails) for verb, emails in confirm.pop("names").items()} == {"enter": 5, "leave": 5}
    assert (requested.status_code, confirm) == (
        409,
        {"before": 61, "after": 54, "entering": 53, "leaving": 60, "followers": []},
    )
    assert owner.segment(segment_id)["segment_name"] == name
    either = json.dumps({"any": [INDIA, {"field": 5, "operator": "is", "values": ["INDIA "]}]})
    assert ask_to_save(path, segment_name=f"{name}!", seen=seen(), draft=either).status_code == 200
    assert save(console, path, segment_name=name, seen=seen(), draft=china).status_code == 200
    assert owner.segment(segment_id)["segment_emails_count"] == 54


def test_an_incomplete_rule_is_not_saved(console: Visitor, customers: int) -> None:
    open_rule = json.dumps({"all": [INDIA, {"field": 5, "operator": "is", "values": []}]})
    for draft in (open_rule, "", "{", '{"field": 999, "operator": "is", "values": ["1"]}'):
        answer = save(console, f"/segments/new?type={customers}", segment_name=fresh("Open"), draft=draft)
        assert answer.status_code == 422
        assert answer.json()["problems"]


def test_the_contact_type_is_asked_for_when_there_are_several(console: Visitor, customers: int, owner: Person) -> None:
    owner.tamis("type", "create", fresh("Suppliers"))
    page = console.get("/segments/new")
    assert page.status_code == 200
    assert f'href="/segments/new?type={customers}"' in page.text


def test_an_account_without_types_sees_how_to_start(server: Server) -> None:
    person, newcomer = new_console_account(server.data, server.address, fresh_address()), Visitor(server.address)
    newcomer.sign_in(person.email)
    assert "Add your contacts first" in text_of(newcomer.get("/segments/new").text)


def test_another_account_sees_nothing(console: Visitor, stranger: Visitor, guest: Visitor, customers: int) -> None:
    made = save(console, f"/segments/new?type={customers}", segment_name=fresh("Secret")).json()["go"]
    assert stranger.get(f"/segments/new?type={customers}").status_code == 404
    assert stranger.get(f"{made}/edit").status_code == stranger.get("/segments/999999/edit").status_code == 404
    assert save(stranger, f"{made}/edit", segment_name="Mine", seen="1").status_code == 404
    assert save(stranger, f"/segments/new?type={customers}", segment_name="Mine").status_code == 404
    question = {"type": customers, "client_id": "b", "number": 1, "draft": INDIA}
    assert query(stranger, "/segments/preview", question).status_code == 404
    assert query(stranger, "/segments/preview", {**question, "text": 'country = "India"'}).status_code == 404
    assert query(stranger, "/segments/values", {"type": customers, "field": 5}).status_code == 404
    assert guest.get(f"{made}/edit").status_code == 303
    assert query(guest, "/segments/preview", question).status_code == 403
    assert console.http.post(console.address + "/segments/preview", data="{}", headers=JSON).status_code == 403


def test_events_and_values_of_their_properties(
    console: Visitor, stranger: Visitor, owner: Person, server: Server
) -> None:
    type_id = owner.tamis("type", "create", fresh("Shop"))["id"]
    nasty = "</script><b>nasty</b>"
    orders = [{"category": value, "amount": 5} for value in ("Books", "Books", nasty)]
    sent = [
        {"email": f"{number}@example.org", "event": nasty, "properties": each} for number, each in enumerate(orders)
    ]
    requests.post(
        f"{server.address}/v1/events",
        json={"contact_type_id": type_id, "create_contacts": True, "events": sent},
        headers={"authorization": f"Bearer {owner.secret_key}"},
        timeout=60,
    ).raise_for_status()
    page = console.get(f"/segments/new?type={type_id}").text
    assert "<b>nasty" not in page
    found = re.search(r'id="builder-data">(.*?)</script>', page, re.S)
    assert found
    events = json.loads(found[1])["events"]
    assert [(name["name"], name["count"], name["hidden"]) for name in events["names"]] == [(nasty, 3, False)]
    amount, category = sorted(events["names"][0]["properties"], key=lambda one: str(one["name"]))
    assert (amount["kind"], category["kind"]) == ("number", "text")
    assert [one["name"] for one in events["windows"][:4]] == ["is within", "is between", "is after", "is before"]
    question = {"type": type_id, "property": category["id"]}
    assert query(console, "/segments/values", question).json() == {"values": [["Books", 2], [nasty, 1]]}
    assert query(console, "/segments/values", {**question, "property": amount["id"]}).status_code == 404
    assert query(console, "/segments/values", {**question, "field": 5}).status_code == 422
    assert query(stranger, "/segments/values", question).status_code == 404
    blank = {"event": "", "function": "count", "operator": "is equal or greater than", "values": ["1"]}
    output = look(console, type_id, draft=blank)
    assert (output["count"], output["problems"], output["unfinished"]) == (None, [], ["rule"])
    where = {"any": [{"field": category["id"], "operator": "is", "values": [""]}]}
    output = look(console, type_id, draft={**blank, "event": events["names"][0]["id"], "where": where})
    assert (output["problems"], output["unfinished"]) == ([], ["rule.where.any[0]"])
