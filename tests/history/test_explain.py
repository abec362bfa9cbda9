"""An explanation says what the projection says, of every customer and segment, and when that will change by time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments.explanations import Explanation, explain_membership
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.demo.make import COLUMNS
from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.errors import NotFound
from tamis.domain.segments.segments import Segment, contact_of_recipient
from tamis.records import contacts, types
from tamis.rules.evaluation.explain import Explained
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.effort import ALL, examples
from tests.support.sakila import CUSTOMERS, FILE

ROWS = 1 << 53
MICROSECOND = timedelta(microseconds=1)
STEADY = {
    "Customers in India": 'country = "India"',
    "Big spenders": "total_paid >= 150",
    "Films still out": "active is true and open_rentals > 0",
    "Win back": "active is true and last_rental_at is before 2006-01-01 and (total_paid >= 120 or rental_count >= 30)",
}
TIMED = {
    "Lately": "last_rental_at is within 183 days",
    "By the clock": "last_rental_at is within 4392 hours or total_paid > 190",
    "Not lately": 'not (last_rental_at is within 26 weeks) and store = "store 1"',
    "Soon a year": "last_rental_at is anniversary within 2 days",
    "Both": 'is in segment "Lately" and (is not in segment "Big spenders" or open_rentals > 0)',
    "Nested": 'is in segment "Both" and not (country = "India") or is in segment "Not lately" and rental_count < 20',
}


class World:
    """The customers, all segments, and a clock that can be moved."""

    def __init__(self, directory: Path) -> None:
        self.now = datetime(2006, 2, 20, 12, tzinfo=UTC)
        self.services = Services(Settings(directory, columns_threads=2), clock=lambda: self.now)
        self.account, _ = self.services.write(create_account, "owner@example.org", "America/New_York", None)
        self.type = self.services.write(create_type, self.account, "Customers")
        import_file(self.services, self.account, self.type, FILE, ImportOptions(create_fields=True, chosen=COLUMNS))
        self.segments = [
            self.services.write(create_segment, self.account, self.type, name, from_text(rule))
            for name, rule in {**STEADY, **TIMED}.items()
        ]
        db = self.services.records.reader()
        self.people = contacts.by_ids(db, [*range(1, CUSTOMERS + 1)], types.fields_of_type(db, self.type.id))

    def explain(self, segment: Segment, email: str) -> Explanation:
        """Explain a membership now."""
        return explain_membership(self.services.records.reader(), self.now, self.account, segment, email)

    def stored(self, segment: Segment) -> set[int | None]:
        """Return the contacts that the projection has in a segment now."""
        rows = recipient_page(self.services, self.account.id, segment.id, 0, ROWS)
        return {contact_of_recipient(recipient_id) for recipient_id, _ in rows}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Six months after most customers rented a film for the last time."""
    made = World(tmp_path / "data")
    yield made
    made.services.close()


def email(text: str) -> Email:
    """Read an address that is known to be one."""
    parsed = parse_email(text)
    assert parsed
    return parsed


def parts_of(part: Explained) -> Iterator[Explained]:
    """Walk over an explanation."""
    yield part
    for inner in part.parts:
        yield from parts_of(inner)


def is_sound(part: Explained) -> bool:
    """Return whether what a part says follows from what its parts say."""
    output = [inner.holds for inner in part.parts]
    expected = {"all": all(output), "any": any(output), "not": output != [True], "nothing": False}
    return part.holds == expected.get(part.kind, part.holds)


def test_explanations_and_stored_memberships_agree_for_every_customer_and_segment(world: World) -> None:
    world.services.write(add_recipient, world.account, world.segments[0].id, email(world.people[0].email), "By", "Hand")
    gone = recipient_page(world.services, world.account.id, world.segments[4].id, 0, 1)[0][0]
    world.services.write(delete_recipient, world.account, gone)
    overridden = (world.people[0].id, contact_of_recipient(gone))
    for segment in world.segments:
        stored = world.stored(segment)
        for contact in (c for n, c in enumerate(world.people) if ALL or n % 3 == 0 or c.id in overridden):
            explained = world.explain(segment, contact.email)
            assert explained.is_in == (contact.id in stored), (segment, contact)
            assert explained.rule
            assert all(map(is_sound, parts_of(explained.rule)))
            assert explained.because != "rule" or explained.rule.holds == explained.is_in


def test_the_next_change_by_time_is_predicted_to_the_microsecond(world: World) -> None:
    foretold: dict[datetime, list[tuple[Segment, int, str, bool]]] = {}
    for segment in world.segments:
        for contact in world.people[::7]:
            explained = world.explain(segment, contact.email)
            if explained.changes_at:
                entry = (segment, contact.id, contact.email, explained.is_in)
                foretold.setdefault(explained.changes_at, []).append(entry)
            assert explained.changes_at is None or segment.name in TIMED
    assert {segment.name for entries in foretold.values() for segment, *_ in entries} == TIMED.keys()
    for at in sorted(foretold)[: examples(25)]:
        for instant in (at - MICROSECOND, at):
            world.now = instant
            for segment, contact_id, address, was_in in foretold[at]:
                is_in = was_in if instant < at else not was_in
                assert (contact_id in world.stored(segment)) == is_in, (segment, address, instant)
                assert world.explain(segment, address).is_in == is_in


def test_manual_overrides_do_not_change_with_time(world: World) -> None:
    lately = world.segments[4]
    member = next(c for c in world.people if world.explain(lately, c.email).changes_at)
    world.services.write(delete_recipient, world.account, next(iter(recipient_id_of(world, lately, member.id))))
    explained = world.explain(lately, member.email)
    assert (explained.is_in, explained.because, explained.since) == (False, "removed by hand", world.now)
    assert explained.rule
    assert explained.rule.holds
    assert explained.changes_at is None
    world.services.write(add_recipient, world.account, lately.id, email("guest@example.org"), "A", "Guest")
    guest = world.explain(lately, "GUEST@example.org")
    assert (guest.is_in, guest.because, guest.contact_id, guest.rule) == (True, "added by hand", None, None)


def recipient_id_of(world: World, segment: Segment, contact_id: int) -> Iterator[int]:
    """Find the number of a contact in a segment."""
    rows = recipient_page(world.services, world.account.id, segment.id, 0, ROWS)
    return (recipient_id for recipient_id, _ in rows if contact_of_recipient(recipient_id) == contact_id)


@pytest.mark.parametrize("address", ["nobody@example.org", "nonsense", ""])
def test_an_unknown_email_is_refused(world: World, address: str) -> None:
    with pytest.raises(NotFound, match="check the spelling"):
        world.explain(world.segments[0], address)
