"""Events that programs send over the API in batches of 1,000, and a million from a file; compared with a bare SQLite
loop that decodes and stores each event once, and with DuckDB that only reads the file."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw
import duckdb
import msgspec

from bench import servers
from bench.harness import Figure, Measured, show_progress, timed
from bench.load import Outcome, another_process, drive, request
from bench.stores import Store, Stores
from tamis.actions.accounts.accounts import choose_account
from tamis.actions.events.importing.options import EventImportOptions, EventImportReport
from tamis.actions.events.importing.run import import_events
from tamis.actions.fields.types import type_by_id
from tamis.actions.importing.sources import ContactFile
from tamis.actions.services import Services
from tamis.records.engine.sqlite.database import FILE_NAME
from tamis.settings import Settings

CLIENTS = 4
TIMES = 3
IN_A_BATCH = 1_000
BATCHES = 100
SECONDS = 6.0
COMMIT_SECONDS = 1.0
ROWS = 1_000_000
NAMES = ("order", "open", "click", "visit")
INSERT = "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)"


def run(stores: Stores) -> Iterator[Figure]:
    """Drive Tamis and SQLite in turn, then import a file."""
    yield _sent(stores)
    yield from _imported(stores)


def _sent(stores: Stores) -> Figure:
    store, draw = stores.copy(), random.Random(1)
    emails = emails_of(store)
    rates, loops, costs = [], [], []
    with servers.tamis(store.data) as ours, another_process() as worker:
        for number in range(TIMES + 1):  # the first one warms up
            made, used = _batches(store, draw, emails, number), ours.processor()
            outcome: Outcome = worker.call(drive, ours.port, made, CLIENTS, len(made), SECONDS)
            assert not outcome.failed, outcome
            rates.append(outcome.rate * IN_A_BATCH)
            costs.append((ours.processor() - used) / (outcome.rate * SECONDS * IN_A_BATCH) * 1e6)
            loops.append(_commits(store.data.parent / f"events-{number}.sqlite", made))
    sent, loop, cost = Measured.of(rates[1:]), Measured.of(loops[1:]), Measured.of(costs[1:])
    return Figure(
        "POST events, 1,000 each",
        "events/s",
        sent,
        loop,
        "msgspec decodes the same bodies, and a bare SQLite loop inserts, with a unique index, 1,000 a commit",
        "at least 50,000",
        sent.median >= 50_000,
        f"{CLIENTS} clients; 3 properties, half with ids; {cost.median:.1f} µs of processor time an event in the "
        "server, with its projection",
    )


def _imported(stores: Stores) -> Iterator[Figure]:
    store = stores.copy()
    file = store.data.parent / "events.csv"
    show_progress(f"writing {ROWS:,} events")
    _write(file, random.Random(2), emails_of(store))
    query = f"SELECT count(*), max(amount) FROM '{file}'"
    read = Measured.of([timed(lambda: duckdb.execute(query).fetchall())])
    services = Services(Settings.from_environment(store.data))
    try:
        account = choose_account(services.records.reader(), None)
        contact_type = type_by_id(services.records.reader(), account, store.type_id)

        def take() -> EventImportReport:
            return import_events(services, account, contact_type, ContactFile(file), EventImportOptions())

        for what, aim in (("new", 400_000), ("again", 0)):
            begun, used = time.perf_counter(), time.process_time()
            report = take()
            rate = Measured.of([ROWS / (time.perf_counter() - begun)])
            used = time.process_time() - used
            assert report.rejected == 0
            yield Figure(
                f"Import of {ROWS:,} events, {what}",
                "events/s",
                rate,
                Measured.of([ROWS / read.median]),
                "DuckDB only reads the file",
                f"at least {aim:,}" if aim else "",
                rate.median >= aim if aim else None,
                f"{used / ROWS * 1e6:.1f} µs of processor time an event",
            )
    finally:
        services.close()


def emails_of(store: Store) -> list[str]:
    """Return the emails of all contacts of a store."""
    db = apsw.Connection(str(store.data / FILE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    emails = [str(email) for (email,) in db.execute("SELECT email FROM contacts")]
    db.close()
    return emails


def _batches(store: Store, draw: random.Random, emails: Sequence[str], label: int) -> list[bytes]:
    headers = {"Authorization": f"Bearer {store.secret_key}", "Content-Type": "application/json"}
    made = []
    for batch in range(BATCHES):
        events = [
            {
                "email": draw.choice(emails),
                "event": draw.choice(NAMES),
                "at": _at(draw),
                "properties": {
                    "amount": draw.randrange(10_000) / 100, "category": f"Category {draw.randrange(50)}",
                    "quantity": draw.randrange(1, 5),
                },
                **({"id": f"{label}-{batch}-{number}"} if number % 2 else {}),
            }
            for number in range(IN_A_BATCH)
        ]  # fmt: skip
        body = json.dumps({"contact_type_id": store.type_id, "events": events}).encode()
        made.append(request("POST", "/v1/events", headers, body))
    return made


def _write(file: Path, draw: random.Random, emails: Sequence[str]) -> None:
    with file.open("w") as out:
        out.write("email,event,at,id,amount,category,quantity\n")
        for number in range(ROWS):
            out.write(
                f"{draw.choice(emails)},{draw.choice(NAMES)},{_at(draw)},"
                f"{f'f-{number}' if number % 2 else ''},{draw.randrange(10_000) / 100},"
                f"Category {draw.randrange(50)},{draw.randrange(1, 5)}\n"
            )


def _at(draw: random.Random) -> str:
    return (
        f"2026-{draw.randrange(1, 12):02}-{draw.randrange(1, 29):02}T"
        f"{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}Z"
    )


def _commits(path: Path, requests: Sequence[bytes]) -> float:
    """Return how many events a second a bare loop decodes and stores."""
    db = apsw.Connection(str(path))
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    db.execute("PRAGMA synchronous = FULL").fetchall()
    db.execute(
        "CREATE TABLE events (email TEXT, name TEXT, at TEXT, id TEXT, properties TEXT, UNIQUE (email, name, at, id))"
    ).fetchall()
    bodies = [made.partition(b"\r\n\r\n")[2] for made in requests]
    begun, number = time.perf_counter(), 0
    for body in bodies:
        if time.perf_counter() - begun > COMMIT_SECONDS:
            break
        rows = [
            (e["email"], e["event"], e["at"], e.get("id", ""), msgspec.json.encode(e["properties"]).decode())
            for e in msgspec.json.decode(body)["events"]
        ]
        db.execute("BEGIN").fetchall()
        db.executemany(INSERT, rows).fetchall()
        db.execute("COMMIT").fetchall()
        number += IN_A_BATCH
    rate = number / (time.perf_counter() - begun)
    db.close()
    return rate
