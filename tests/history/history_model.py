"""Stores whose clock can be set, in which contacts enter and leave segments while a model records who was there
when."""

import copy
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.maintenance.retention import Retention
from tamis.actions.segments import history
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import create_segment, delete_segment
from tamis.actions.services import Services
from tamis.columns.history import batches
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.segments.membership_changes import DaySize
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import COUNTRY
from tamis.domain.values.instants import day_of, to_micros
from tamis.records import types
from tamis.records.contacts import NewContact
from tamis.records.segments import segments
from tamis.records.segments.trash import purged_segments
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.templates import copy_of

BEGIN = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
EVERYONE = 1 << 53
FOR_EVER = 36_500


def email(text: str) -> Email:
    """Read an address that is known to be one."""
    parsed = parse_email(text)
    assert parsed
    return parsed


class Past:
    """An account with one type and one segment, "Indians"; `seen` is who was in it at each instant of a look."""

    def __init__(self, directory: Path, timezone: str = "Asia/Dhaka", history_days: int = FOR_EVER) -> None:
        self.now = BEGIN
        self.settings = Settings(directory, columns_threads=2, history_days=history_days)
        self.services = Services(self.settings, clock=lambda: self.now)
        self.account, _ = self.services.write(create_account, "owner@example.org", timezone, None)
        self.type = self.services.write(create_type, self.account, "People")
        self.segment = self.make_segment("Indians", 'country = "India"')
        self.seen: dict[datetime, set[int]] = {}
        self.look()

    def make_segment(self, name: str, rule: str) -> Segment:
        """Make a segment."""
        return self.services.write(create_segment, self.account, self.type, name, from_text(rule))

    def delete_segment(self) -> None:
        """Delete the segment."""
        self.services.write(delete_segment, self.account, self.segment.id)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def look(self) -> set[int]:
        """Let the columns follow, keep them up, and note who is in the segment now."""
        self.services.project()
        Retention(self.services).run_if_due()
        rows = recipient_page(self.services, self.account.id, self.segment.id, 0, EVERYONE)
        self.seen[self.now] = {recipient_id for recipient_id, _ in rows}
        self.sizes(8)
        return self.seen[self.now]

    def write(self, people: dict[str, str]) -> None:
        """Add or change contacts: their countries by address."""
        rows = [NewContact(a, email(a).key, encode_values({COUNTRY.id: country})) for a, country in people.items()]
        fields = types.fields_of_type(self.services.records.reader(), self.type.id)
        self.services.write(upsert, self.type.id, fields, rows, (COUNTRY.id,))

    def delete(self, address: str) -> None:
        """Delete a contact, if there is one."""
        try:
            self.services.write(delete_contact, self.account, self.type, address)
        except NotFound:
            return

    def add(self, address: str) -> None:
        """Add an email manually, unless it is in the segment."""
        try:
            self.services.write(add_recipient, self.account, self.segment.id, email(address), "By", "Hand")
        except Invalid:
            return

    def remove_one(self) -> None:
        """Exclude the first recipient, if there is one."""
        present = self.look()
        if present:
            self.services.write(delete_recipient, self.account, min(present))

    def rebuild(self) -> None:
        """Build the copy anew, as is done when it cannot follow."""
        columns = self.services.project()
        with columns.lock:
            columns.mark_for_restore()
        self.look()

    def reopen(self) -> None:
        """Close the stores and open them again."""
        self.services.close()
        self.services = Services(self.settings, clock=lambda: self.now)

    def move(self, directory: Path) -> None:
        """Open a copy of the closed data directory in another place."""
        self.settings = replace(self.settings, data=directory)
        self.services = Services(self.settings, clock=lambda: self.now)

    def trim(self, kept_days: int) -> None:
        """Drop what is older than so many days."""
        db = self.services.records.reader()
        columns = self.services.project()
        columns.trimmed = None
        columns.trim(segments.zones_of_live(db), purged_segments(db), self.now, kept_days)

    def sizes(self, days: int = 400) -> list[DaySize]:
        """Return the sizes of the last days, as each of the ways of telling them does."""
        reported = history.segment_history(self.services, self.account.id, self.segment.id, days).days
        today = day_of(self.now, self.account.zone)
        with self.services.view(self.account.id) as view:
            many = view.columns.history.last_sizes([self.segment.id], today, 8)[self.segment.id]
        known = {day.day: day.recipients for day in reported}
        assert many[:-1] == [known.get(today - timedelta(days=back)) for back in reversed(range(1, 8))]
        return reported

    def known_since(self) -> datetime:
        """Tell since when it is known who was in the segment."""
        since = history.segment_history(self.services, self.account.id, self.segment.id, 1).known_since
        assert since
        return since

    def members(self, at: datetime, page: int = 3) -> set[int] | None:
        """Return the recipients at an instant, read in small pages, or None where that is refused."""
        requested = (self.services, self.account.id, self.segment.id, to_micros(at))
        try:
            count = history.size_at(*requested)
        except Refused:
            return None
        found: list[int] = []
        while rows := history.members_at(*requested, found[-1] if found else 0, page):
            found += [row[0] for row in rows]
        assert found == sorted(set(found))
        assert len(found) == count
        return set(found)


@contextmanager
def small_packs() -> Iterator[None]:
    """Keep all changes as packs, and few of them in each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "MOST_ROWS", 0)
        patch.setattr(batches, "CHANGES_A_PACK", 2)
        patch.setattr(batches, "MEMBERS_A_LIST", 2)
        yield


def eventful_past(directory: Path, make: Callable[[Path], Past]) -> Past:
    """Return a copy of a past that `make` makes once, which is `eventful_rows` or `eventful_packs`."""
    past = copy.copy(copy_of(make, directory))
    past.seen = dict(past.seen)
    past.move(directory)
    return past


def eventful_rows(directory: Path) -> Past:
    """Make a past in which much has happened, its changes kept as rows, and close it."""
    past = Past(directory)
    live_through(past, random.Random(7))
    past.services.close()
    return past


def eventful_packs(directory: Path) -> Past:
    """Make the same with its changes kept as packs."""
    with small_packs():
        return eventful_rows(directory)


@contextmanager
def fresh_past(timezone: str = "Asia/Dhaka", history_days: int = FOR_EVER) -> Iterator[Past]:
    """Begin in an empty directory, for tests that begin many times."""
    with tempfile.TemporaryDirectory(prefix="tamis-") as directory:
        past = Past(Path(directory), timezone, history_days)
        try:
            yield past
        finally:
            past.services.close()


def live_through(past: Past, chance: random.Random, days: int = 12) -> None:
    """Let contacts enter and leave for some days, by rule, manual override and time."""
    past.make_segment("Lately", "created_at is within 48 hours")
    past.make_segment("Beside", 'is in segment "Indians" and is not in segment "Lately"')
    for _ in range(days):
        people = chance.sample(range(1, 12), 4)
        past.write({f"p{n}@example.org": chance.choice(("India", "Peru")) for n in people})
        past.look()
        past.add(f"guest{chance.randrange(3)}@example.org")
        if chance.random() < 0.5:
            past.remove_one()
        if chance.random() < 0.3:
            past.delete(f"p{chance.randrange(1, 12)}@example.org")
        past.later(hours=chance.randrange(1, 40))
        past.look()
