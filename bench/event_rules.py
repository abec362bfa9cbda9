"""Rules about events: counts compared with the best query for bare DuckDB, an event until it is in all segments, and a
midnight.

TAMIS_BENCH_EVENTS is the number of events, 10 million unless it says otherwise; they are of three years that end today.
"""

import os
import resource
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from bench.harness import Figure, Measured, in_turn, show_progress, timed
from bench.send_events import emails_of
from bench.stores import Stores
from tamis.actions.accounts.accounts import choose_account
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.events.importing.run import import_events
from tamis.actions.fields.types import type_by_id
from tamis.actions.importing.sources import ContactFile
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services, utc_now
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.instants import next_day_starts
from tamis.records.events.catalogue import names_of_type
from tamis.records.types import fields_of_type
from tamis.rules.build import build
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule
from tamis.settings import Settings

EVENTS = int(os.environ.get("TAMIS_BENCH_EVENTS", "10000000"))
TIMES = 5
SENT = 100
IN_A_FILE = 10_000_000
COUNTS = {
    'did "order" at least 3 times within 90 days where (amount > 50)': (
        250,
        "SELECT count(*) FROM (SELECT contact_id FROM {orders} WHERE occurred_at >= $now::TIMESTAMP - INTERVAL 90 DAY "
        "AND occurred_at <= $now AND {amount} > 50 GROUP BY contact_id HAVING count(*) >= 3)",
    ),
    'sum(amount) of "order" within 1 year >= 1000': (
        400,
        "SELECT count(*) FROM (SELECT contact_id FROM {orders} WHERE occurred_at >= $now::TIMESTAMP - INTERVAL 1 YEAR "
        "AND occurred_at <= $now GROUP BY contact_id HAVING sum({amount}) >= 1000)",
    ),
    'did not "open" within 180 days': (
        250,
        "SELECT count(*) FROM contacts_{type} WHERE id NOT IN (SELECT contact_id FROM {opens} "
        "WHERE occurred_at >= $now::TIMESTAMP - INTERVAL 180 DAY AND occurred_at <= $now)",
    ),
}
SEGMENTS_ABOUT_EVENTS = [
    f'did "{name}" at least {times} times within {days} days'
    for name in ("order", "open", "click")
    for times, days in ((1, 7), (2, 14), (2, 30), (3, 60), (3, 90), (4, 120), (5, 180), (6, 270), (8, 365), (10, 500))
]
OTHER_SEGMENTS = [f"age > {age}" for age in range(20, 90)]


def run(stores: Stores) -> Iterator[Figure]:
    """Import the events, count, then make the segments, send events and let a midnight pass."""
    store = stores.copy()
    now = [utc_now()]
    services = Services(Settings.from_environment(store.data), lambda: now[0])
    try:
        account = choose_account(services.records.reader(), None)
        contact_type = type_by_id(services.records.reader(), account, store.type_id)
        emails = emails_of(store)
        file = store.data.parent / "events.parquet"
        seconds = 0.0
        for start in range(0, EVENTS, IN_A_FILE):
            _write(file, emails, now[0], start, min(start + IN_A_FILE, EVENTS))
            begun = time.perf_counter()
            import_events(services, account, contact_type, ContactFile(file), EventImportOptions())
            services.project()
            seconds += time.perf_counter() - begun
            show_progress(f"  {min(start + IN_A_FILE, EVENTS):,} events imported and projected in {seconds:.0f} s")
            file.unlink()
        yield Figure("files of 10 million events, until rules see them", "events/s", Measured.of([EVENTS / seconds]))
        yield from _counts(services, account, contact_type, now[0])
        yield _visible(services, account, contact_type, emails, now)
        yield _midnight(services, account, now)
        yield _stored(store.data)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Figure("memory at most", "MB", Measured.of([peak]), aim="under 3,000", reached=peak < 3_000)
    finally:
        services.close()


def _write(file: Path, emails: list[str], now: datetime, start: int, end: int) -> None:
    """Write some of the events: of ten names with skewed shares, in order of time but for a few late ones."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE people AS SELECT unnest($1::VARCHAR[]) AS email", [emails])
        con.execute(
            f"COPY (SELECT p.email, ['open', 'open', 'open', 'click', 'visit', 'order', 'search', 'cart', 'call', "
            "'refund'][1 + (hash(n, 1) % 10)::INTEGER] AS event, "
            f"$1::TIMESTAMP - to_microseconds(((1 - n / {EVENTS}.0) * 94608000000000)::BIGINT) "
            "- CASE WHEN hash(n, 2) % 50 = 0 THEN INTERVAL 20 DAY ELSE INTERVAL 0 DAY END AS at, "
            "CASE WHEN n % 2 = 0 THEN 'e-' || n END AS id, (hash(n, 3) % 20000) / 100.0 AS amount, "
            "'Category ' || (hash(n, 4) % 50) AS category, 1 + hash(n, 5) % 4 AS quantity "
            f"FROM range({start}, {end}) r(n) JOIN people p ON p.rowid = (hash(n, 6) % {len(emails)})) "
            f"TO '{file}' (FORMAT parquet)",
            [now.replace(tzinfo=None)],
        )


def _counts(services: Services, account: Account, contact_type: ContactType, now: datetime) -> Iterator[Figure]:
    db, columns = services.records.reader(), services.project()
    catalogue, fields = names_of_type(db, contact_type.id), fields_of_type(db, contact_type.id)
    orders, opens = catalogue.find("order"), catalogue.find("open")
    assert orders
    assert opens
    amount = catalogue.properties_of(orders.id).by_key["amount"]
    names = {
        "orders": f"events_{orders.id}",
        "opens": f"events_{opens.id}",
        "amount": f"p{amount.id}",
        "type": contact_type.id,
    }
    as_of = EvaluationTime(now, account.zone)
    con = columns.cursor()
    for text, (aim, query) in COUNTS.items():
        rule, bare = build(from_text(text), fields, events=catalogue), query.format(**names)

        def ours(rule: Rule = rule) -> float:
            with services.view(account.id) as view:
                return 1_000 * timed(partial(view.columns.rules.count, contact_type.id, rule, as_of))

        def theirs(bare: str = bare) -> float:
            return 1_000 * timed(lambda: con.execute(bare, {"now": now.replace(tzinfo=None)}).fetchall())

        found, baseline = in_turn(TIMES, ours, theirs)
        reached = found.median <= 2 * baseline.median + 5 and found.median <= aim
        yield Figure(
            text, "ms", found, baseline, "the best query of bare DuckDB", f"x 2 + 5, {aim} ms", reached,
            f"{EVENTS:,} events",
        )  # fmt: skip


def _visible(
    services: Services, account: Account, contact_type: ContactType, emails: list[str], now: list[datetime]
) -> Figure:
    for number, text in enumerate([*SEGMENTS_ABOUT_EVENTS, *OTHER_SEGMENTS]):
        services.write(create_segment, account, contact_type, f"Event bench {number}", from_text(text))
    services.project()
    took = []
    for number in range(SENT):
        now[0] += timedelta(seconds=1)
        item = {"email": emails[number * 997 % len(emails)], "event": ("order", "open", "click")[number % 3]}
        begun = time.perf_counter()
        parsed = parse_events(services.records.reader(), account, contact_type.id, [item])
        services.write(accept_events, account, contact_type.id, parsed)
        with services.view(account.id):
            took.append((time.perf_counter() - begun) * 1_000)
    took.sort()
    at_99 = Measured(took[int(SENT * 0.99) - 1], took[0], took[-1], SENT)
    return Figure(
        "an event until it is in 100 segments, p99", "ms", at_99, aim="at most 50", reached=at_99.median <= 50,
        note=f"median {took[SENT // 2]:.1f} ms; 30 of the segments are about events",
    )  # fmt: skip


def _midnight(services: Services, account: Account, now: list[datetime]) -> Figure:
    now[0] = next_day_starts(now[0], account.zone)
    begun = time.perf_counter()
    services.project()
    seconds = Measured.of([time.perf_counter() - begun])
    return Figure("a midnight, 30 segments about events", "s", seconds, aim="at most 2", reached=seconds.median <= 2)


def _stored(data: Path) -> Figure:
    size = sum(path.stat().st_size for path in data.iterdir() if path.name.startswith(("tamis.sqlite", FILE_NAME)))
    return Figure("both stores, with the contacts", "bytes/event", Measured.of([size / EVENTS]))
