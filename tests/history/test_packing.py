"""Old rows of the kept history become packs, and nothing else changes, whenever that is cut short."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tamis.actions.maintenance import retention
from tamis.actions.maintenance.retention import pack_history
from tamis.columns.history import batches
from tamis.columns.history.packs import pack
from tamis.domain.errors import Unavailable
from tamis.records.history import read, write
from tests.history.history_model import Past, eventful_past, eventful_rows
from tests.history.test_restored import delete, known, lose
from tests.support import forked
from tests.support.effort import ALL
from tests.support.process import environment

A_PACK, NEWEST = 7, 4

KILLED = """
import os, signal, sys
from pathlib import Path
from tamis.actions.maintenance import retention
from tamis.records.engine.opening import open_records
from tamis.records.engine.store import Records
from tamis.records.history import write

point_of_kill, number = sys.argv[1], int(sys.argv[2])
retention.ROWS_PER_PACK, retention.ROWS_KEPT_UNPACKED = 7, 4
calls = 0

def killing(point, done):
    def run(*args, **options):
        global calls
        result = done(*args, **options)
        calls += point == point_of_kill
        if point == point_of_kill and calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return run

retention.pack = killing("packed", retention.pack)
write.run = killing("in the transaction", write.run)
Records.write = killing("committed", Records.write)
data = Path(sys.argv[3])
retention.pack_history(open_records(data), data)
"""


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    """Return one in which much has happened, its changes kept as rows."""
    made = eventful_past(tmp_path / "data", eventful_rows)
    yield made
    made.services.close()


@pytest.fixture
def small(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few rows be a pack, from here on."""
    assert past
    monkeypatch.setattr(retention, "ROWS_PER_PACK", A_PACK)
    monkeypatch.setattr(retention, "ROWS_KEPT_UNPACKED", NEWEST)


def kept(past: Past) -> tuple[int, int]:
    """Return how many changes are rows, and how many packs there are."""
    db = past.services.records.reader()
    return sum(len(rows) for rows in read.iterate_changes(db)), len(list(read.iterate_packs(db)))


@pytest.mark.usefixtures("small")
def test_packing_old_rows_does_not_affect_the_projection(past: Past) -> None:
    before, position = known(past), read.read_position(past.services.records.reader())
    rows, packs = kept(past)
    assert rows > 2 * A_PACK + NEWEST
    pack_history(past.services.records, past.settings.data)
    left = NEWEST + (rows - NEWEST) % A_PACK
    assert kept(past) == (left, packs + (rows - left) // A_PACK)
    assert not any(asdict(read.count_contradictions(past.services.records.reader())).values())
    assert read.read_position(past.services.records.reader()) == position
    assert not past.services.open_columns().is_behind
    lose(past, delete)
    assert known(past) == before
    past.trim(4)
    trimmed = known(past)
    lose(past, delete)
    assert known(past) == trimmed


@pytest.mark.usefixtures("small")
def test_packs_do_not_overlap(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(batches, "MOST_ROWS", 0)
        past.write({f"many{n}@example.org": "India" for n in range(9)})
        past.services.project()
    for n in range(15):
        past.write({f"many{n}@example.org": "Peru"})
        past.services.project()
        past.write({f"many{n}@example.org": "India"})
        past.services.project()
    before = known(past)
    pack_history(past.services.records, past.settings.data)
    assert not any(asdict(read.count_contradictions(past.services.records.reader())).values())
    lose(past, delete)
    assert known(past) == before


def test_few_rows_are_not_packed(past: Past) -> None:
    before = kept(past)
    pack_history(past.services.records, past.settings.data)
    assert kept(past) == before


def test_rows_trimmed_during_packing_are_not_packed(past: Past) -> None:
    before, db = kept(past), past.services.records
    changes = read.read_oldest_changes(db.reader(), A_PACK, NEWEST)
    packed = pack(changes, past.settings.data)
    with pytest.raises(Unavailable):
        db.write(lambda writer: write.replace_rows_by_pack(writer, packed, len(changes) + 1))
    assert kept(past) == before


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("point_of_kill", "number"),
    [("in the transaction", 4), ("committed", 1), *([("packed", 2), ("in the transaction", 1)] if ALL else [])],
)
def test_killed_packing_loses_and_duplicates_nothing(past: Past, point_of_kill: str, number: int) -> None:
    before = known(past)
    rows, _ = kept(past)
    past.services.close()
    command = [sys.executable, "-c", KILLED, point_of_kill, str(number), str(past.settings.data)]
    done = forked.run(command, env=environment())
    assert done.returncode == -9, done.stderr
    past.reopen()
    assert not past.services.open_columns().is_behind
    left, _ = kept(past)
    assert left == rows - A_PACK * (point_of_kill == "committed" or number > 1)
    lose(past, delete)
    assert known(past) == before
    pack_history(past.services.records, past.settings.data)
    lose(past, delete)
    assert known(past) == before
