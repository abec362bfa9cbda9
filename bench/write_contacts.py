"""Contacts that programs write over the API: one by one with the segments that each enters and leaves, one by one
without, and in batches of 1,000; compared with a bare SQLite loop, and for context with bare uvicorn."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw

from bench import servers
from bench.harness import Figure, Measured
from bench.load import Outcome, another_process, drive, request
from bench.stores import Store, Stores

CLIENTS = 64
BATCH_CLIENTS = 4
TIMES = 5
A_ROUND = 6_000
SECONDS = 4.0
IN_A_BATCH = 1_000
BATCHES = 40
POOL = 2_000
"""How many contacts are written over and over: half of the writes one by one are to these, the others create one."""
MOST_COMMITS = 3_000
COMMIT_SECONDS = 1.0
PLANS = ("free", "basic", "pro", "team")
COUNTRIES = ("India", "Kenya", "Malta", "Norway", "Spain", "Sweden", "Germany", "Chile")
Fields = dict[str, object]
UPSERT = "INSERT INTO contacts (email, document) VALUES (?, ?) ON CONFLICT (email) DO UPDATE SET document = ?2"


def run(stores: Stores) -> Iterator[Figure]:
    """Drive Tamis, SQLite and bare uvicorn in turn."""
    store = stores.copy()
    answer = stores.directory / "written.json"
    answer.write_bytes(b'{"id":1}')
    with servers.tamis(store.data) as ours, servers.bare(answer) as bare, another_process() as worker:

        def write(port: int, made: Sequence[bytes], clients: int) -> Outcome:
            outcome = worker.call(drive, port, made, clients, len(made), SECONDS)
            assert not outcome.failed, outcome
            return outcome

        draw = random.Random(1)
        write(ours.port, _batches(store, draw, [f"known.{n}" for n in range(POOL)]), 1)
        rounds: list[tuple[Outcome, Outcome, float, Outcome, float, Outcome]] = []
        for number in range(TIMES + 1):  # the first one warms up
            place = store.data.parent / f"loop-{number}.sqlite"
            names = [f"new.{number}.{n}" for n in range(IN_A_BATCH * BATCHES)]
            rounds.append(
                (
                    write(ours.port, _puts(store, draw, f"a{number}", {}), CLIENTS),
                    write(ours.port, _puts(store, draw, f"b{number}", {"Prefer": "return=minimal"}), CLIENTS),
                    _commits(place.with_suffix(".one"), draw, 1),
                    write(ours.port, _batches(store, draw, names), BATCH_CLIENTS),
                    _commits(place.with_suffix(".many"), draw, IN_A_BATCH),
                    write(bare.port, _puts(store, draw, f"c{number}", {}), CLIENTS),
                )
            )
    full, minimal, single, batches, many, ceiling = zip(*rounds[1:], strict=True)
    yield from _figures(full, minimal, Measured.of(single), _rates(ceiling))
    batched, loop = Measured.of([outcome.rate * IN_A_BATCH for outcome in batches]), Measured.of(many)
    yield Figure(
        "POST contacts/batch, 1,000 each",
        "contacts/s",
        batched,
        loop,
        "upserts in a bare SQLite loop, 1,000 a commit",
        "at least 20,000",
        batched.median >= 20_000,
        f"{BATCH_CLIENTS} clients; new contacts",
    )


def _figures(
    full: Sequence[Outcome], minimal: Sequence[Outcome], loop: Measured, ceiling: Measured
) -> Iterator[Figure]:
    slowest = Measured.of([outcome.p99 for outcome in full]).median
    rates = _rates(full)
    yield Figure(
        "PUT of a contact, with the segments entered and left",
        "requests/s",
        rates,
        loop,
        "one-row upserts in a bare SQLite loop",
        "at least 1,500, p99 150 ms",
        rates.median >= 1_500 and slowest <= 150,
        f"{CLIENTS} clients; p99 {slowest:.0f} ms; half of them new contacts",
    )
    durable = _rates(minimal)
    yield Figure(
        "PUT of a contact, Prefer: return=minimal",
        "requests/s",
        durable,
        loop,
        "one-row upserts in a bare SQLite loop",
        "at least 3,500",
        durable.median >= 3_500,
        f"{CLIENTS} clients; p99 {Measured.of([outcome.p99 for outcome in minimal]).median:.0f} ms",
    )
    yield Figure(
        "PUT of a contact, for context", "requests/s", durable, ceiling, "bare uvicorn, parses and stores nothing"
    )


def _puts(store: Store, draw: random.Random, label: str, headers: dict[str, str]) -> list[bytes]:
    made = []
    for number in range(A_ROUND):
        name = f"known.{draw.randrange(POOL)}" if number % 2 else f"{label}.{number}"
        path = f"/v1/contact-types/{store.type_id}/contacts/{name}@written.example"
        body = json.dumps({"fields": _fields(draw)}).encode()
        made.append(request("PUT", path, _headers(store) | headers, body))
    return made


def _batches(store: Store, draw: random.Random, names: Sequence[str]) -> list[bytes]:
    path = f"/v1/contact-types/{store.type_id}/contacts/batch"
    made = []
    for first in range(0, len(names), IN_A_BATCH):
        contacts = [
            {"email": f"{name}@written.example", "fields": _fields(draw)} for name in names[first : first + IN_A_BATCH]
        ]
        made.append(request("POST", path, _headers(store), json.dumps({"contacts": contacts}).encode()))
    return made


def _headers(store: Store) -> dict[str, str]:
    return {"Authorization": f"Bearer {store.secret_key}", "Content-Type": "application/json"}


def _fields(draw: random.Random) -> Fields:
    return {
        "first_name": "Alex",
        "last_name": "Hels",
        "country": draw.choice(COUNTRIES),
        "plan": draw.choice(PLANS),
        "age": draw.randrange(18, 95),
        "total_spent": draw.randrange(0, 600_000) / 100,
        "birth_date": "1990-05-01",
        "last_order_at": "2024-05-01T10:00:00Z",
        "subscribed": draw.random() < 0.5,
    }


def _commits(path: Path, draw: random.Random, size: int) -> float:
    """Return how many contacts a second a bare loop stores, `size` in each commit."""
    db = apsw.Connection(str(path))
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    db.execute("PRAGMA synchronous = FULL").fetchall()
    db.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT UNIQUE, document TEXT)").fetchall()
    document = json.dumps(_fields(draw))
    begun, number = time.perf_counter(), 0
    while number < MOST_COMMITS * size and time.perf_counter() - begun < COMMIT_SECONDS:
        db.execute("BEGIN").fetchall()
        db.executemany(UPSERT, ((f"{number + n}@written.example", document) for n in range(size))).fetchall()
        db.execute("COMMIT").fetchall()
        number += size
    rate = number / (time.perf_counter() - begun)
    db.close()
    return rate


def _rates(outcomes: Sequence[Outcome]) -> Measured:
    return Measured.of([outcome.rate for outcome in outcomes])
