"""§ Never mailed against their will: whatever hands out emails to those who mail never gives a suppressed one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import Program, program_of
from tests.support.users import Person, fresh, fresh_address, new_account


class Audience:
    """An account with one contact type, and a segment with all contacts and an external recipient."""

    def __init__(self, person: Person) -> None:
        self.person, self.api = person, program_of(person)
        self.type_id: int = self.api.create("contact-types", {"name": fresh("Type")})["id"]
        self.segment = self.new_segment('email is not "nobody@example.org"')
        assert self.api.get(f"segments/{self.segment}").json()["count"] == 0
        self.emails = [fresh_address(name) for name in ("ann", "bob", "eve")]
        for email in self.emails:
            self.api.put(f"contact-types/{self.type_id}/contacts/{email}", {"fields": {"city": "Lima"}})
        self.external = fresh_address("external")
        self.api.put(f"segments/{self.segment}/members/{self.external}", {})

    def new_segment(self, rule: str) -> int:
        body = {"contact_type_id": self.type_id, "name": fresh("Segment"), "rule": rule}
        made: int = self.api.create("segments", body)["id"]
        return made

    def listed(self, segment: int | None = None) -> list[str]:
        """Return the emails of the Segment API, whose number must be the count at the same moment."""
        segment = segment or self.segment
        rows = self.person.get("segment/email/list", segment_id=segment).json()["message"]["contactEmails"]
        counts = {each["id"]: each["segment_emails_count"] for each in self.person.segments()}
        assert counts[segment] == len(rows)
        pages, after = [], 0
        while page := self.person.get("segment/email/list", segment_id=segment, limit=1, after=after).json()["message"][
            "contactEmails"
        ]:
            pages += page
            after = page[-1]["id"]
        assert pages == rows
        return [row["email"] for row in rows]

    def exported(self, tmp_path: Path, *options: str) -> list[str]:
        file = tmp_path / "export.ndjson"
        self.person.tamis("export", str(self.segment), file, "--force", *options)
        return [json.loads(line)["email"] for line in file.read_text().splitlines()]

    def told(self) -> set[str | None]:
        """Return the emails that the feed of changes gives."""
        return {change["email"] for change in self.api.get("changes", limit=1_000).json()["data"]}


@pytest.fixture
def audience(owner: Person) -> Audience:
    return Audience(new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address()))


def test_a_suppressed_email_is_in_no_list_count_or_feed(audience: Audience, tmp_path: Path) -> None:
    ann, bob, eve = audience.emails
    assert audience.listed() == [ann, bob, eve, audience.external]
    audience.api.put(f"suppressions/{bob.upper()}", {"reason": "unsubscribed"})
    audience.person.tamis("suppress", "add", audience.external)
    assert audience.listed() == [ann, eve]
    assert audience.exported(tmp_path, "--mailable") == [ann, eve]
    assert audience.exported(tmp_path) == [ann, bob, eve, audience.external]
    assert audience.told() >= {ann, eve}
    assert not audience.told() & {bob, audience.external}
    shown = audience.api.get(f"segments/{audience.segment}").json()
    assert (shown["count"], shown["mailable"]) == (4, 2)
    rule = {"contact_type_id": audience.type_id, "rule": 'city = "Lima"'}
    looked = audience.api.post("segments/preview", rule).json()
    assert (looked["count"], looked["mailable"]) == (3, 2)
    counted = audience.person.tamis("segment", "count", "--type", str(audience.type_id), "--where", 'city = "Lima"')
    assert counted == {"count": 3, "mailable": 2}
    audience.api.delete(f"suppressions/{bob}")
    assert audience.listed() == [ann, bob, eve]


def test_who_is_suppressed_before_being_a_contact_is_never_given(audience: Audience) -> None:
    email = fresh_address("later")
    audience.api.put(f"suppressions/{email}", {"reason": "complained"})
    before = audience.listed()
    writes: tuple[Callable[[], object], ...] = (
        lambda: audience.api.put(f"contact-types/{audience.type_id}/contacts/{email.upper()}", {"fields": {}}),
        lambda: audience.api.post(
            f"contact-types/{audience.type_id}/contacts/batch",
            {"contacts": [{"email": email, "fields": {"city": "Rome"}}]},
        ),
        lambda: audience.person.add(audience.segment, email),
        lambda: audience.api.delete(f"contact-types/{audience.type_id}/contacts/{email}"),
        lambda: audience.api.put(f"segments/{audience.segment}/members/{email}", {}),
    )
    for write in writes:
        write()
        assert audience.listed() == before
    other = fresh_address("new")
    renamed = f"contact-types/{audience.type_id}/contacts/{audience.emails[0]}"
    audience.api.put(f"suppressions/{other}", {"reason": "bounced"})
    audience.api.patch(renamed, {"email": other, "fields": {}})
    assert audience.listed() == before[1:]


def test_an_account_may_give_all_members_and_the_audit_log_says_so(audience: Audience) -> None:
    everybody = audience.listed()
    audience.api.put(f"suppressions/{everybody[0]}", {"reason": "unsubscribed"})
    assert audience.listed() == everybody[1:]
    assert audience.api.patch("account", {"give_suppressed": True}).json()["give_suppressed"] is True
    assert audience.listed() == everybody
    entry = audience.api.get("audit", limit=1).json()["data"][0]
    assert (entry["action"], entry["details"]) == ("account.changed", {"give_suppressed": True})
    assert audience.api.patch("account", {"give_suppressed": False}).json()["give_suppressed"] is False
    assert audience.listed() == everybody[1:]


def test_only_an_administrator_lets_an_account_give_all_members(audience: Audience) -> None:
    writer: Program = program_of(audience.person, "write")
    assert writer.patch("account", {"give_suppressed": True}).status_code == 403
    assert writer.get("account").json()["give_suppressed"] is False


@pytest.mark.parametrize("rule", ["is suppressed", "not (can be mailed)"])
def test_rules_ask_for_suppressions_and_members_follow(audience: Audience, rule: str) -> None:
    ann, bob, _ = audience.emails
    suppressed, mailable = audience.new_segment(rule), audience.new_segment('city = "Lima" and can be mailed')

    def members(segment: int) -> list[str]:
        return [member["email"] for member in audience.api.pages(f"segments/{segment}/members")]

    assert (members(suppressed), members(mailable)) == ([], audience.emails)
    audience.api.post("suppressions", {"suppressions": [{"email": ann}, {"email": bob}]})
    assert (members(suppressed), members(mailable)) == ([ann, bob], audience.emails[2:])
    audience.api.delete(f"suppressions/{ann}")
    assert (members(suppressed), members(mailable)) == ([bob], [ann, audience.emails[2]])
    causes: list[dict[str, Any]] = audience.api.get("changes", segment_id=mailable, limit=100).json()["data"]
    assert [(each["type"], each["cause"]) for each in causes[1:]] == [
        ("left", "consent"),
        ("left", "consent"),
        ("entered", "consent"),
    ]
    explained = audience.api.get(f"segments/{suppressed}/explain", email=bob).json()
    assert explained["in_segment"] is True
