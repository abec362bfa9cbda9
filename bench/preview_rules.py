"""Previewing a rule over the API, compared with its count in bare DuckDB; and forecasts, for context."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from bench import servers
from bench.count_rules import RULES, copy_table
from bench.harness import Figure, in_turn, timed
from bench.stores import Store, Stores
from tamis.actions.services import Services, utc_now
from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.layout.contacts import column
from tamis.columns.layout.membership import is_in_segment
from tamis.domain.values.fields import FieldSet
from tamis.records import types
from tamis.rules.build import build
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings

TIMES = 25
WARM_UP = 3
FORECASTS = {
    "birthdays, 7 days": ("birth_date is anniversary within 7 days", 7),
    "birthdays, 366 days": ("birth_date is anniversary within 7 days", 366),
    "last orders, 366 days": ("last_order_at is more than 5 years ago", 366),
}


class Api:
    """A connection to the API with a key."""

    def __init__(self, port: int, store: Store) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=600)
        self._headers = {"Authorization": f"Bearer {store.secret_key}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send a request, and return the JSON of its answer."""
        content = None if body is None else json.dumps(body)
        self._connection.request(method, f"/v1/{path}", content, self._headers)
        answer = self._connection.getresponse()
        found = json.loads(answer.read())
        assert answer.status < 300, found
        return found


def run(stores: Stores) -> Iterator[Figure]:
    """Preview each rule in turn over the API, and count it with DuckDB."""
    store = stores.copy()
    copy = stores.directory / "bare.duckdb"
    copy_table(store.data / FILE_NAME, copy, store.type_id)
    settings = Settings.from_environment(store.data)
    services = Services(settings)
    fields = types.fields_of_type(services.records.reader(), store.type_id)
    services.close()
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.columns_memory,
        "threads": settings.columns_threads,
    }
    with servers.tamis(store.data) as server, duckdb.connect(str(copy), config=config) as con:
        api = Api(server.port, store)
        for name, text in RULES.items():
            yield _preview(api, store, con, fields, name, text)
        for name, (text, days) in FORECASTS.items():
            yield _forecast(api, store, name, text, days)


def _preview(api: Api, store: Store, con: duckdb.DuckDBPyConnection, fields: FieldSet, name: str, text: str) -> Figure:
    parameters = Parameters(DUCKDB)
    as_of = EvaluationTime(utc_now(), ZoneInfo("UTC"))
    where = compile_rule(build(from_text(text), fields), as_of, ColumnSource(column, is_in_segment), parameters)
    sql, body = f"SELECT count(*) FROM bare WHERE {where}", {"contact_type_id": store.type_id, "rule": text}

    def ours() -> int:
        count: int = api.call("POST", "segments/preview", body)["count"]
        return count

    def bare() -> int:
        return int(con.execute(sql, parameters.values).fetchall()[0][0])

    counted = ours()
    assert counted == bare()
    for _ in range(WARM_UP):
        ours(), bare()
    mine, base = in_turn(TIMES, lambda: timed(ours) * 1000, lambda: timed(bare) * 1000)
    return Figure(
        f"preview of a rule over the API: {name}",
        "ms",
        mine,
        base,
        "its count in bare DuckDB",
        "at most 1.5 times + 5 ms",
        mine.median <= 1.5 * base.median + 5,
        f"{counted:,} contacts; with the counts of all parts and a sample",
    )


def _forecast(api: Api, store: Store, name: str, text: str, days: int) -> Figure:
    made = api.call("POST", "segments", {"contact_type_id": store.type_id, "name": name, "rule": text})
    path = f"segments/{made['id']}/forecast?days={days}"
    found = api.call("GET", path)
    mine, _ = in_turn(3, lambda: timed(lambda: api.call("GET", path)) * 1000, lambda: 0.0)
    changes = sum(day["entering"] + day["leaving"] for day in found["days"])
    return Figure(f"forecast over the API: {name}", "ms", mine, note=f"{changes:,} entries and exits")
