"""Events in the projection: SQL reads the values of properties as Python does."""

from datetime import UTC, date, datetime

import duckdb
import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.columns.layout.events import ROW_GROUP, ensure_event_tables, event_table, sort_events
from tamis.columns.projector.batch import EventRows
from tamis.columns.projector.event_rows import MOST_DECODED, insert_events
from tamis.domain.events.events import PROPERTY_KINDS, EventCatalogue, EventName, EventProperty, RawValue, read_property
from tamis.domain.values.fields import Field, Value
from tamis.domain.values.text import fold
from tamis.records.events.rows import NewEvent
from tamis.records.events.sealed.lines import write_line
from tests.support.effort import examples

FIELDS = [Field(101 + n, kind.value, kind.value, kind) for n, kind in enumerate(PROPERTY_KINDS)]
CATALOGUE = EventCatalogue((EventName(1, 1, "order"),), tuple(EventProperty(1, field) for field in FIELDS))

numbers = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), st.decimals(-1000, 1000, places=2)
)
days = st.dates().map(str) | st.from_regex(r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]", fullmatch=True)
instants = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat().replace("+00:00", "Z"))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    [
        "true",
        "TRUE",
        " Books",
        "Stra\u00dfe",
        "a  b",
        'say "x"',
        "back\\slash",
        "\u03a3\u03b1\u03c2",
        "1e5",
        ".5",
        "007",
        "2026-11-20T24:00:00Z",
    ]
)
values = st.one_of(
    st.booleans(), numbers.map(lambda n: n if isinstance(n, int | float) else str(n)), days, instants, texts
)
documents = st.dictionaries(st.sampled_from([field.id for field in FIELDS]), values)


@settings(max_examples=examples(400))
@given(st.lists(documents, min_size=1, max_size=8))
def test_both_ways_of_loading_read_values_as_the_domain_does(sent: list[dict[int, RawValue]]) -> None:
    expected: list[list[object]] = [[_compared(document, field) for field in FIELDS] for document in sent]
    many = MOST_DECODED // len(sent) + 1
    with duckdb.connect() as con:
        ensure_event_tables(con, CATALOGUE)
        assert _load(con, sent) == expected
        assert _load(con, sent * many) == expected * many


def _compared(document: dict[int, RawValue], field: Field) -> Value | None:
    value = read_property(document[field.id], field.kind) if field.id in document else None
    return fold(value) if isinstance(value, str) else value


def _load(con: duckdb.DuckDBPyConnection, sent: list[dict[int, RawValue]]) -> list[list[object]]:
    con.execute(f"TRUNCATE {event_table(1)}")
    encoded = [msgspec.json.encode(document).decode() for document in sent]
    rows = EventRows([_line(number, 0, document) for number, document in enumerate(encoded)])
    insert_events(con, 1, CATALOGUE.properties_of(1), rows)
    found = con.execute(
        f"SELECT * EXCLUDE (contact_id, occurred_at) FROM {event_table(1)} ORDER BY contact_id"
    ).fetchall()
    return [[_typed(value) for value in row] for row in found]


def _line(contact_id: int, at: int, document: str) -> str:
    return write_line(NewEvent(contact_id, 1, at, "k\t1", document))


def _typed(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return value.lower() if isinstance(value, str) else value


def test_new_properties_get_columns_that_are_null_for_earlier_events() -> None:
    with duckdb.connect() as con:
        ensure_event_tables(con, EventCatalogue((EventName(1, 1, "order"),)))
        insert_events(
            con, 1, EventCatalogue((EventName(1, 1, "order"),)).properties_of(1), EventRows([_line(5, 0, "{}")])
        )
        ensure_event_tables(con, CATALOGUE)
        insert_events(con, 1, CATALOGUE.properties_of(1), EventRows([_line(6, 1, '{"103":"2026-11-20"}')]))
        assert con.execute("SELECT contact_id, p103 FROM events_1 ORDER BY occurred_at").fetchall() == [
            (5, None),
            (6, date(2026, 11, 20)),
        ]


def test_events_are_put_in_order_of_time() -> None:
    with duckdb.connect() as con:
        ensure_event_tables(con, CATALOGUE)
        con.execute(
            "INSERT INTO events_1 (contact_id, occurred_at) "
            f"SELECT n, make_timestamp((hash(n) % 1000000)::BIGINT) FROM range({ROW_GROUP + 1}) r(n)"
        )
        con.execute("BEGIN")
        sort_events(con, 1)
        con.execute("COMMIT")
        unsorted = con.execute(
            "SELECT count(*) FROM (SELECT occurred_at < lag(occurred_at) OVER (ORDER BY rowid) AS is_late "
            "FROM events_1) WHERE is_late"
        ).fetchone()
        assert unsorted == (0,)
        assert con.execute("SELECT count(*) FROM events_1").fetchone() == (ROW_GROUP + 1,)
