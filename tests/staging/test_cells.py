"""Cells and emails on the SQL fast path have the same results as in Python."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import encode_entry
from tamis.domain.contacts.emails import email_key, parse_email
from tamis.domain.parsing.cell_parser import make_cell_parser
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.fields import Field, Kind, Value, ValueProblem, parser
from tamis.staging.cells import (
    MappedColumn,
    cell_sql,
    create_problem_tables,
    find_fast_columns,
    find_padded_columns,
    parse_cells,
)
from tamis.staging.connection import open_staging
from tamis.staging.emails import parse_emails
from tamis.staging.fast_path import INFERABLE, fast_path_condition
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

OPTIONS = ("free", "pro", "Für Teams")
ZONES = (ZoneInfo("UTC"), ZoneInfo("Asia/Dhaka"), ZoneInfo("America/New_York"))
SPACES = st.sampled_from(["", "", "", " ", "  ", "\t", "\n", "\u00a0", "\u2003", "\u2028", "\x85", "\x1f", "\r"])
DIGITS = st.text("0123456789", min_size=1, max_size=18)
NUMBERS = st.one_of(
    st.builds("{}{}{}".format, st.sampled_from(["", "-", "+", "-0", "0"]), DIGITS, st.sampled_from(["", ".", ".0"])),
    st.builds("{}{}.{}".format, st.sampled_from(["", "-", "+"]), DIGITS, st.text("0123456789", max_size=17)),
    st.floats(allow_nan=False).map(repr),
    st.integers().map(str),
    st.sampled_from(
        [
            "1,2345",
            "-0,5",
            "1.234,5",
            "12 %",
            "5 €",
            "NULL",
            "-0",
            "-0.0",
            "0.0000",
            "-0.0001",
            "1e5",
            "1E400",
            "0x10",
            "1,5",
            "١٢",
            "NaN",
            "inf",
            "1_000",
            ".5",
            "5.",
        ]
    ),
)
DAYS = st.one_of(
    st.dates().map(str),
    st.builds("{:04}-{:02}-{:02}".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
    st.builds("{:04}-{}-{}".format, st.integers(1900, 2100), st.integers(1, 12), st.integers(1, 31)),
    st.sampled_from(
        ["31/12/2024", "2024/12/31", "infinity", "epoch", "2024-02-29", "2023-02-29", "1582-10-10", "294247-01-10"]
    ),
)
TIMES = st.builds(
    "{}{:02}:{:02}{}{}".format,
    st.sampled_from(["T", " ", "t", "  "]),
    st.integers(0, 25),
    st.integers(0, 60),
    st.sampled_from(["", ":00", ":59", ":60", ":07.5", ":07.123456", ":1"]),
    st.sampled_from(["", "Z", "z", " Z", "+00:00", "+0600", "-05:30", " UTC"]),
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text("'=+-@\t ab\"\\/é\u2028\x00\x7f;,", max_size=6),
    st.sampled_from(
        [
            "yes",
            "No",
            "TRUE",
            "f",
            "1",
            "0",
            "y",
            "on",
            "Free",
            "PRO",
            "für teams",
            "FÜR TEAMS",
            "free; pro",
            "pro,free",
        ]
    ),
)
CELLS = st.builds("{}{}{}".format, SPACES, st.one_of(NUMBERS, DAYS, st.builds(str.__add__, DAYS, TIMES), TEXTS), SPACES)


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagingDatabase]:
    with open_staging(Path(tmp_path_factory.mktemp("staging")), "200MB", 2) as opened:
        yield opened


def create_tables(staging: StagingDatabase, cells: Sequence[str]) -> None:
    """Create `rows` of one column, and an empty `problems`."""
    for (name,) in execute(staging, "SELECT table_name FROM duckdb_tables()").fetchall():
        execute(staging, f"DROP TABLE {name}")
    execute(staging, "CREATE TABLE rows AS SELECT unnest($1::VARCHAR[]) AS c0", [[cell or None for cell in cells]])
    create_problem_tables(staging)


def problems(staging: StagingDatabase) -> dict[int, str]:
    """Return what is wrong by row."""
    return dict(execute(staging, "SELECT n, reason FROM problems").fetchall())


def read_cell(read: Callable[[str], Value | None], text: str, field: Field) -> tuple[str, str | None]:
    """Return what the one rule says of a text: its part of a document, and what is wrong with it."""
    try:
        value = read(text)
    except ValueProblem as problem:
        return "", str(problem)
    return "" if value is None else encode_entry(field.id, value), None


@pytest.mark.parametrize("kind", list(Kind))
@given(
    cells=st.lists(CELLS, min_size=1, max_size=30),
    zone=st.sampled_from(ZONES),
    decimal=st.sampled_from(DecimalMark),
    unit=st.sampled_from(["", "", "EUR", "%"]),
)
def test_staging_reads_cells_like_the_fields(
    staging: StagingDatabase, kind: Kind, cells: list[str], zone: ZoneInfo, decimal: DecimalMark, unit: str
) -> None:
    cells = [text.encode("utf-8", "ignore").decode() for text in cells]
    field = Field(107, "it", "It", kind, OPTIONS if kind.has_options else ())
    reading = ColumnFormat(kind, decimal=decimal, unit=unit)
    read = make_cell_parser(field, zone, reading)
    create_tables(staging, cells)
    padded, utc = find_padded_columns(staging, 1), zone.key == "UTC"
    fast = find_fast_columns(staging, {0: reading}, padded, utc=utc)
    (part,) = parse_cells(staging, [MappedColumn(0, field, reading, read)], fast, padded, utc=utc)
    query = f"SELECT {part.expression} FROM rows{part.join} ORDER BY rows.rowid"
    found = [row[0] or "" for row in execute(staging, query).fetchall()]
    wrong = problems(staging)
    for number, text in enumerate(cells):
        expected, problem = read_cell(read, text, field)
        assert wrong.get(number) == problem
        assert problem or found[number] == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.NUMBER, "34.07"),
        (Kind.NUMBER, "-12"),
        (Kind.DATE, "1990-02-28"),
        (Kind.DATETIME, "2021-11-23T03:40:57Z"),
        (Kind.BOOLEAN, "Yes"),
        (Kind.TEXT, 'Zoë "Z" \\ Ångström'),
    ],
)
def test_usual_cells_are_on_the_fast_path(staging: StagingDatabase, kind: Kind, text: str) -> None:
    create_tables(staging, [text])
    here = cell_sql(0, frozenset())
    assert execute(
        staging, f"SELECT {fast_path_condition(ColumnFormat(kind), here, utc=False)} FROM rows"
    ).fetchall() == [(True,)]


@given(text=CELLS)
def test_fast_path_cells_of_one_kind_count_the_same(staging: StagingDatabase, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    create_tables(staging, [text])
    for kind in INFERABLE:
        here = cell_sql(0, find_padded_columns(staging, 1))
        if execute(staging, f"SELECT {fast_path_condition(ColumnFormat(kind), here, utc=True)} FROM rows").fetchall()[
            0
        ][0]:
            parser(Field(107, "it", "It", kind), ZONES[0])(text)


LOCAL = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~- \"\\é(),:;<>@[]", max_size=12) | st.text("ab", min_size=60, max_size=70)
DOMAINS = (
    "example.org Example.ORG mail.example.com localhost bücher.example xn--bcher-kva.example a..b -a.org a-.org a.b "
    "1.2.3.4 [1.2.3.4] test x.test example a_b.org org. .org"
)
DOMAIN = st.one_of(
    st.sampled_from([*DOMAINS.split(), ""]),
    st.text("ab-.019Éx", max_size=10),
    st.text("ab", min_size=60, max_size=66).map("{}.org".format),
)
ADDRESSES = st.builds("{}{}{}{}{}".format, SPACES, LOCAL, st.sampled_from(["@", "@", "@", "", "@@"]), DOMAIN, SPACES)


@given(cells=st.lists(ADDRESSES, min_size=1, max_size=20))
def test_staging_reads_emails_like_the_parser(staging: StagingDatabase, cells: list[str]) -> None:
    create_tables(staging, cells)
    found = parse_emails(staging, 0, find_padded_columns(staging, 1), parse_email)
    rows = execute(staging, f"SELECT {found.email}, {found.key} FROM rows{found.join} ORDER BY rows.rowid").fetchall()
    wrong = problems(staging)
    for number, (text, row) in enumerate(zip(cells, rows, strict=True)):
        key = email_key(text.strip())
        if key is None:
            assert wrong.pop(number).startswith("Email is missing" if not text.strip() else "Email is not valid")
        else:
            assert row == (text.strip(), key)
    assert not wrong
