"""Time counts as a write: contacts enter and leave by time alone at the right instant, regardless of reads."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind, Value
from tamis.records import types
from tamis.records.contacts import NewContact
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.stores.oracle import email

NOON = datetime(2024, 5, 10, 6, tzinfo=UTC)  # in Dhaka, where midnight is at 18:00 UTC
MIDNIGHT = datetime(2024, 5, 10, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


class World:
    """People whose last visit and birthday are known, and a clock that is set by the tests."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.now = NOON
        self.services = self.opened()
        self.account, _ = self.services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
        self.type = self.services.write(create_type, self.account, "People")
        self.seen = self.services.write(create_field, self.type, "Seen", Kind.DATETIME)
        self.born = self.services.write(create_field, self.type, "Born", Kind.DATE)

    def opened(self) -> Services:
        return Services(Settings(self.directory, columns_threads=1), lambda: self.now)

    def restart(self) -> None:
        self.services.close()
        self.services = self.opened()

    def put(self, address: str, **values: Value) -> None:
        fields = {"seen": self.seen.id, "born": self.born.id}
        document = encode_values({fields[name]: value for name, value in values.items()})
        row = NewContact(address, address, document)
        known = types.fields_of_type(self.services.records.reader(), self.type.id)
        self.services.write(upsert, self.type.id, known, [row], ())

    def segment(self, name: str, rule: str) -> Segment:
        return self.services.write(create_segment, self.account, self.type, name, from_text(rule))

    def size(self, segment: Segment) -> int:
        return self.services.project().cached_sizes.by_segment[segment.id]

    def log(self, segment: Segment) -> list[tuple[int, datetime, str]]:
        """List the membership changes of a segment: +1 or -1, instant, cause."""
        rows: list[Any] = (
            self.services.project()
            .cursor()
            .execute(
                "SELECT delta, instant, cause FROM membership_changes WHERE recipient_id >> 32 = $1 ORDER BY number",
                [segment.id],
            )
            .fetchall()
        )
        return [(delta, instant.replace(tzinfo=UTC), cause) for delta, instant, cause in rows]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Open a world of its own."""
    made = World(tmp_path)
    yield made
    made.services.close()


def by_reading(world: World) -> None:
    world.services.project()


def by_restarting(world: World) -> None:
    world.restart()


def by_nothing(world: World) -> None:
    pass


@pytest.mark.parametrize("meanwhile", [by_reading, by_restarting, by_nothing])
def test_an_hour_ends_on_time_without_reads_or_a_server(world: World, meanwhile: Callable[[World], None]) -> None:
    segment = world.segment("Recent", "seen is within 3 hours")
    assert world.size(segment) == 0
    world.put("ann@example.org", seen=NOON - HOUR)
    if meanwhile is not by_nothing:
        assert world.size(segment) == 1
    world.now = NOON + 2 * HOUR - MICROSECOND
    meanwhile(world)
    if meanwhile is not by_nothing:
        assert world.size(segment) == 1
    world.now = NOON + 5 * HOUR
    assert world.size(segment) == 0
    assert world.log(segment) == [(1, NOON, "import"), (-1, NOON + 2 * HOUR, "time passed")]


def test_a_read_a_microsecond_before_midnight_and_at_midnight(world: World) -> None:
    segment = world.segment("Today", "born is anniversary within 0 days")
    world.put("ann@example.org", born=datetime(1990, 5, 10).date())  # noqa: DTZ001  a day
    world.put("bob@example.org", born=datetime(1991, 5, 11).date())  # noqa: DTZ001  a day
    assert world.size(segment) == 1
    world.now = MIDNIGHT - MICROSECOND
    assert world.log(segment) == []
    world.now = MIDNIGHT
    assert world.size(segment) == 1
    assert sorted(world.log(segment)) == [(-1, MIDNIGHT, "time passed"), (1, MIDNIGHT, "time passed")]


def test_missed_midnights_are_logged_separately(world: World) -> None:
    segment = world.segment("Last two days", "seen is within 2 days")
    for day in range(4):
        world.put(f"p{day}@example.org", seen=NOON - timedelta(days=day))
    assert world.size(segment) == 3
    world.now = NOON + timedelta(days=9)
    assert world.size(segment) == 0
    left = [instant for delta, instant, cause in world.log(segment) if delta == -1 and cause == "time passed"]
    assert left == [MIDNIGHT, MIDNIGHT + timedelta(days=1), MIDNIGHT + timedelta(days=2)]


def test_an_unread_change_and_its_expiry_are_two_membership_changes(world: World) -> None:
    segment = world.segment("Recent", "seen is within 3 hours")
    assert world.size(segment) == 0
    world.now += HOUR
    world.put("ann@example.org", seen=NOON)
    world.now += 7 * HOUR
    world.put("bob@example.org", seen=NOON + 8 * HOUR)
    world.now += 20 * HOUR
    assert world.size(segment) == 0
    assert world.log(segment) == [
        (1, NOON + HOUR, "import"),
        (-1, NOON + 3 * HOUR, "time passed"),
        (1, NOON + 8 * HOUR, "import"),
        (-1, NOON + 11 * HOUR, "time passed"),
    ]


def test_a_manually_added_member_does_not_expire(world: World) -> None:
    segment = world.segment("Recent", "seen is within 3 hours")
    assert world.size(segment) == 0
    for name in ("ann", "bob"):
        world.put(f"{name}@example.org", seen=NOON)
    world.put("cat@example.org", seen=NOON - 4 * HOUR)
    assert world.size(segment) == 2
    world.services.write(delete_recipient, world.account, segment.id << 32 | 1)
    world.services.write(add_recipient, world.account, segment.id, email("cat@example.org"), "", "")
    world.now += 10 * HOUR
    assert world.size(segment) == 1
    assert sorted((cause, delta) for delta, _, cause in world.log(segment)) == [
        ("by hand", -1),
        ("by hand", 1),
        ("import", 1),
        ("import", 1),
        ("time passed", -1),
    ]


def test_a_segment_over_another_changes_with_it_over_time(world: World) -> None:
    recent = world.segment("Recent", "seen is within 3 hours")
    world.segment("Lapsed", 'seen is not blank and is not in segment "Recent"')
    third = world.segment("Of lapsed", 'is in segment "Lapsed"')
    world.put("ann@example.org", seen=NOON)
    assert (world.size(recent), world.size(third)) == (1, 0)
    world.now += 4 * HOUR
    assert (world.size(recent), world.size(third)) == (0, 1)
    assert world.log(third) == [(1, NOON + 3 * HOUR, "time passed")]


def test_a_midnight_after_every_daily_rule_was_edited(world: World) -> None:
    segment = world.segment("Today", "seen is within 0 days")
    world.put("ann@example.org", seen=NOON)
    assert world.size(segment) == 1
    world.now = MIDNIGHT + HOUR
    world.services.write(edit_segment, world.account, segment.id, SegmentEdit(draft=from_text("seen is within 1 day")))
    assert world.size(segment) == 1
    world.now += timedelta(days=2)
    world.services.write(delete_segment, world.account, segment.id)
    assert segment.id not in world.services.project().cached_sizes.by_segment
    assert world.services.project().watermark.due == {}


def test_nothing_is_due_without_time_dependent_rules(world: World) -> None:
    world.segment("Plain", "seen is not blank")
    assert world.services.project().watermark.due == {}
    world.segment("Hours", "seen is within 1 hour")
    assert world.services.project().watermark.due == {}  # no one will leave by time alone
    world.put("ann@example.org", seen=NOON)
    assert world.services.project().watermark.due == {world.type.id: NOON + HOUR}
    world.segment("Days", "seen is within 1 day")
    assert world.services.project().watermark.due == {world.type.id: NOON + HOUR}
    world.now += 2 * HOUR
    assert world.services.project().watermark.due == {world.type.id: MIDNIGHT}


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_write_that_was_committed_only_after_midnight_is_judged_by_the_new_day(world: World, is_alone: bool) -> None:
    """The instant of a write is that of its beginning: time may have passed since, in the projection too."""
    birthday = world.segment("Birthday", "born is anniversary within 1 day")
    world.put("old@example.org", born=date(1990, 5, 10))
    world.put("new@example.org", born=date(1990, 1, 1))
    assert world.size(birthday) == 1
    world.now = MIDNIGHT + HOUR
    assert world.size(birthday) == 0
    world.now = MIDNIGHT - HOUR
    world.put("old@example.org", born=date(1990, 1, 1))
    world.put("new@example.org", born=date(1990, 5, 11))
    if not is_alone:
        world.services.write(add_recipient, world.account, birthday.id, email("ext@example.org"), "Ex", "Ternal")
    world.now = MIDNIGHT + 2 * HOUR
    assert world.size(birthday) == (1 if is_alone else 2)
    assert [change for change, *_ in world.log(birthday)] == [-1, *([1] if is_alone else [1, 1])]
