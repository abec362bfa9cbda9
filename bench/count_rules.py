"""Counting a rule that is not saved, over all contacts, compared with the same SQL in bare DuckDB.

Measured is the action `count_rule` in this process: what an interface calls, without HTTP.
"""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from bench.harness import Figure, in_turn, timed
from bench.stores import Store, Stores
from tamis.actions.segments.segments import count_rule
from tamis.actions.services import Services
from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.layout.contacts import column, table
from tamis.columns.layout.membership import is_in_segment
from tamis.records import types
from tamis.rules.build import build
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule
from tamis.settings import Settings

TIMES = 25
WARM_UP = 3
RULES = {
    "text equality": 'country = "Germany"',
    "number range": "total_spent is between 100 and 500",
    "contains": 'last_name contains "son"',
    "contains in email": 'email contains "nova12"',
    "nested, with dates": '(country in ("United States", "Canada") or plan = "pro") and last_order_at is after '
    '2023-06-01 and not (birth_date is before 1970-01-01 or email ends with "@example.org")',
}


def run(stores: Stores) -> Iterator[Figure]:
    """Count each rule in turn with Tamis and with DuckDB."""
    store = stores.copy()
    copy = stores.directory / "bare.duckdb"
    copy_table(store.data / FILE_NAME, copy, store.type_id)
    settings = Settings.from_environment(store.data)
    services = Services(settings)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.columns_memory,
        "threads": settings.columns_threads,
    }
    try:
        with duckdb.connect(str(copy), config=config) as con:
            fields = types.fields_of_type(services.records.reader(), store.type_id)
            for name, text in RULES.items():
                yield _compare(services, store, con, name, build(from_text(text), fields))
    finally:
        services.close()


def _compare(services: Services, store: Store, con: duckdb.DuckDBPyConnection, name: str, rule: Rule) -> Figure:
    document = to_json(rule)
    parameters = Parameters(DUCKDB)
    as_of = EvaluationTime(services.clock(), ZoneInfo("UTC"))
    where = compile_rule(rule, as_of, ColumnSource(column, is_in_segment), parameters)
    sql = f"SELECT count(*) FROM bare WHERE {where}"

    def ours() -> object:
        return count_rule(services, store.account_id, store.type_id, document)

    def bare() -> object:
        row = con.execute(sql, parameters.values).fetchone()
        return row[0] if row else None

    counted = ours()
    assert counted == bare()
    for _ in range(WARM_UP):
        ours(), bare()
    mine, base = in_turn(TIMES, lambda: timed(ours) * 1000, lambda: timed(bare) * 1000)
    return Figure(
        f"count of a rule: {name}",
        "ms",
        mine,
        base,
        "the same SQL in bare DuckDB",
        "at most 1.5 times + 3 ms",
        mine.median <= 1.5 * base.median + 3,
        f"{counted:,} contacts",
    )


def copy_table(source: Path, target: Path, type_id: int) -> None:
    """Copy the contacts of a type into a file of their own, as the table `bare`."""
    with duckdb.connect(str(target)) as con:
        con.execute(f"ATTACH '{source}' AS source (READ_ONLY)")
        con.execute(f"CREATE TABLE bare AS SELECT * FROM source.{table(type_id)}")
