"""§ Never mailed against their will, whatever is written by whatever interface in whatever order."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import post

from tests.api.consent.test_never_mailed import Audience
from tests.providers.payloads import brevo_event, encode
from tests.support.effort import examples
from tests.support.users import Person, fresh_address, new_account

PEOPLE = range(5)


class Writes:
    """What the interfaces can do to five people, and who is suppressed as a result."""

    def __init__(self, audience: Audience) -> None:
        self.audience, self.api, self.person = audience, audience.api, audience.person
        self.emails = [fresh_address(f"p{number}") for number in PEOPLE]
        self.suppressed: set[str] = set()
        provider = self.api.create("providers", {"service": "brevo"})
        self.url = f"{self.api.base}/in/brevo/{provider['secret']}"
        """Where a provider reports to."""
        self.named: dict[str, Callable[[str], object]] = {
            "put": lambda email: self.api.put(self._contact(email.upper()), {"fields": {"city": "Lima"}}),
            "patch": lambda email: self.api.patch(self._contact(email), {"fields": {"city": "Rome"}}),
            "batch": lambda email: self.api.post(
                f"contact-types/{audience.type_id}/contacts/batch", {"contacts": [{"email": email}]}
            ),
            "delete": lambda email: self.api.delete(self._contact(email)),
            "add member": lambda email: self.person.add(audience.segment, email),
            "put member": lambda email: self.api.put(f"segments/{audience.segment}/members/{email}", {}),
            "remove member": lambda email: self.api.delete(f"segments/{audience.segment}/members/{email}"),
            "event": lambda email: self.api.post(
                "events",
                {
                    "contact_type_id": audience.type_id,
                    "events": [{"email": email, "event": "order"}],
                    "create_contacts": True,
                },
            ),
            "suppress": self._suppress,
            "suppress many": self._suppress_many,
            "report": self._report,
            "lift": self._lift,
        }

    def _contact(self, email: str) -> str:
        return f"contact-types/{self.audience.type_id}/contacts/{email}"

    def _suppress(self, email: str) -> None:
        self.api.put(f"suppressions/{email}", {"reason": "unsubscribed"})
        self.suppressed.add(email)

    def _suppress_many(self, email: str) -> None:
        self.api.post("suppressions", {"suppressions": [{"email": email.upper(), "reason": "bounced"}]})
        self.suppressed.add(email)

    def _report(self, email: str) -> None:
        """Let a provider report that somebody has opened a message, and unsubscribed."""
        id_ = fresh_address()
        events = [
            brevo_event(event, email=email.upper(), **{"message-id": id_}) for event in ("opened", "unsubscribed")
        ]
        assert post(self.url, data=encode(events), timeout=60).json()["status"] == "accepted"
        self.suppressed.add(email)

    def _lift(self, email: str) -> None:
        self.api.delete(f"suppressions/{email}")
        self.suppressed.discard(email)


NAMES = (
    *("put", "patch", "batch", "delete", "add member", "put member", "remove member", "event"),
    *("suppress", "suppress many", "report", "lift"),
)


@pytest.fixture(scope="module")
def audience(owner: Person) -> Audience:
    return Audience(new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address()))


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(PEOPLE)), min_size=1, max_size=25))
def test_no_order_of_writes_gives_a_suppressed_email(audience: Audience, steps: list[tuple[str, int]]) -> None:
    writes = Writes(audience)
    mailable = audience.new_segment("can be mailed")
    for name, number in steps:
        writes.named[name](writes.emails[number])
        given_now = set(audience.listed())  # also checks that the count is the number of rows
        assert not given_now & writes.suppressed
        members = {member["email"].lower() for member in audience.api.pages(f"segments/{audience.segment}/members")}
        own = {email for email in writes.emails if email in members}
        assert {email.lower() for email in given_now} & set(writes.emails) == own - writes.suppressed
        changes = audience.api.pages(f"segments/{mailable}/members")
        assert not {member["email"].lower() for member in changes} & writes.suppressed
    told = {(change["email"] or "").lower() for change in audience.api.get("changes", limit=1_000).json()["data"]}
    assert not told & writes.suppressed
