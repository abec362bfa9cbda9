"""`POST segment/email/store` by 16 clients, durable, compared with one-row commits in a bare SQLite loop.

For context also compared with a bare uvicorn application that answers the same POSTs and does nothing: the ceiling of
HTTP."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import apsw

from bench import servers
from bench.harness import Figure, Measured
from bench.load import Outcome, another_process, drive, request
from bench.stores import Store, Stores
from bench.web import multipart, urlencoded

CLIENTS = 16
TIMES = 5
A_ROUND = 6_000
SECONDS = 4.0
MOST_COMMITS = 3_000
COMMIT_SECONDS = 2.0
ANSWER = b'{"status":"success","message":"Added Successfully"}'
Encode = Callable[[dict[str, str]], tuple[str, bytes]]


def run(stores: Stores) -> Iterator[Figure]:
    """Drive Tamis, SQLite and bare uvicorn in turn."""
    store = stores.copy()
    answer = stores.directory / "added.json"
    answer.write_bytes(ANSWER)
    rounds: list[tuple[Outcome, Outcome, float, Outcome]] = []
    with servers.tamis(store.data) as ours, servers.bare(answer) as bare, another_process() as worker:

        def post(port: int, label: str, encode: Encode) -> Outcome:
            outcome = worker.call(drive, port, _requests(store, label, encode), CLIENTS, A_ROUND, SECONDS)
            assert not outcome.failed, outcome
            return outcome

        post(ours.port, "warm", multipart)
        post(bare.port, "warm", multipart)
        for number in range(TIMES):
            first = post(ours.port, f"m{number}", multipart)
            loop = _commits(store.data.parent / f"loop-{number}.sqlite")
            second = post(ours.port, f"u{number}", urlencoded)
            rounds.append((first, second, loop, post(bare.port, f"m{number}", multipart)))
    forms, encoded, loops, ceilings = zip(*rounds, strict=True)
    yield from _figures(forms, encoded, loops, _rates(ceilings))


def _figures(
    forms: Sequence[Outcome], encoded: Sequence[Outcome], loops: Sequence[float], ceiling: Measured
) -> Iterator[Figure]:
    loop = Measured.of(loops)
    for name, outcomes in (("multipart", forms), ("urlencoded", encoded)):
        mine = _rates(outcomes)
        above = sum(outcome.rate > rate for outcome, rate in zip(outcomes, loops, strict=True))
        yield Figure(
            f"POST segment/email/store, {name}",
            "requests/s",
            mine,
            loop,
            "one-row commits in a bare SQLite loop",
            "above the loop",
            mine.median > loop.median,
            f"above the loop beside it in {above} of {TIMES} rounds; {CLIENTS} clients, "
            f"median {_middle(outcomes, 'median'):.1f} ms, p99 {_middle(outcomes, 'p99'):.1f} ms",
        )
    yield Figure(
        "POST segment/email/store, for context",
        "requests/s",
        _rates(forms),
        ceiling,
        "bare uvicorn, parses and stores nothing",
    )


def _requests(store: Store, label: str, encode: Encode) -> list[bytes]:
    made = []
    for number in range(A_ROUND):
        values = {
            "segment_id": str(store.half_id),
            "first_name": "Alex",
            "last_name": "Hels",
            "email": f"{label}.{number}@added.example",
        }
        kind, body = encode(values)
        made.append(request("POST", "/api/segment/email/store", store.headers | {"Content-Type": kind}, body))
    return made


def _commits(path: Path) -> float:
    db = apsw.Connection(str(path))
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    db.execute("PRAGMA synchronous = FULL").fetchall()
    db.execute("CREATE TABLE added (id INTEGER PRIMARY KEY, segment_id, email, first_name, last_name)").fetchall()

    insert = "INSERT INTO added (segment_id, email, first_name, last_name) VALUES (?, ?, ?, ?)"
    begun, number = time.perf_counter(), 0
    while number < MOST_COMMITS and time.perf_counter() - begun < COMMIT_SECONDS:
        number += 1
        row = (1, f"{number}@added.example", "Alex", "Hels")
        db.execute(insert, row).fetchall()
    rate = number / (time.perf_counter() - begun)
    db.close()
    return rate


def _rates(outcomes: Sequence[Outcome]) -> Measured:
    return Measured.of([outcome.rate for outcome in outcomes])


def _middle(outcomes: Sequence[Outcome], name: str) -> float:
    return Measured.of([getattr(outcome, name) for outcome in outcomes]).median
