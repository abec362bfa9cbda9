"""Files that would cost much more than their size are refused before any work, in every format."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import duckdb
import pytest

from tamis.actions.importing.mapping.mapping import has_email_header
from tamis.actions.importing.reports.report import no_progress
from tamis.actions.importing.sources import ContactFile, StagedFile, stage_file
from tamis.domain.errors import Invalid
from tamis.staging.connection import open_staging

Stage = Callable[[str, bytes], StagedFile]
EMAIL = {"email": "a@example.org"}


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Stage]:
    """Lay a file out."""

    def write_files(name: str, content: bytes) -> StagedFile:
        path, spool = tmp_path / name, tmp_path / "spool"
        path.write_bytes(content)
        spool.mkdir()
        return stage_file(staging, ContactFile(path), spool, lambda cells: has_email_header(cells, {}), no_progress)

    with open_staging(tmp_path, "500MB", 1) as staging:
        yield write_files


def lines(objects: Iterable[object]) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in objects).encode()


def as_they_vary(count: int) -> dict[str, int]:
    """Make keys that differ only in the case of their letters."""
    return {"".join(c.upper() if n >> i & 1 else c for i, c in enumerate("abcdefgh")): n for n in range(count)}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("keys.ndjson", lines(EMAIL | {f"k{n}": n} for n in range(8_000)), "more than 1,040 different keys"),
        ("line.ndjson", lines([EMAIL | {f"k{n}": n for n in range(9_990)}]), "more than 1,040 different keys"),
        ("list.json", json.dumps([EMAIL | {f"k{n}": n} for n in range(2_000)]).encode(), "different keys"),
        ("alike.ndjson", lines([EMAIL | as_they_vary(200)]), "more than 100 keys that differ from others only in"),
        ("sparse.ndjson", lines({f"k{n % 1_000}": 1} for n in range(9_000)), "1,000 columns in 9,000 rows"),
        ("deep.json", b'[{"email": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]", "too deep"),
        ("same.csv", b"email" + b",a" * 1_000_000, "more than 1,040 columns"),
        ("ragged.csv", b"email" + b",a" * 999 + b"\nx" * 9_000, "1,000 columns in"),
    ],
)
def test_files_with_too_many_columns_are_refused(staged: Stage, name: str, content: bytes, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        staged(name, content)
    assert message in str(refused.value)


def test_text_with_many_commas_is_not_many_columns(staged: Stage) -> None:
    source = staged("text.csv", b"email;note\na@example.org;" + b"well, " * 5_000 + b"\n")
    assert source.header == ("email", "note")
    assert source.staged.count == 1


def test_keys_that_differ_in_case_only_and_an_empty_one_keep_their_values(staged: Stage) -> None:
    source = staged("keys.ndjson", lines([{"email": "a@example.org", "Plan": 1, "plan": "x", "": 3, "a/b~": [1]}]))
    assert source.header[:3] == ("email", "Plan", "plan")
    assert [row.cells for row in source.staged.locate([0])] == [["a@example.org", "1", "x", "3", "1"]]


def test_the_first_of_duplicate_json_keys_counts(staged: Stage) -> None:
    source = staged(
        "twice.ndjson", b'{"email": "a@example.org", "n": 1.10, "n": 2}\n{"n": "\\u00e4\\n\\"", "m": null}\n'
    )
    assert [row.cells for row in source.staged.locate([0, 1])] == [["a@example.org", "1.1", ""], ["", 'ä\n"', ""]]


def parquet(columns: int, rows: int, tmp_path: Path) -> bytes:
    """Make a file with one email in all rows and blanks in all other columns."""
    blanks = "".join(f", NULL::VARCHAR AS c{n}" for n in range(1, columns))
    query = f"COPY (SELECT 'a@example.org' AS email{blanks} FROM range($1)) TO $2 (FORMAT parquet)"
    duckdb.execute(query, [rows, str(tmp_path / "made")])
    return (tmp_path / "made").read_bytes()


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [(1_200, 1, "more than 1,040 columns"), (100, 250_000, "100 columns in 250,000 rows, nearly all of them blank")],
)
def test_a_parquet_file_is_refused_by_its_footer(
    staged: Stage, tmp_path: Path, columns: int, rows: int, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        staged("people.parquet", parquet(columns, rows, tmp_path))
    assert message in str(refused.value)


def test_blank_columns_of_a_parquet_file_are_accepted(staged: Stage, tmp_path: Path) -> None:
    assert staged("people.parquet", parquet(300, 1_000, tmp_path)).staged.count == 1_000
