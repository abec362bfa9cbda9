"""§ Never mailed against their will, whatever is written by whatever interface in whatever order."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.consent.test_never_mailed import Audience
from tests.support.console import Visitor, new_console_account
from tests.support.effort import ALL, examples
from tests.support.in_process import run_text
from tests.support.users import Person, fresh_address

PEOPLE = range(5)


class Interfaces:
    """Everything through which emails are written and suppressed, and through which they leave."""

    def __init__(self, audience: Audience, directory: Path) -> None:
        self.audience, self.api, self.person = audience, audience.api, audience.person
        self.directory = directory
        self.mailable = audience.new_segment("can be mailed")
        self.visitor = Visitor(self.person.base.removesuffix("/api/"))
        self.visitor.sign_in(self.person.email)
        self.http = requests.Session()
        self.http.trust_env = False

    def contact(self, email: str) -> str:
        """Return the path of a contact."""
        return f"contact-types/{self.audience.type_id}/contacts/{email}"

    def command(self, *arguments: object) -> None:
        """Run a command for the account, in this process; it may refuse."""
        own = ("--data", str(self.person.data), "--account", self.person.email, "--json")
        run_text([*map(str, arguments), *own])

    def file(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.directory / name
        path.write_text(text)
        return path

    def imported(self, text: str, **query: object) -> dict[str, Any]:
        """Import a file over the API, and return the import once it has ended."""
        parameters = {"contact_type_id": self.audience.type_id, **query}
        answer = self.api.call(
            "POST", "imports", params=parameters, data=text.encode(), headers={"Content-Type": "text/csv"}
        )
        return self.ended(answer.json())

    def ended(self, job: dict[str, Any]) -> dict[str, Any]:
        """Wait until an import or its undo has ended."""
        while job["state"] in ("running", "undoing"):
            job = self.api.get(f"imports/{job['id']}").json()
        return job


class Writes:
    """What the interfaces can do to five people, and who is suppressed as a result."""

    def __init__(self, interfaces: Interfaces) -> None:
        self.at = interfaces
        self.emails = [fresh_address(f"p{number}") for number in PEOPLE]
        self.suppressed: set[str] = set()

    # -- contacts and members ----------------------------------------------------------------------------------------

    def put(self, email: str) -> None:
        self.at.api.put(self.at.contact(email.upper()), {"fields": {"city": "Lima"}})

    def patch(self, email: str) -> None:
        self.at.api.patch(self.at.contact(email), {"fields": {"city": "Rome"}})

    def batch(self, email: str) -> None:
        self.at.api.post(f"{self.at.contact('batch')}", {"contacts": [{"email": email}]})

    def delete(self, email: str) -> None:
        self.at.api.delete(self.at.contact(email))

    def delete_and_make_again(self, email: str) -> None:
        self.delete(email)
        self.put(email)

    def forget_and_let_return(self, email: str) -> None:
        type_id = self.at.audience.type_id
        self.at.api.delete(f"{self.at.contact(email)}?forget=true")
        self.at.command("contact", "allow", email, "--type", type_id)
        self.put(email)

    def add_recipient(self, email: str) -> None:
        self.at.person.add(self.at.audience.segment, email)

    def put_member(self, email: str) -> None:
        self.at.api.put(f"segments/{self.at.audience.segment}/members/{email}", {})

    def remove_member(self, email: str) -> None:
        self.at.api.delete(f"segments/{self.at.audience.segment}/members/{email}")

    def send_an_event(self, email: str) -> None:
        events = [{"email": email, "event": "order"}]
        body = {"contact_type_id": self.at.audience.type_id, "events": events, "create_contacts": True}
        self.at.api.post("events", body)

    def import_over_the_api(self, email: str) -> None:
        self.at.imported(f"email,city\n{email},Oslo\n")

    def import_as_subscribed(self, email: str) -> None:
        self.at.imported(f"email,Status\n{email},subscribed\n", map="Status=consent")

    def import_with_the_command_line(self, email: str) -> None:
        file = self.at.file("people.csv", f"email,city\n{email.upper()},Quito\n")
        self.at.command("import", file, "--type", self.at.audience.type_id)

    def import_and_undo(self, email: str) -> None:
        done = self.at.imported(f"email,city\n{email},Bonn\n")
        self.at.ended(self.at.api.post(f"imports/{done['id']}/undo").json())

    def take_the_email_of_the_next(self, email: str) -> None:
        other = self.emails[(self.emails.index(email) + 1) % len(self.emails)]
        self.at.api.patch(self.at.contact(email), {"email": other, "fields": {}})

    def delete_and_restore_the_segment(self, _email: str) -> None:
        self.at.api.delete(f"segments/{self.at.audience.segment}")
        assert self.at.api.post(f"deleted-segments/{self.at.audience.segment}/restore").status_code == 200

    def add_in_the_console(self, email: str) -> None:
        self.at.visitor.post(f"/segments/{self.at.audience.segment}/members", {"email": email})

    # -- suppressions ------------------------------------------------------------------------------------------------

    def suppress(self, email: str) -> None:
        self.at.api.put(f"suppressions/{email}", {"reason": "unsubscribed"})
        self.suppressed.add(email)

    def suppress_many(self, email: str) -> None:
        self.at.api.post("suppressions", {"suppressions": [{"email": email.upper(), "reason": "bounced"}]})
        self.suppressed.add(email)

    def suppress_with_the_command_line(self, email: str) -> None:
        self.at.command("suppress", "add", email.upper())
        self.suppressed.add(email)

    def suppress_by_a_file(self, email: str) -> None:
        self.at.command("suppress", "import", self.at.file("suppressed.csv", f"email\n{email}\n"))
        self.suppressed.add(email)

    def suppress_in_the_console(self, email: str) -> None:
        self.at.visitor.post("/suppressions", {"email": email, "reason": "manual"})
        self.suppressed.add(email)

    def import_as_unsubscribed(self, email: str) -> None:
        self.at.imported(f"email,Status\n{email},Unsubscribed\n", map="Status=consent")
        self.suppressed.add(email)

    def import_as_bounced_and_undo(self, email: str) -> None:
        done = self.at.imported(f"email,city,Status\n{email},Kyiv,bounced\n", map="Status=consent")
        self.at.api.post(f"imports/{done['id']}/undo")
        self.at.ended(self.at.api.get(f"imports/{done['id']}").json())
        self.suppressed.add(email)

    def click_on_the_link(self, email: str) -> None:
        found = self.at.api.get(self.at.contact(email))
        if found.status_code == 200:
            link = found.json()["unsubscribe_url"]
            assert self.at.http.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=60).status_code == 200
            self.suppressed.add(email)

    def lift(self, email: str) -> None:
        self.at.api.delete(f"suppressions/{email}")
        self.suppressed.discard(email)

    def lift_in_the_console(self, email: str) -> None:
        self.at.visitor.post("/suppressions/lift", {"email": email})
        self.suppressed.discard(email)


NAMES = [name for name, value in vars(Writes).items() if callable(value) and not name.startswith("_")]
SUPPRESSING = [name for name in NAMES if name.startswith(("suppress", "import_as_un", "import_as_b", "click"))]


@pytest.fixture(scope="module")
def interfaces(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> Interfaces:
    account = new_console_account(owner.data, owner.base.removesuffix("/api/"), fresh_address())
    return Interfaces(Audience(account), tmp_path_factory.mktemp("files"))


def given_by_lists(at: Interfaces) -> set[str]:
    """Return the emails of the lists for mailing, all of which must be the same."""
    listed = set(at.audience.listed())  # also checks that the count is the number of rows
    members = at.api.pages(f"segments/{at.audience.segment}/members", mailable=True)
    assert {member["email"] for member in members} == listed
    shown = at.api.get(f"segments/{at.audience.segment}").json()
    assert shown["mailable"] == len(listed)
    return {email.lower() for email in listed}


def given_by_files(at: Interfaces) -> set[str]:
    """Return the emails of the exports for mailing, of the API and of the console."""
    ours = at.api.get(f"segments/{at.audience.segment}/export", format="ndjson", mailable=True).text
    console = at.visitor.get(f"/segments/{at.audience.segment}/export?to=ndjson").text
    return {json.loads(line)["email"].lower() for text in (ours, console) for line in text.splitlines()}


@settings(max_examples=examples(20), suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(PEOPLE)), min_size=1, max_size=20 if ALL else 10))
def test_no_order_of_writes_gives_a_suppressed_email(interfaces: Interfaces, steps: list[tuple[str, int]]) -> None:
    writes = Writes(interfaces)
    for name, number in steps:
        getattr(writes, name)(writes.emails[number])
        given_now = given_by_lists(interfaces)
        assert not given_now & writes.suppressed, name
        members = interfaces.api.pages(f"segments/{interfaces.audience.segment}/members")
        own = {member["email"].lower() for member in members} & set(writes.emails)
        assert given_now & set(writes.emails) == own - writes.suppressed, name
        mailable = interfaces.api.pages(f"segments/{interfaces.mailable}/members")
        assert not {member["email"].lower() for member in mailable} & writes.suppressed, name
    assert given_by_files(interfaces) == given_by_lists(interfaces)
    changes = interfaces.api.get("changes", limit=1_000).json()
    told = {(change["email"] or "").lower() for change in changes["data"]}
    assert not told & writes.suppressed


@pytest.mark.parametrize("name", SUPPRESSING)
def test_every_way_to_suppress_holds_at_the_next_read_and_against_every_write(
    interfaces: Interfaces, name: str
) -> None:
    writes = Writes(interfaces)
    email = writes.emails[0]
    writes.put(email)
    assert email in given_by_lists(interfaces)
    getattr(writes, name)(email)
    assert email not in given_by_lists(interfaces)
    for other in ("delete_and_make_again", "import_as_subscribed", "import_and_undo", "add_recipient"):
        getattr(writes, other)(email)
        assert email not in given_by_lists(interfaces), other
