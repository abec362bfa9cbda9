"""What a change and a question cost as contacts and segments grow tenfold: 1 and 10 million, 10 and 100 segments.

Measured in this process, without HTTP: preview (`count_rule`), building a segment of half of all contacts, one changed
contact and 10,000 of them until all segments show it, a midnight, a page of 100 recipients. Each size runs in a process
of its own, whose peak memory is a figure too.
"""

import json
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.harness import Figure, Measured, show_progress, timed
from bench.scale_store import HALF, ScaleStore, add_segments, make
from bench.stores import Stores
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.segments.segments import count_rule, create_segment, delete_segment, find_segment
from tamis.columns.layout.contacts import table
from tamis.columns.layout.membership import span
from tamis.domain.values.fields import COUNTRY
from tamis.domain.values.instants import next_day_starts
from tamis.records import contacts, types
from tamis.records.contacts import NewContact
from tamis.rules.build import build
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text

CONTACTS = (1_000_000, 10_000_000)
SEGMENTS = (10, 100)
SINGLE_CHANGES = 100
PAGES = 60
Row = dict[str, Any]


def run(stores: Stores) -> Iterator[Figure]:
    """Measure each size in a process of its own."""
    for size in CONTACTS:
        place = stores.directory / f"scale-{size}"
        done = subprocess.run(
            [sys.executable, "-m", "bench.scale", str(place), str(size)], check=True, stdout=subprocess.PIPE
        )
        for row in json.loads(done.stdout):
            ours, baseline = (Measured(**row[key]) if row[key] else None for key in ("ours", "baseline"))
            assert ours
            yield Figure(**{**row, "ours": ours, "baseline": baseline})


def measure(data: Path, size: int) -> Iterator[Row]:
    """Make a store and measure all that depends on its size."""
    of = f"{size // 1_000_000} million contacts"
    show_progress(f"  making {of}")
    store = make(data, size)
    try:
        seconds = timed(store.services.project)
        yield _row(f"{of}: columns built from the records", "s", [seconds])
        yield from _previews(store, of)
        for segments in SEGMENTS:
            add_segments(store, segments)
            seconds = timed(store.services.project)
            recipients = sum(store.services.project().cached_sizes.by_segment.values())
            show_progress(f"  {segments} segments: {recipients:,} recipients in {seconds:.1f} s")
            yield from _changes(store, size, f"{of}, {segments} segments")
        yield from _build(store, size, of)
        yield from _pages(store, of)
        yield from _midnight(store, of)
    finally:
        store.services.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield _row(f"{of}: peak memory of the process", "MiB", [peak], aim="under 3 GB", reached=peak < 3_000_000 / 1024)


def _previews(store: ScaleStore, of: str) -> Iterator[Row]:
    fields = types.fields_of_type(store.services.records.reader(), store.type.id)
    for what, rule, sql, limit in (
        ("comparison", "age > 60", f"f{store.field_ids['Age']} > 60", 0.050),
        (
            "two comparisons",
            'country = "India" and total_spent >= 500',
            f"lower(f{COUNTRY.id}) = 'india' AND f{store.field_ids['Total spent']} >= 500",
            0.050,
        ),
        ("relative date", "last_order_at is within 30 days", None, 0.050),
        ("contains", 'last_name contains "son"', "contains(lower(f3), 'son')", 0.250),
        ("contains in email", 'email contains "999@"', "contains(lower(f1), '999@')", 0.250),
    ):
        document = to_json(build(from_text(rule), fields))
        ours, bare = [], []
        for _ in range(7):
            ours.append(timed(lambda: count_rule(store.services, store.account.id, store.type.id, document)))  # noqa: B023
            if sql:
                con = store.services.project().cursor()
                statement = f"SELECT count(*) FROM {table(store.type.id)} WHERE {sql}"
                bare.append(timed(lambda: con.execute(statement).fetchall()))  # noqa: B023
        aim = f"{limit * 1000:.0f} ms over 10 million"
        yield _row(
            f"{of}: unsaved count, {what}", "ms", ours, bare, "the same SQL in bare DuckDB", aim, _best(ours) <= limit
        )


def _changes(store: ScaleStore, size: int, of: str) -> Iterator[Row]:
    draw = random.Random(3)
    singles = [_change(store, draw.sample(range(1, size + 1), 1), draw) for _ in range(SINGLE_CHANGES)]
    p99 = sorted(singles)[int(len(singles) * 0.99) - 1]
    yield _row(f"{of}: one changed contact seen by all", "ms", singles, aim="50 ms at p99", reached=p99 <= 0.050,
               note=f"p99 {p99 * 1000:.1f} ms")  # fmt: skip
    many = [_change(store, draw.sample(range(1, size + 1), 10_000), draw) for _ in range(3)]
    yield _row(f"{of}: 10,000 changed contacts seen by all", "ms", many, aim="500 ms", reached=sorted(many)[1] <= 0.5)


def _change(store: ScaleStore, ids: list[int], draw: random.Random) -> float:
    """Return contacts another age, country and last order, and measure until the memberships have followed."""
    services, fields = store.services, types.fields_of_type(store.services.records.reader(), store.type.id)
    rows = []
    for contact in contacts.by_ids(services.records.reader(), ids, fields):
        document = json.dumps(
            {
                str(COUNTRY.id): draw.choice(["India", "Japan", "Malta"]),
                str(store.field_ids["Age"]): float(draw.randrange(16, 95)),
                str(store.field_ids["Last order at"]): _ago(draw.randrange(1, 3_000)),
            }
        )
        rows.append(NewContact(contact.email, contact.email, document))
    services.write(upsert, store.type.id, fields, rows, ())
    return timed(services.project)


def _ago(hours: int) -> str:
    return f"{datetime.now(UTC) - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def _build(store: ScaleStore, size: int, of: str) -> Iterator[Row]:
    services, seconds, bare = store.services, [], []
    for number in range(3):
        made = services.write(
            create_segment, store.account, store.type, f"New {number}", from_text("subscribed is true")
        )
        seconds.append(timed(services.project))
        con = services.project().cursor()
        statement = (
            f"CREATE OR REPLACE TEMP TABLE bare AS SELECT id FROM {table(store.type.id)} "
            f"WHERE f{store.field_ids['Subscribed']}"
        )
        bare.append(timed(lambda: con.execute(statement).fetchall()))  # noqa: B023
        services.write(delete_segment, store.account, made.id)
        services.project()
    yield _row(
        f"{of}: a new segment of {size // 2:,}", "ms", seconds, bare, "bare DuckDB stores the ids in memory",
        "1 s for 5 million", sorted(seconds)[1] <= 1,
    )  # fmt: skip


def _pages(store: ScaleStore, of: str) -> Iterator[Row]:
    services = store.services
    services.project().tidy()  # as a server does every second
    segment = find_segment(services.records.reader(), store.account, HALF)
    low, _ = span(segment.id)
    size = services.project().cached_sizes.by_segment[segment.id] * 2
    draw, ours, bare = random.Random(5), [], []
    con = services.project().cursor()
    for _ in range(PAGES):
        after = low + draw.randrange(size)
        ours.append(timed(_page(store, segment.id, after)))
        statement = (
            f"SELECT * FROM {table(store.type.id)} WHERE id > {after - low} AND f{store.field_ids['Subscribed']}"
        )
        bare.append(timed(lambda: con.execute(statement + " ORDER BY id LIMIT 100").fetchall()))  # noqa: B023
    yield _row(
        f"{of}: a page of 100 recipients anywhere", "ms", ours, bare, "bare DuckDB evaluates the rule for it",
        "5 ms", sorted(ours)[len(ours) // 2] <= 0.005,
    )  # fmt: skip


def _page(store: ScaleStore, segment_id: int, after: int) -> Callable[[], object]:
    return lambda: recipient_page(store.services, store.account.id, segment_id, after, 100)


def _midnight(store: ScaleStore, of: str) -> Iterator[Row]:
    """Turn the clock to the next midnights, one by one."""
    seconds, services, now = [], store.services, store.services.clock()
    for _ in range(3):
        now = next_day_starts(now, store.account.zone)
        services.clock = lambda now=now: now  # type: ignore[misc]
        seconds.append(timed(services.project))
    yield _row(f"{of}: a midnight passes, 100 segments", "ms", seconds)


def _best(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


def _row(
    what: str,
    unit: str,
    ours: list[float],
    baseline: list[float] | None = None,
    baseline_is: str = "",
    aim: str = "",
    reached: bool | None = None,
    note: str = "",
) -> Row:
    scale = 1000 if unit == "ms" else 1
    measured = [Measured.of([v * scale for v in values]) if values else None for values in (ours, baseline)]
    return {
        "what": what,
        "unit": unit,
        "ours": _plain(measured[0]),
        "baseline": _plain(measured[1]),
        "baseline_is": baseline_is if baseline else "",
        "aim": aim,
        "reached": reached,
        "note": note,
    }


def _plain(measured: Measured | None) -> Row | None:
    if measured is None:
        return None
    return {"median": measured.median, "low": measured.low, "high": measured.high, "times": measured.times}


if __name__ == "__main__":
    rows = []
    for row in measure(Path(sys.argv[1]), int(sys.argv[2])):
        show_progress(f"    {row['what']}: {row['ours']['median']:.1f} {row['unit']} (high {row['ours']['high']:.1f})")
        rows.append(row)
    print(json.dumps(rows))
