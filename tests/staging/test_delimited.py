"""The staged table has the records of the file, whichever way they were read."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
from hypothesis import example, given, settings

from tamis.files.chunks import TextChunk
from tamis.files.records import read_records
from tamis.files.strict_csv import is_strict_csv
from tamis.staging.connection import open_staging
from tamis.staging.delimited import SourceRow, StagedCsv
from tamis.staging.sql import execute
from tests.support.effort import examples

Row = tuple[str | None, ...]


def stage(chunks: list[TextChunk], width: int, delimiter: str = ",") -> tuple[StagedCsv, list[Row]]:
    """Stage chunks, and return the table's rows."""
    with TemporaryDirectory() as place, open_staging(Path(place), "1GB", 1) as staging:
        staged = StagedCsv(staging, width, delimiter)
        for chunk in chunks:
            staged.add(chunk)
        staged.flush()
        rows = execute(staging, "SELECT rowid, * FROM rows ORDER BY rowid").fetchall()
    assert [row[0] for row in rows] == list(range(staged.count))
    return staged, [row[1:] for row in rows]


def chunk_of(path: Path, text: str, first_line: int = 2, delimiter: str = ",") -> TextChunk:
    """Write a chunk."""
    path.write_bytes(text.encode())
    return TextChunk(path, first_line, is_strict_csv(text.encode(), delimiter))


def test_malformed_rows_are_reported_and_stop_nothing(tmp_path: Path) -> None:
    text = 'a,b\n1\n1,2,3\n1,2, ,\n"x"y,1\n\n"never\nc,"d\ne"\n'
    staged, rows = stage([chunk_of(tmp_path / "1", text)], 2)
    assert rows == [("a", "b"), (None, None), (None, None), ("1", "2"), (None, None), (None, None), ("c", "d\ne")]
    assert staged.broken == {
        1: "the row has 1 cell, the header has 2",
        2: "the row has 3 cells, the header has 2",
        4: "text follows the closing quote of a cell in line 6",
        5: "the quote opened in line 8 is not closed",
    }


def test_only_the_chunk_with_a_ragged_row_takes_the_slow_path(tmp_path: Path) -> None:
    good, ragged = chunk_of(tmp_path / "1", "a,b\n" * 5), chunk_of(tmp_path / "2", "c,d\ne\n", 7)
    staged, rows = stage([good, ragged, replace(good, first_line=9)], 2)
    assert rows == [("a", "b")] * 5 + [("c", "d"), (None, None)] + [("a", "b")] * 5
    assert staged.broken == {6: "the row has 1 cell, the header has 2"}
    assert list(staged.locate([0, 5, 6, 11])) == [
        SourceRow(0, 2, ["a", "b"]),
        SourceRow(5, 7, ["c", "d"]),
        SourceRow(6, 8, ["e"]),
        SourceRow(11, 13, ["a", "b"]),
    ]


def test_a_table_of_one_column(tmp_path: Path) -> None:
    assert stage([chunk_of(tmp_path / "1", 'a\n\n""\nb\n')], 1)[1] == [("a",), (None,), ("b",)]


def test_a_cell_of_ten_megabytes_and_five_thousand_columns(tmp_path: Path) -> None:
    assert stage([chunk_of(tmp_path / "1", f"a,{'x' * 10_000_000}\n")], 2)[1] == [("a", "x" * 10_000_000)]
    wide = ",".join(f"cell{n}" for n in range(5_000))
    assert stage([chunk_of(tmp_path / "2", f"{wide}\n{wide}\n")], 5_000)[1] == [tuple(wide.split(","))] * 2


CELLS = st.text(st.sampled_from(list('ab""\' ,;\n\r\t|\\#\0\x1f\x1e\x85\u2028\ufeff\u00e9\U0001f600')), max_size=5)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


WRITTEN = st.one_of(CELLS, CELLS.map(quoted), st.sampled_from(["NULL", "null", "\\N", "", '""', " ", "1", "true"]))
LINES = st.lists(st.lists(WRITTEN, min_size=1, max_size=4), max_size=6)
PLAIN = st.text(st.sampled_from(list("ab '\\#\t;|\x1f\x85\u2028\ufeff\u00e9")), max_size=5)
PLAIN_LINES = st.lists(st.lists(st.one_of(PLAIN, CELLS.map(quoted)), min_size=3, max_size=3), max_size=6)


@given(st.one_of(LINES, PLAIN_LINES), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n"]))
@example([["#a", "b", "c"], ["\\", "'", "''"]], ",", "\n")
@settings(max_examples=examples(400))
def test_the_fast_path_agrees_with_the_slow_path(lines: list[list[str]], delimiter: str, end: str) -> None:
    text = "".join(delimiter.join(cells) + end for cells in lines)
    with TemporaryDirectory() as directory:
        chunk = chunk_of(Path(directory) / "1", text, 2, delimiter)
        fast, rows = stage([chunk], 3, delimiter)
        careful, expected = stage([replace(chunk, is_strict=False)], 3, delimiter)
    assert (rows, fast.broken) == (expected, careful.broken)
    records = list(read_records(text, delimiter, 2))
    assert len(records) == len(rows)
    for number, (record, row) in enumerate(zip(records, rows, strict=True)):
        if number not in fast.broken:
            assert [cell or "" for cell in row] == record.cells[:3]
