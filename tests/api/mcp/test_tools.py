"""What the tools answer, and what they do not."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tamis.cli.client.api_client import open_client
from tamis.cli.common import Common
from tamis.client import Tamis
from tamis.mcp.privacy import EMAIL, ShownContacts
from tests.api.mcp.conftest import MARY, RULES
from tests.support.event_loop import run_coroutine
from tests.support.sakila import IN_INDIA
from tests.support.users import Person, fresh

Ask = Callable[..., Any]


@pytest.fixture
def tamis(principal: Person) -> Iterator[Tamis]:
    with Tamis(principal.base.removesuffix("/api/"), principal.secret_key) as client:
        yield client


def asking(person: Person, shown: ShownContacts = ShownContacts.NONE, *, write: bool = False) -> Ask:
    """Return a function that calls a tool and returns its answer, or the text of its error."""

    from mcp import Client

    from tamis.mcp.server import make_server

    def opened() -> AbstractContextManager[Tamis]:
        return open_client(Common(data=person.data, account=person.email), None)

    async def call(tool: str, arguments: dict[str, Any]) -> Any:
        async with Client(make_server(opened, shown, write=write)) as client:
            result = await client.call_tool(tool, arguments)
        text = "".join(part.text for part in result.content if part.type == "text")
        if result.is_error:
            return text
        assert json.loads(text) == result.structured_content
        return result.structured_content

    return lambda tool, **arguments: run_coroutine(call(tool, arguments))


def test_types_fields_and_segments(principal: Person) -> None:
    ask = asking(principal)
    (customers,) = ask("list_contact_types")["contact_types"]
    found = ask("list_fields", contact_type="customers")
    assert found["contact_type"] == customers
    kinds = {field["key"]: field["kind"] for field in found["fields"]}
    assert (kinds["email"], kinds["total_paid"], kinds["active"]) == ("text", "number", "boolean")
    assert set(found["operators"]) == set(kinds.values())
    assert "is between 10 and 10" in found["operators"]["number"]
    segments = ask("list_segments", contact_type=customers["id"])["segments"]
    assert {segment["name"] for segment in segments} >= set(RULES)
    assert {segment["contact_type_id"] for segment in segments} == {customers["id"]}
    segment = ask("get_segment", segment="Customers in India")
    assert (segment["count"], segment["text"]) == (IN_INDIA, 'country is "India"')
    assert segment["etag"]


def test_a_rule_is_previewed_part_by_part(principal: Person) -> None:
    preview = asking(principal)("preview_rule", contact_type="Customers", rule='country = "India" or country = "China"')
    assert preview["total"] == 599
    assert preview["count"] == sum(part["count"] for part in preview["parts"] if "any[" in part["path"])
    assert "India" in preview["sentence"]
    assert "sample" not in preview


def test_members_come_in_pages(principal: Person) -> None:
    ask = asking(principal)
    page = ask("list_members", segment="Customers in India", limit=50)
    rest = ask("list_members", segment="Customers in India", limit=50, cursor=page["next_cursor"])
    ids = [member["contact_id"] for member in page["members"] + rest["members"]]
    assert (page["count"], len(set(ids)), rest["next_cursor"]) == (IN_INDIA, IN_INDIA, None)
    assert all(set(member) == {"contact_id"} for member in page["members"])


def test_a_membership_is_explained(principal: Person, tamis: Tamis) -> None:
    ask = asking(principal)
    by_email = ask("explain_member", segment="Mary alone", email=MARY)
    (mary,) = tamis.segments.members(ask("get_segment", segment="Mary alone")["id"])
    by_id = ask("explain_member", segment="Mary alone", contact_id=mary.contact_id)
    assert by_email == by_id
    assert (by_id["in_segment"], by_id["rule"]["kind"]) == (True, "any")
    assert [part["holds"] for part in by_id["rule"]["parts"]] == [True, False]
    assert ask("explain_member", segment="Customers in India", email=MARY)["in_segment"] is False
    assert "contact_id" in ask("explain_member", segment="Mary alone")


def test_segments_are_compared_and_followed_over_time(principal: Person) -> None:
    ask = asking(principal)
    compared = ask("compare_segments", segments=["Customers in India", "Seen lately"])
    assert compared["segments"][0]["count"] == IN_INDIA
    assert compared["union"] >= compared["intersection"]
    assert ask("segment_history", segment="Customers in India", days=3)["days"][-1]["count"] == IN_INDIA
    forecast = ask("forecast_segment", segment="Seen lately", days=5)
    assert len(forecast["days"]) == 5
    assert {"entering", "leaving"} <= set(forecast["days"][0])


def test_a_change_is_planned_without_doing_it(principal: Person) -> None:
    ask = asking(principal)
    plan = ask("plan_segment_change", segment="Customers in India", rule='country in ("India", "China")')
    assert (plan["count_before"], plan["leaving"]) == (IN_INDIA, 0)
    assert plan["count_after"] == IN_INDIA + plan["entering"]
    after = ask("get_segment", segment="Customers in India")
    assert (after["count"], after["etag"]) == (IN_INDIA, plan["etag"])


def test_nothing_is_written_without_permission(principal: Person, tamis: Tamis) -> None:
    before = list(tamis.segments.list())
    ask = asking(principal)
    assert "create_segment" in ask("create_segment", contact_type="Customers", name="New", rule="active is true")
    assert "update_segment" in ask("update_segment", segment="Customers in India", name="Old")
    assert list(tamis.segments.list()) == before


def test_segments_are_created_and_edited_with_permission(principal: Person, tamis: Tamis) -> None:
    ask, name = asking(principal, write=True), fresh("Made by an assistant")
    made = ask("create_segment", contact_type="Customers", name=name, rule='country = "Nepal"', description="A test.")
    assert (made["name"], made["description"], made["text"]) == (name, "A test.", 'country is "Nepal"')
    plan = ask("plan_segment_change", segment=made["id"], rule='country = "India"')
    changed = ask("update_segment", segment=made["id"], rule='country = "India"', etag=plan["etag"])
    assert (changed["count"], changed["name"]) == (IN_INDIA, name)
    outdated = ask("update_segment", segment=made["id"], rule='country = "China"', etag=plan["etag"])
    assert "read it again" in outdated
    assert tamis.segments.get(made["id"]).count == IN_INDIA
    entry = next(iter(tamis.audit.list(action="segment.changed")))
    assert (entry.subject.id, entry.actor.kind) == (made["id"], "command")
    tamis.segments.delete(made["id"])


@pytest.mark.parametrize(
    ("tool", "arguments", "advice"),
    [
        ("preview_rule", {"contact_type": "Customers", "rule": 'contry = "India"'}, "country"),
        ("preview_rule", {"contact_type": "Customers", "rule": "country = "}, "rule"),
        ("preview_rule", {"contact_type": 987654, "rule": "x"}, "list_contact_types"),
        ("get_segment", {"segment": "Customers in Indja"}, "Did you mean 'Customers in India'?"),
        ("get_segment", {"segment": 987654}, "list_segments"),
        ("list_members", {"segment": "Customers in India", "cursor": "%%%"}, "cursor"),
        ("segment_history", {"segment": "Customers in India", "days": 0}, "days"),
        ("compare_segments", {"segments": ["Customers in India"]}, "segments"),
    ],
)
def test_errors_say_what_to_do(principal: Person, tool: str, arguments: dict[str, Any], advice: str) -> None:
    answer = asking(principal)(tool, **arguments)
    assert isinstance(answer, str)
    assert advice in answer
    assert "Traceback" not in answer


def every_read(ask: Ask) -> list[Any]:
    """Return the answers of all tools that read, and some errors, about segments and rules with emails in them."""
    rule = f'email = "{MARY}" or email is blank'
    return [
        ask("list_contact_types"),
        ask("list_fields", contact_type="Customers"),
        ask("list_segments"),
        ask("get_segment", segment="Mary alone"),
        ask("preview_rule", contact_type="Customers", rule=rule),
        ask("preview_rule", contact_type="Customers", rule=f'emial = "{MARY}"'),
        ask("preview_rule", contact_type="Customers", rule=f"email = {MARY}"),
        ask("preview_rule", contact_type=MARY, rule=rule),
        ask("list_members", segment="Mary alone"),
        ask("list_members", segment=MARY),
        ask("explain_member", segment="Mary alone", email=MARY),
        ask("explain_member", segment="Mary alone", email="stranger.to.all@example.org"),
        ask("explain_member", segment="Mary alone", email="no email"),
        ask("compare_segments", segments=["Mary alone", "Seen lately"]),
        ask("segment_history", segment="Mary alone"),
        ask("forecast_segment", segment="Seen lately"),
        ask("plan_segment_change", segment="Mary alone", rule='country = "India"'),
        ask("plan_segment_change", segment="Mary alone", rule="country ="),
        ask("list_members", segment="Mary alone", limit=MARY),
        ask(MARY),
    ]


def test_nothing_of_a_person_is_shown_by_default(principal: Person) -> None:
    shown = json.dumps(every_read(asking(principal)), ensure_ascii=False)
    assert not EMAIL.search(shown), EMAIL.search(shown)
    assert "smith" not in shown.lower()
    assert "sakilacustomer" not in shown


def test_masked_contacts_have_no_names(principal: Person) -> None:
    shown = json.dumps(every_read(asking(principal, ShownContacts.MASKED)), ensure_ascii=False)
    assert "M***@sakilacustomer.org" in shown
    assert "mary" not in shown.lower().replace("mary alone", "")
    assert "smith" not in shown.lower()
    (member,) = asking(principal, ShownContacts.MASKED)("list_members", segment="Mary alone")["members"]
    assert member["fields"]["first_name"] == "M***"
    assert isinstance(member["fields"]["total_paid"], float | int)


def test_all_is_shown_to_whom_it_may_be(principal: Person) -> None:
    ask = asking(principal, ShownContacts.FULL)
    (member,) = ask("list_members", segment="Mary alone", fields=["last_name"])["members"]
    assert (member["email"], member["fields"]) == (MARY, {"last_name": "SMITH"})
    preview = ask("preview_rule", contact_type="Customers", rule=f'email = "{MARY}"')
    assert [contact["email"] for contact in preview["sample"]] == [MARY]
    explanation = ask("explain_member", segment="Mary alone", email=MARY)
    assert explanation["rule"]["parts"][0]["value"] == MARY
