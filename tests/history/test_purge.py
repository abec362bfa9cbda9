"""Purging contacts by their last activity or by a rule: who goes, who stays, and what the history keeps."""

from collections.abc import Iterator

import pytest

from tamis.actions.audit import list_entries
from tamis.actions.contacts import purge
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.contacts.purge import PurgedContacts, PurgeFilter
from tamis.actions.events.accept import accept_events
from tamis.actions.events.stated_events import parse_event
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.errors import Invalid
from tests.history.history_model import Past, fresh_past

INACTIVE = PurgeFilter(inactive_for="30 days")


@pytest.fixture
def past() -> Iterator[Past]:
    """Contacts a, b, c and d; only c has changed lately, only d has done something lately."""
    with fresh_past() as made:
        made.write({f"{name}@example.org": "India" for name in "abcd"})
        made.look()
        made.later(days=20)
        made.write({"c@example.org": "Peru"})
        do(made, "d@example.org")
        made.later(days=20)
        yield made


def do(past: Past, address: str) -> None:
    stated = [parse_event({"email": address, "event": 'say "hi"'}, past.account.zone)]
    (result,) = past.services.write(accept_events, past.account, past.type.id, stated)
    assert result.status == "accepted", result


def run(past: Past, wanted: PurgeFilter) -> PurgedContacts:
    return purge.purge_contacts(past.services, past.account, past.type.id, wanted, "request-1")


def plan(past: Past, wanted: PurgeFilter) -> tuple[int, list[str]]:
    found = purge.plan_purge(past.services, past.account, past.type.id, wanted)
    return found.count, [contact.email for contact in found.sample]


def test_activity_is_the_last_change_or_event(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan(past, INACTIVE) == (2, ["a@example.org", "b@example.org"])
    assert plan(past, PurgeFilter(inactive_for="2y"))[0] == 0
    monkeypatch.setattr(purge, "CONTACTS_PER_BATCH", 1)

    assert run(past, INACTIVE) == PurgedContacts(deleted=2, remaining=0)
    assert plan(past, PurgeFilter(where="email is not blank")) == (2, ["c@example.org", "d@example.org"])
    assert run(past, INACTIVE) == PurgedContacts(0, 0)
    entries = list_entries(past.services.records.reader(), past.account, 100)
    purged = [entry for entry in entries if entry.action is AuditAction.CONTACTS_PURGED]
    assert [dict(entry.details) for entry in purged] == [{"deleted": 2, "request": "request-1"}]


def test_a_rule_and_a_time_of_inactivity_must_both_hold(past: Past) -> None:
    assert plan(past, PurgeFilter("30 days", 'email starts with "b"')) == (1, ["b@example.org"])
    assert run(past, PurgeFilter(where='country = "Peru"')).deleted == 1


def test_a_call_deletes_no_more_than_it_may(past: Past) -> None:
    found = purge.purge_contacts(past.services, past.account, past.type.id, INACTIVE, "", most=1)

    assert found == PurgedContacts(deleted=1, remaining=1)


@pytest.mark.parametrize("change", ["event", "value"])
def test_whoever_becomes_active_meanwhile_is_left_alone(
    past: Past, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    write = past.services.write

    def after_activity(action: object, *args: object, **kwargs: object) -> object:
        monkeypatch.undo()
        if change == "event":
            do(past, "a@example.org")
        else:
            past.write({"a@example.org": "Chile"})
        return write(action, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(past.services, "write", after_activity)
    assert run(past, INACTIVE) == PurgedContacts(deleted=1, remaining=0)
    assert plan(past, PurgeFilter(where="email is not blank"))[0] == 3


@pytest.mark.parametrize(
    "wanted",
    [PurgeFilter(), PurgeFilter(where=" "), PurgeFilter("soon"), PurgeFilter("0 days"), PurgeFilter(where="x")],
)
def test_nobody_is_purged_without_saying_who(past: Past, wanted: PurgeFilter) -> None:
    with pytest.raises(Invalid):
        run(past, wanted)


def test_past_sizes_stay_when_contacts_are_purged_or_forgotten(past: Past) -> None:
    before = past.sizes(41)[:-1]
    assert run(past, INACTIVE).deleted == 2
    past.services.write(forget_email, past.account, past.type, "d@example.org")
    past.look()

    days = past.sizes(41)
    assert days[:-1] == before
    assert (days[-1].recipients, days[-1].departed) == (0, 3)
    assert past.members(min(past.seen)) == past.seen[min(past.seen)]
