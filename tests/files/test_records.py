"""The rule for records, which does not depend on how a file is split into chunks."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tamis.files.records import read_records
from tests.files.conftest import Reader


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a, "b,c" ,d\n', [["a", "b,c", "d"]]),
        (' "a" b,c\n', [[' "a" b', "c"]]),
        ('5" pipe,6"\n', [['5" pipe', '6"']]),
        ('"a ""b""",""\n', [['a "b"', ""]]),
        ("a\rb,c\r\n", [["a\rb", "c"]]),
        (' \n\r\n,\n , \r\n"",\n" ",""\n,a\n', [["", "a"]]),
    ],
)
def test_cells(text: str, expected: list[list[str]]) -> None:
    assert [record.cells for record in read_records(text, ",")] == expected


def test_an_unclosed_quote_ends_with_its_line() -> None:
    found = list(read_records('a,b\nc,"d\ne,"f"\n"g"h,i\nj,"k\nl"\n', ",", 10))
    assert [(record.line, record.problem) for record in found] == [
        (10, ""),
        (11, "the quote opened in line 11 is not closed"),
        (12, ""),
        (13, "text follows the closing quote of a cell in line 13"),
        (14, ""),
    ]
    assert [record.cells for record in found if not record.problem] == [["a", "b"], ["e", "f"], ["j", "k\nl"]]


def test_an_unclosed_quote_early_in_a_long_file(reader: Reader) -> None:
    opened = reader.open(b'email,n\na@b.org,1\nb@b.org,"2\n' + b"c@b.org,3\n" * 300_000, 1 << 17)
    assert len(opened.records) == 300_002
    assert [(r.line, r.problem) for r in opened.records if r.problem] == [
        (3, "the quote opened in line 3 is not closed")
    ]


CELLS = st.text(st.sampled_from(list('ab"" ,;\n\té€|')), max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=12)


@given(
    TABLES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.integers(1, 200),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_written_records_are_read_back(
    rows: list[list[str]], delimiter: str, end: str, encoding: str, chunk_bytes: int, quoting: int
) -> None:
    written = io.StringIO()
    # Where lines end with carriage returns, the writer leaves line feeds in cells without quotes.
    quoting = csv.QUOTE_ALL if end == "\r" else quoting
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([["email", "x"], *rows])
    with TemporaryDirectory() as directory:
        # What is drawn is in no language: nothing could tell Windows-1252 from others.
        wanted = encoding if encoding == "cp1252" else None
        opened = Reader(Path(directory)).open(written.getvalue().encode(encoding), chunk_bytes, wanted)
    assert opened.layout.delimiter == delimiter
    assert opened.rows == [row for row in rows if any(cell.strip(" \r") for cell in row)]
    assert not any(record.problem for record in opened.records)


@given(st.text(st.sampled_from(list('ab""" ,\n\r')), max_size=60), st.integers(1, 40))
def test_records_do_not_depend_on_chunk_boundaries(text: str, chunk_bytes: int) -> None:
    with TemporaryDirectory() as directory:
        reader = Reader(Path(directory))
        # The header ends the lines, so that a carriage return is a character like others.
        content = f"email,x\n{text}".encode()
        assert reader.open(content, chunk_bytes).records == reader.open(content).records
