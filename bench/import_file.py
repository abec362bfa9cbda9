"""Importing half a million people from a CSV file, beside DuckDB reading it and SQLite storing plain rows."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import duckdb

from bench.harness import Figure, Measured, say, timed
from bench.load import another_process
from bench.people import FIELDS, people
from bench.stores import EMAIL, TYPE, Stores
from tamis.actions.accounts import create_account
from tamis.actions.batches import batched
from tamis.actions.house import House
from tamis.actions.importing.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments import create_segment
from tamis.actions.types import create_type
from tamis.rules.text import from_text
from tamis.settings import Settings

REGISTER = Path(__file__).parents[2] / "shared/data/register_people.csv.gz"
GENERATED = 500_000
TIMES = 3
AIM = 2.0
A_COMMIT = 10_000
SEGMENTS = {"Known first name": "first_name is not blank", "Miller": 'last_name = "Miller"'}


def run(stores: Stores) -> Iterator[Figure]:
    """Import into an empty store, let the columns follow, and import the same file again."""
    file = REGISTER if REGISTER.exists() else _generate(stores.directory / "people.csv")
    parts: list[tuple[float, float, float, float]] = []
    for _ in range(TIMES):
        data, place = stores.empty()
        with another_process() as worker:
            ours = worker.call(_import, file, data)
        with another_process() as worker:
            parts.append((*ours, worker.call(_plainly, file, place / "plain.sqlite")))
        shutil.rmtree(place)
        say("  " + ", ".join(f"{seconds:.1f} s" for seconds in parts[-1]))
    first, follow, again, plain = (Measured.of(seconds) for seconds in zip(*parts, strict=True))
    rows = "register of people" if file is REGISTER else "generated rows"
    plainly = "DuckDB reads the file, executemany into one plain SQLite table"
    aim = f"at most {AIM:.0f} times"
    yield Figure(f"import of half a million ({rows})", "s", first, plain, plainly, aim, _within(first, plain))
    yield Figure("the same file again, unchanged", "s", again, plain, plainly, aim, _within(again, plain))
    yield Figure("catch-up of the columns after the import", "s", follow, note=f"{len(SEGMENTS)} segments become fresh")


def _within(ours: Measured, plain: Measured) -> bool:
    return ours.median <= AIM * plain.median


def _import(file: Path, data: Path) -> tuple[float, float, float]:
    house = House(Settings.from_environment(data))
    try:
        account, _ = house.write(create_account, EMAIL, "UTC", None)
        customers = house.write(create_type, account, TYPE)
        house.columns()
        options = ImportOptions(create_fields=True)
        first = timed(lambda: import_file(house, account, customers, file, options))
        for name, rule in SEGMENTS.items():
            house.write(create_segment, account, customers, name, from_text(rule))
        follow = timed(house.columns)
        again = timed(lambda: import_file(house, account, customers, file, options))
        return first, follow, again
    finally:
        house.close()


def _plainly(file: Path, path: Path) -> float:
    return timed(lambda: _store(file, path))


def _store(file: Path, path: Path) -> None:
    with duckdb.connect() as con:
        # As text and with quotes: what is guessed from the first rows does not fit all of them.
        read = con.execute("SELECT * FROM read_csv($1, all_varchar = true, quote = '\"')", [str(file)])
        width = len(read.description or ())
        rows = read.fetchall()
    db = apsw.Connection(str(path))
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    db.execute("PRAGMA synchronous = FULL").fetchall()
    db.execute(f"CREATE TABLE people ({', '.join(f'c{i}' for i in range(width))})").fetchall()
    for part in batched(rows, A_COMMIT):
        with db:
            db.executemany(f"INSERT INTO people VALUES ({', '.join('?' * width)})", part).fetchall()
    db.close()


def _generate(file: Path) -> Path:
    ids = {name: 101 + number for number, name in enumerate(FIELDS)}
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["email", "number"])
        for batch in people(GENERATED, ids):
            writer.writerows((contact.email, number) for number, contact in enumerate(batch))
    return file
