"""An exported file has the values of the contacts, in every format and for every reader."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact
from tamis.domain.files.exports import Format, OutputOptions
from tamis.domain.files.formulas import escape
from tamis.domain.values.fields import format_value
from tamis.domain.values.instants import FIRST_INSTANT, LAST_INSTANT
from tests.exports.readers import ESCAPED, cells, exactly, read
from tests.laws.stores import Stores, known
from tests.laws.strategies import FIELDS, contacts, numbers
from tests.support.effort import examples

LAYOUTS = (
    OutputOptions(Format.CSV),
    OutputOptions(Format.CSV, escapes=False, compressed=True),
    OutputOptions(Format.NDJSON),
    OutputOptions(Format.PARQUET),
)
HOSTILE = (
    "=1+1", "'=1+1", "''@x", "＝1", "'", "'a", '"', ",", "a;b; c", "a\r\nb", "a\rb", "a\nb", "a\n\nb", "NULL", "#x",
    "a\u2028b", "a\u00a0x", "🦊", "\\N", "\\", "-5", "{}",
)  # fmt: skip
EDGES = [
    Contact(1, 1, "=a@b.de", {106: FIRST_INSTANT, 110: LAST_INSTANT}, FIRST_INSTANT, LAST_INSTANT),
    *(Contact(n, 1, "a@b.de", {101: text, 2: text}, LAST_INSTANT, FIRST_INSTANT) for n, text in enumerate(HOSTILE, 2)),
]


@pytest.fixture(scope="module")
def stores() -> Iterator[Stores]:
    made = Stores(FIELDS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("it's a directory") / "rows"


def numbered(audience: list[Contact]) -> list[Contact]:
    """Return contacts ids in another order than they come in."""
    ids = range(len(audience), 0, -1)
    return [Contact(i, 1, c.email, c.values, c.created_at, c.updated_at) for i, c in zip(ids, audience, strict=True)]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@settings(max_examples=examples(40))
@example(EDGES)
@example([])
@given(st.lists(contacts(), max_size=5))
def test_a_file_has_the_values_of_the_contacts(
    stores: Stores, file: Path, layout: OutputOptions, audience: list[Contact]
) -> None:
    audience = numbered(audience)
    stores.fill(audience)
    assert stores.export(layout, file) == len(audience)
    found = read(file.read_bytes(), layout.format, FIELDS.fields, escaped=layout.escapes)
    audience.sort(key=lambda c: c.id)
    expected = [{FIELDS.by_id[id_].key: value for id_, value in known(c, FIELDS).items()} for c in audience]
    assert [{k: exactly(v) for k, v in row.items()} for row in found] == [
        {k: exactly(v) for k, v in row.items()} for row in expected
    ]


@settings(max_examples=examples(40))
@example(EDGES)
@given(st.lists(contacts(), max_size=5))
def test_sql_and_python_write_cells_alike(stores: Stores, file: Path, audience: list[Contact]) -> None:
    audience = numbered(audience)
    stores.fill(audience)
    stores.export(OutputOptions(Format.CSV), file)
    expected = [
        [
            "" if (v := c.value_of(f)) is None else escape(format_value(v)) if f.kind in ESCAPED else format_value(v)
            for f in FIELDS.fields
        ]
        for c in sorted(audience, key=lambda c: c.id)
    ]
    assert cells(file.read_bytes())[1:] == expected


@given(st.lists(numbers, min_size=1, max_size=50))
def test_sql_and_python_write_numbers_alike(stores: Stores, file: Path, many: list[float]) -> None:
    stores.fill([Contact(n, 1, "a@b.de", {103: v}, FIRST_INSTANT, LAST_INSTANT) for n, v in enumerate(many, 1)])
    stores.export(OutputOptions(Format.CSV), file)
    place = [f.id for f in FIELDS.fields].index(103)
    assert [row[place] for row in cells(file.read_bytes())[1:]] == [format_value(v) for v in many]


def test_equal_rows_give_equal_bytes(stores: Stores, file: Path) -> None:
    stores.fill(EDGES)
    for layout in (OutputOptions(Format.CSV), OutputOptions(Format.NDJSON)):
        stores.export(layout, file)
        first = file.read_bytes()
        stores.export(layout, file)
        assert file.read_bytes() == first


def test_a_byte_order_mark_is_only_before_the_header(stores: Stores, file: Path) -> None:
    stores.fill(EDGES)
    stores.export(OutputOptions(Format.CSV), file)
    plain = file.read_bytes()
    stores.export(OutputOptions(Format.CSV, mark=True), file)
    assert file.read_bytes() == b"\xef\xbb\xbf" + plain
