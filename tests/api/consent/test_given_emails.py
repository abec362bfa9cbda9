"""Every path by which emails leave: which of them are for mailing, and what says that an email is suppressed."""

from collections.abc import Callable

import pytest

from tests.api.consent.test_never_mailed import Audience
from tests.support.console import Visitor, new_console_account
from tests.support.programs import Program
from tests.support.users import Person, fresh_address


@pytest.fixture(scope="module")
def audience(owner: Person) -> Audience:
    """An audience whose second member has unsubscribed, and whose external member has complained."""
    made = Audience(new_console_account(owner.data, owner.base.removesuffix("/api/"), fresh_address()))
    made.api.put(f"suppressions/{made.emails[1]}", {"reason": "unsubscribed"})
    made.api.put(f"suppressions/{made.external}", {"reason": "complained"})
    return made


def mark(document: dict[str, object]) -> tuple[object, object]:
    found = document.get("suppression")
    assert found is None or isinstance(found, dict)
    assert found is None or (found["source"], set(found)) == ("api", {"reason", "since", "source"})
    return document["email"], found and found["reason"]


def test_wherever_a_contact_is_shown_its_suppression_is(audience: Audience) -> None:
    api, (ann, bob, eve) = audience.api, audience.emails
    contacts = f"contact-types/{audience.type_id}/contacts"
    expected = [(ann, None), (bob, "unsubscribed"), (eve, None)]
    assert [mark(found) for found in api.pages(contacts)] == expected
    one = api.get(f"{contacts}/{bob}")
    assert mark(one.json()) == expected[1]
    assert mark(api.get(f"contacts/{one.json()['id']}").json()) == expected[1]
    again = api.call("GET", f"{contacts}/{bob}", headers={"If-None-Match": one.headers["ETag"]})
    assert again.status_code == 200, "it may be known from before the suppression"
    other = api.get(f"{contacts}/{ann}")
    assert api.call("GET", f"{contacts}/{ann}", headers={"If-None-Match": other.headers["ETag"]}).status_code == 304
    assert mark(api.put(f"{contacts}/{bob}", {"fields": {"city": "Lima"}}).json()) == expected[1]
    members = api.pages(f"segments/{audience.segment}/members")
    assert [mark(found) for found in members] == [*expected, (audience.external, "complained")]
    assert [found["suppressed"] for found in members] == [False, True, False, True]
    assert mark(api.get(f"segments/{audience.segment}/members/{bob}").json()) == expected[1]
    rule = {"contact_type_id": audience.type_id, "rule": 'city = "Lima"'}
    assert sorted(map(mark, api.post("segments/preview", rule).json()["sample"])) == expected
    record = api.get(f"contacts/{one.json()['id']}/export").json()
    assert mark(record["contact"]) == expected[1]
    dry = api.patch(f"segments/{audience.segment}?dry_run=true", {"rule": f'email is not "{bob}"'}).json()
    assert [mark(found) for found in dry["sample"]["leaving"]] == [expected[1]]


def emails_of_feed(api: Program, audience: Audience) -> list[str | None]:
    return [change["email"] for change in api.get("changes", limit=1_000).json()["data"] if change["contact_id"]]


def emails_of_past_members(api: Program, audience: Audience) -> list[str | None]:
    now = api.get("changes", limit=1_000).json()["next_cursor"]
    path = f"segments/{audience.segment}/past-members"
    return [member["email"] for member in api.pages(path, at_change=now) if member["contact_id"]]


def emails_of_samples(api: Program, audience: Audience) -> list[str | None]:
    sample = {"percent": 100}
    found = api.post(f"segments/{audience.segment}/sample", sample).json()["data"]
    return [each["email"] for each in found if each["contact_id"]]


@pytest.mark.parametrize("given", [emails_of_feed, emails_of_past_members, emails_of_samples])
def test_what_is_for_mailing_has_no_suppressed_email(
    audience: Audience, given: Callable[[Program, Audience], list[str | None]]
) -> None:
    ann, bob, eve = audience.emails
    found = given(audience.api, audience)
    assert {ann, eve} <= set(found)
    assert not {bob, audience.external} & set(found)


def test_the_console_exports_who_can_be_mailed_unless_all_are_asked_for(audience: Audience) -> None:
    visitor = Visitor(audience.person.base.removesuffix("/api/"))
    visitor.sign_in(audience.person.email)
    ann, bob, eve = audience.emails
    path = f"/segments/{audience.segment}/export"
    mailed = visitor.get(f"{path}?to=csv").text
    assert ann in mailed
    assert eve in mailed
    assert bob not in mailed
    assert audience.external not in mailed
    everybody = visitor.get(f"{path}?to=csv&suppressed=included").text
    assert bob in everybody
    assert audience.external in everybody
    assert "not for mailing" in visitor.get(f"/segments/{audience.segment}").text
