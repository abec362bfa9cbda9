"""The clock of the machine is set back and forth, while Tamis runs and while it does not: memberships are those of the
instant that it shows."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis.actions.maintenance.erasure import Eraser
from tamis.actions.segments.segments import segment_sizes
from tamis.actions.services import Services
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind
from tamis.records.handles import Transaction
from tamis.records.maintenance import erasure
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings
from tests.stores.oracle import Oracle
from tests.stores.workspace import new_workspace

RULES = (
    "created_at is within 2 hours",
    "updated_at is not within 3 days",
    "born is within 7 days",
    "born is anniversary within 3 days",
    "seen is in the next 5 hours",
    'is in segment "created_at is within 2 hours" or score > 5',
    'is not in segment "seen is in the next 5 hours"',
    "score > 3",
)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


class Clocked:
    """A workspace whose clock can be set; `check` compares everything with a recomputation."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.services = Services(Settings(data, columns_threads=1), lambda: self.now)
        self.workspace = new_workspace(self.services)
        for name, kind in (("Score", Kind.NUMBER), ("Born", Kind.DATE), ("Seen", Kind.DATETIME)):
            self.workspace.field(name, kind)
        self.segments: list[Segment] = [self.workspace.segment(rule, rule) for rule in RULES]
        self.last_line = 0

    def write(self, chance: random.Random) -> None:
        """Store people with values about now."""
        people = {}
        for number in chance.sample(range(40), 10):
            born = self.now.date() + chance.choice([0, -1, -3]) * YEAR + chance.randrange(-9, 9) * DAY
            seen = self.now + chance.randrange(-9, 9) * HOUR
            people[f"p{number}"] = {
                "score": str(chance.randrange(9)),
                "born": born.isoformat(),
                "seen": seen.isoformat(timespec="minutes").replace("+00:00", "Z"),
            }
        self.workspace.write(**people)

    def reopen(self) -> None:
        """Stop and start."""
        self.services.close()
        self.services = self.workspace.services = Services(Settings(self.data, columns_threads=1), lambda: self.now)

    def check(self) -> None:
        """Members and sizes are those of now, and the log has grown."""
        columns = self.services.project()
        oracle = Oracle(self.workspace.account, self.workspace.type)
        as_of = EvaluationTime(self.now, self.workspace.account.zone)
        expected = oracle.expected(self.services.records.reader(), self.segments, as_of)
        stored = oracle.stored(columns.cursor(), self.segments)
        assert {id_: set(keyed) for id_, keyed in stored.items()} == expected, self.now
        assert segment_sizes(self.services) == {id_: len(keys) for id_, keys in expected.items()}
        rows = columns.cursor().execute(
            "SELECT number FROM membership_changes WHERE number > $1 UNION ALL "
            "SELECT number FROM membership_snapshots WHERE number > $1 ORDER BY number",
            [self.last_line],
        )
        numbers = [row[0] for row in rows.fetchall()]
        assert numbers == list(range(self.last_line + 1, self.last_line + 1 + len(numbers)))
        self.last_line += len(numbers)


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Clocked]:
    """Open stores whose clock can be set."""
    made = Clocked(tmp_path)
    yield made
    made.services.close()


@pytest.mark.parametrize(
    ("jumps", "restart"),
    [((-HOUR, timedelta(seconds=-1)), False), ((YEAR, -YEAR), False), ((-HOUR, YEAR, -YEAR), True)],
    ids=["an hour back", "a year ahead and back", "across restarts"],
)
def test_memberships_follow_the_clock(clocked: Clocked, jumps: tuple[timedelta, ...], restart: bool) -> None:
    chance = random.Random(0)
    for _ in range(3):
        clocked.write(chance)
        clocked.now += HOUR
        clocked.check()
    for jump in jumps:
        clocked.now += jump
        if restart:
            clocked.reopen()
        clocked.check()
        clocked.write(chance)
        clocked.check()
        clocked.now += timedelta(minutes=90)
        clocked.check()


def test_a_write_before_a_clock_jump_is_read_after_it(clocked: Clocked) -> None:
    chance = random.Random(1)
    clocked.write(chance)
    clocked.check()
    for jump in (-HOUR, 2 * DAY, -DAY):
        clocked.now += timedelta(minutes=10)
        clocked.write(chance)  # nothing is read before the clock is set
        clocked.now += jump
        clocked.write(chance)
        clocked.check()


def test_unread_writes_are_projected_after_midnight(clocked: Clocked) -> None:
    clocked.now = datetime(2026, 3, 1, 17, tzinfo=UTC)  # an hour before midnight in the zone of the account
    clocked.check()
    clocked.workspace.write(ada={"score": "1", "born": "1980-01-01", "seen": "2026-03-01T19:00Z"})
    clocked.now += 4 * HOUR
    clocked.check()


@pytest.mark.parametrize("seed", [3761437025, random.randrange(1 << 32)], ids=["once wrong", "drawn"])
def test_random_clock_jumps(clocked: Clocked, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(15):
        if chance.random() < 0.6:
            clocked.write(chance)
        clocked.now += chance.choice([HOUR, DAY, timedelta(microseconds=1), 20 * DAY]) * chance.randrange(-3, 4)
        if chance.random() < 0.1:
            clocked.reopen()
        if chance.random() < 0.7:
            clocked.check()
    clocked.check()


def test_deleted_data_is_erased_although_the_clock_was_a_year_ahead(clocked: Clocked) -> None:
    eraser = Eraser(clocked.services)
    clocked.now += YEAR
    for jump in (timedelta(0), -YEAR):
        clocked.write(random.Random(2))
        clocked.services.write(erase_something)
        clocked.now += jump
        eraser.run_if_due()
        clocked.now += timedelta(minutes=61)  # at most once an hour, and when it has been quiet
        eraser.run_if_due()
        assert erasure.find_pending(clocked.services.records.reader()) is None
    clocked.check()


def erase_something(db: Transaction, now: datetime) -> None:
    """Remember an erasure."""
    erasure.request_erasure(db, now)
