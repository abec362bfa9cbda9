"""Stores of one to ten million contacts with many segments, generated quickly: DuckDB draws them, SQLite takes them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench.generated_contacts import CITIES, COUNTRIES, FIELDS, FIRST_NAMES, LAST_NAMES, PLANS
from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.instants import to_micros
from tamis.records.engine.sql import fetch, run_many
from tamis.records.handles import Transaction
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings

ROWS_A_BATCH = 50_000
HALF = "Subscribed"
RELATIVE = (
    "last_order_at is within 30 days",
    "last_order_at is within 90 days and subscribed is true",
    "last_order_at is not within 1 year",
    "last_order_at is within 6 months",
    "birth_date is anniversary within 7 days",
    "birth_date is anniversary within 1 day and subscribed is true",
    "created_at is within 24 hours",
    "last_order_at is within 48 hours",
    "last_order_at is in the next 7 days",
    'last_order_at is within 2 weeks and country = "India"',
)


@dataclass(frozen=True, slots=True)
class ScaleStore:
    """An open store, and what is in it."""

    services: Services
    account: Account
    type: ContactType
    field_ids: dict[str, int]


def make(data: Path, contacts: int) -> ScaleStore:
    """Fill the records of a fresh directory; the columns are not made yet."""
    services = Services(Settings.from_environment(data))
    account, _ = services.write(create_account, "scale@example.org", "Asia/Dhaka", None)
    people = services.write(create_type, account, "People")
    ids = {name: services.write(create_field, people, name, kind).id for name, kind in FIELDS.items()}
    now = datetime.now(UTC)
    for batch in _documents(contacts, ids, now):
        services.write(_insert, people.id, batch)
    return ScaleStore(services, account, people, ids)


def add_segments(store: ScaleStore, count: int) -> None:
    """Make segments until there are `count`: a tenth with relative dates, a tenth that name others."""
    for number, (name, rule) in enumerate(_segments(count)):
        if number >= _present(store):
            store.services.write(create_segment, store.account, store.type, name, from_text(rule))


def _present(store: ScaleStore) -> int:
    row = fetch(store.services.records.reader(), "SELECT count(*) FROM segments")
    return int(row[0][0])


def _segments(count: int) -> Iterator[tuple[str, str]]:
    draw = random.Random(7)
    countries, cities = COUNTRIES.split(","), CITIES.split()
    for number in range(count):
        plain = (
            f'country = "{draw.choice(countries)}"',
            f"age > {draw.randrange(20, 90)}",
            f"total_spent >= {draw.choice((50, 100, 500, 1000))} and subscribed is true",
            f'plan in ("pro", "team") and city contains "{draw.choice(cities)[:4].lower()}"',
            f'not (country in ("India", "Japan") or age is blank) and age < {draw.randrange(30, 60)}',
            f'birth_date is before 19{draw.randrange(50, 99)}-01-01 or last_name = "Smith"',
        )
        if number == 0:
            yield HALF, "subscribed is true"
        elif number % 10 == 1:
            yield f"Relative {number}", RELATIVE[number // 10 % len(RELATIVE)]
        elif number % 10 == 2:
            yield f"Naming {number}", f'is in segment "{HALF}" and is not in segment "Relative {number - 1}"'
        else:
            yield f"Plain {number}", plain[number % len(plain)]


def _insert(db: Transaction, _now: datetime, type_id: int, rows: list[tuple[int, str, str, int]]) -> None:
    run_many(
        db,
        "INSERT INTO contacts (id, contact_type_id, email, email_key, field_values, created_at, updated_at) "
        "VALUES (?1, ?5, ?2, ?2, ?3, ?4, ?4)",
        ((*row, type_id) for row in rows),
    )


def _documents(contacts: int, ids: dict[str, int], now: datetime) -> Iterator[list[tuple[int, str, str, int]]]:
    """Draw rows: id, e-mail, document of values, and when the contact was created, over the last five years."""
    con = duckdb.connect()
    con.execute("SET threads = 2")

    def one_of(values: tuple[str, ...] | list[str], salt: int) -> str:
        return f"list_extract({list(values)!r}, 1 + ((hash(n, {salt}) % {len(values) ** 2})**0.5)::INT % {len(values)})"

    micros = to_micros(now)
    result = con.execute(
        f"""
        SELECT n, 'person' || n || '@mail' || n % 7 || '.example',
            '{{"2":"' || {one_of(FIRST_NAMES.split(), 1)}
            || '","3":"' || {one_of(LAST_NAMES.replace("'", "").split(), 2)}
            || '","5":"' || {one_of(COUNTRIES.split(","), 3)} || '","7":"' || {one_of(CITIES.split(), 4)}
            || '","{ids["Plan"]}":"' || {one_of(PLANS, 5)}
            || '"' || CASE WHEN hash(n, 6) % 10 < 7 THEN
                ',"{ids["Age"]}":' || (16 + hash(n, 7) % 80) || '.0' ELSE '' END
            || ',"{ids["Total spent"]}":' || (hash(n, 8) % 200000) / 100.0
            || CASE WHEN hash(n, 9) % 4 > 0 THEN
                ',"{ids["Birth date"]}":"' || (DATE '1940-01-01' + (hash(n, 10) % 25000)::INT) || '"' ELSE '' END
            || CASE WHEN hash(n, 11) % 10 < 6 THEN ',"{ids["Last order at"]}":"'
                || strftime(make_timestamp({micros} + 86400000000 * 10 - (hash(n, 12) % 63072000)::BIGINT * 1000000),
                   '%Y-%m-%dT%H:%M:%SZ') || '"' ELSE '' END
            || ',"{ids["Subscribed"]}":' || CASE WHEN n % 2 = 0 THEN 'true' ELSE 'false' END || '}}',
            {micros} - (hash(n, 13) % 157680000)::BIGINT * 1000000
        FROM (SELECT range + 1 AS n FROM range({int(contacts)}))
        """
    )
    while rows := result.fetchmany(ROWS_A_BATCH):
        yield rows
    con.close()
