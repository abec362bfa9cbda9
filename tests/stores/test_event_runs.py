"""Events in runs: whatever is sealed, merged and deleted, and wherever that stops, each event is there once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from random import Random

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.records.engine.sqlite.database import migrate
from tamis.records.events import read, write
from tamis.records.events.rows import EventOutcome, NewEvent, identity_of
from tamis.records.events.sealed import filters, removals, runs, small_runs, upkeep
from tamis.records.events.sealed.lines import compress, decompress, read_line, write_line
from tamis.records.events.verify import EventProblems, verify_events
from tamis.records.handles import Transaction
from tamis.records.names import register_fold
from tests.support.effort import examples
from tests.support.small_runs import small_runs as with_small_runs

CONTACTS, NAMES = range(1, 13), (1, 2)
TYPE = 1


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with with_small_runs():
        yield


@cache
def _template() -> apsw.Connection:
    db = apsw.Connection(":memory:")
    register_fold(db)
    migrate(db)
    columns = "id, email, email_key, timezone, created_at"
    db.execute(f"INSERT INTO accounts ({columns}) VALUES (1, 'a@b.c', 'a@b.c', 'UTC', 0)").fetchall()
    db.execute("INSERT INTO contact_types (id, account_id, name, name_key, created_at) VALUES (1, 1, 'P', 'p', 0)")
    for name in NAMES:
        sql = "INSERT INTO event_names (id, contact_type_id, name, name_key, created_at) VALUES (?, 1, ?, ?, 0)"
        db.execute(sql, (name, f"n{name}", f"n{name}")).fetchall()
    for id_ in CONTACTS:
        sql = "INSERT INTO contacts VALUES (?, 1, ?, ?, '{}', 0, 0, NULL)"
        db.execute(sql, (id_, f"{id_}@b.c", f"{id_}@b.c")).fetchall()
    return db


class Stored:
    """Records in memory, and what should be in them."""

    def __init__(self) -> None:
        self.connection = apsw.Connection(":memory:")
        with self.connection.backup("main", _template(), "main") as backup:
            backup.step()
        self.db = Transaction(self.connection)
        self.expected: dict[tuple[int, int, bytes], NewEvent] = {}
        self.change_of: dict[tuple[int, int, bytes], int] = {}
        self.change = 0

    @contextmanager
    def transaction(self, *, is_lost: bool = False) -> Iterator[Transaction]:
        self.connection.execute("BEGIN").fetchall()
        yield self.db
        self.connection.execute("ROLLBACK" if is_lost else "COMMIT").fetchall()

    def append(self, events: list[NewEvent], *, is_lost: bool = False) -> None:
        self.change += 1
        with self.transaction(is_lost=is_lost) as db:
            outcomes = write.append(db, events, self.change)
        expected = dict(self.expected)
        for event, outcome in zip(events, outcomes, strict=True):
            key = (event.contact_id, event.name_id, identity_of(event))
            same = expected.get(key)
            if same is None:
                assert outcome is EventOutcome.STORED
                expected[key] = event
                if not is_lost:
                    self.change_of[key] = self.change
            elif (same.at, same.properties) == (event.at, event.properties):
                assert outcome is EventOutcome.REPEATED
            else:
                assert outcome is EventOutcome.CONFLICTING
        if not is_lost:
            self.expected = expected

    def remove_contacts(self, contact_ids: list[int]) -> None:
        with self.transaction() as db:
            write.remove_of_contacts(db, contact_ids)
        self.expected = {key: event for key, event in self.expected.items() if key[0] not in contact_ids}

    def remove_before(self, name_id: int, before: int) -> None:
        with self.transaction() as db:
            write.remove_before(db, name_id, before)
        gone = [key for key, event in self.expected.items() if key[1] == name_id and event.at < before]
        for key in gone:
            del self.expected[key]

    def take_steps(self, most: int, applied: int) -> None:
        for _ in range(most):
            with self.transaction() as db:
                if not upkeep.take_step(db, applied):
                    return

    def check(self) -> None:
        of_contacts = read.of_contacts(self.db, [*CONTACTS])
        found = [event for events in of_contacts.values() for event in events]
        assert Counter((e.contact_id, e.name_id, e.identity) for e in found) == Counter(self.expected.keys())
        for event in found:
            expected = self.expected[event.contact_id, event.name_id, event.identity]
            assert NewEvent(*event[:3], event.key, event.properties, event.occurrence) == expected
            assert event.change in (0, self.change_of[event.contact_id, event.name_id, event.identity])
        for contact_id, events in of_contacts.items():
            assert [e.at for e in events] == sorted(e.at for e in events)
            assert read.of_contacts(self.db, [contact_id], [1]).get(contact_id, []) == [
                e for e in events if e.name_id == 1
            ]
            newest = read.newest_of_contact(self.db, contact_id, 5)
            assert [e.at for e in newest] == [e.at for e in reversed(events)][:5]
        of_all = Counter(e for type_id, _, batch in read.all_events(self.db) for e in batch if type_id == TYPE)
        assert of_all == Counter(found)
        sealed = upkeep.sealed_change(self.db)
        added = [e for batch in read.added_between(self.db, TYPE, sealed, self.change) for e in batch]
        later = {key for key, change in self.change_of.items() if change > sealed and key in self.expected}
        assert Counter((e.contact_id, e.name_id, e.identity) for e in added) == Counter(later)
        assert verify_events(self.db) == EventProblems(events=verify_events(self.db).events)

    def count(self, table: str) -> int:
        return len(self.connection.execute(f"SELECT 1 FROM {table}").fetchall())


def _some(chance: Random, number: int) -> list[NewEvent]:
    def one() -> NewEvent:
        key = chance.choice(["", "", "a", "b\tc", "d\\n\n", f"k{chance.randrange(50)}"])
        properties = chance.choice(["{}", '{"101":1}', '{"101":"é","102":true}'])
        at = chance.choice([-5, 0, 3, chance.randrange(60)])
        occurrence = 1 if key else chance.choice([1, 1, 1, 2])
        return NewEvent(chance.choice(CONTACTS), chance.choice(NAMES), at, key, properties, occurrence)

    return [one() for _ in range(number)]


def _act(stored: Stored, action: str, chance: Random) -> None:
    match action:
        case "few":
            stored.append(_some(chance, chance.randrange(1, 8)))
        case "many":
            stored.append(_some(chance, 60))
        case "batch":
            stored.append(_some(chance, chance.randrange(13, 30)))
        case "forgotten":
            small_runs._contents.clear()  # as another process does not know them
            small_runs._known = small_runs._Known()
        case "lost":
            stored.append(_some(chance, 20), is_lost=True)
        case "steps":
            stored.take_steps(chance.randrange(1, 6), chance.choice([stored.change, stored.change, stored.change - 1]))
        case "all steps":
            stored.take_steps(1_000, stored.change)
        case "lost step":
            with stored.transaction(is_lost=True) as db:
                upkeep.take_step(db, stored.change)
        case "contacts":
            stored.remove_contacts(chance.sample(CONTACTS, chance.choice([1, 2, 5])))
        case "before":
            stored.remove_before(chance.choice(NAMES), chance.randrange(20))


ACTIONS = [
    "few", "few", "many", "batch", "batch", "forgotten", "lost", "steps", "steps", "all steps", "lost step", "contacts",
    "before",
]  # fmt: skip


@settings(max_examples=examples(300, least=20))
@given(st.lists(st.sampled_from(ACTIONS), min_size=5, max_size=25), st.integers(0, 2**32))
def test_each_event_is_there_once_whatever_is_moved(actions: list[str], seed: int) -> None:
    stored, chance = Stored(), Random(seed)
    for action in actions:
        _act(stored, action, chance)
        if any(removal.contact_id for removal in removals._removals(stored.db)):
            stored.take_steps(1_000, stored.change)  # ids of contacts are not used again, but here they are
        stored.check()


def test_rows_are_sealed_and_runs_are_merged_and_the_newest_events_stay_rows() -> None:
    stored, chance = Stored(), Random(1)
    for _ in range(60):
        stored.append(_some(chance, 10))
        stored.take_steps(1_000, stored.change)
    stored.check()
    assert stored.count("event_runs") < 8
    assert stored.count("events") <= 40
    newest = read.newest_of_type(stored.db, TYPE, 2)
    assert [event.change for event in newest] == sorted((e.change for e in newest), reverse=True)
    assert newest[0].change == max(stored.change_of.values())
    assert max(run.level or 0 for run in runs.list_runs(stored.db)) >= 2


def test_what_is_sent_again_is_recognised_after_every_step() -> None:
    stored, chance = Stored(), Random(5)
    for _ in range(5):
        stored.append(_some(chance, 40))
        for _ in range(25):
            stored.take_steps(1, stored.change)
            stored.append([*stored.expected.values()], is_lost=True)


def test_events_that_the_projection_lacks_stay_readable_by_their_change() -> None:
    stored, chance = Stored(), Random(2)
    for _ in range(20):
        stored.append(_some(chance, 30))
    stored.take_steps(1_000, 10)
    assert 0 < upkeep.sealed_change(stored.db) <= 10
    stored.check()


def test_removed_events_leave_no_bytes_once_all_steps_are_taken() -> None:
    stored, chance = Stored(), Random(3)
    stored.append([NewEvent(c, 1, 5, f"secret{c}", '{"101":"secret"}') for c in CONTACTS for _ in range(2)])
    stored.append(_some(chance, 100))
    stored.take_steps(1_000, stored.change)
    stored.remove_contacts([*CONTACTS][:6])
    stored.remove_before(1, 6)
    assert stored.count("event_removals") > 0
    stored.check()
    stored.take_steps(1_000, stored.change)
    assert stored.count("event_removals") == 0
    stored.check()
    contents = [row[0] for row in stored.connection.execute("SELECT lines FROM event_blocks")]
    assert not any("secret" in line for content in contents for line in decompress(content))


def test_a_line_keeps_any_event() -> None:
    event = NewEvent(7, 3, -62_135_596_800_000_000, 'a\\t\tb\n"\\n\\', '{"101":"x\\ty"}', 12)
    (line,) = decompress(compress([write_line(event)]))
    found = read_line(line, 9)
    assert NewEvent(*found[:3], found.key, found.properties, found.occurrence) == event
    assert found.change == 9


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE event_blocks SET lines = x'00' WHERE id = (SELECT min(id) FROM event_blocks)", "damaged_blocks"),
        ("UPDATE event_blocks SET events = events + 1 WHERE id = (SELECT min(id) FROM event_blocks)", "damaged_blocks"),
        ("UPDATE event_filters SET words = zeroblob(length(words))", "unfiltered_blocks"),
        ("DELETE FROM event_blocks WHERE id = (SELECT min(id) FROM event_blocks)", "miscounted_runs"),
        ("UPDATE event_names SET count = count + 1", "miscounted_names"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM event_names WHERE id = 1", "unknown_names"),
        ("DELETE FROM contacts WHERE id = 3", "missing_contacts"),
        ("INSERT INTO event_blocks SELECT NULL, run_id, first_contact_id, last_contact_id, events, lines "
         "FROM event_blocks", "repeated"),
    ],
)  # fmt: skip
def test_verification_finds_what_is_wrong(sql: str, problem: str) -> None:
    stored, chance = Stored(), Random(4)
    stored.append(_some(chance, 200))
    stored.check()
    stored.connection.execute(sql).fetchall()
    stored.connection.execute("UPDATE event_storage SET layout = random()").fetchall()
    filters._cached_words.clear()
    assert getattr(verify_events(stored.db), problem)
