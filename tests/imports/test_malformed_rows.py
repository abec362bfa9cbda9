"""Malformed files, compared with a model that reads them row by row."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions, ImportReport
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import encode_values, merge_documents
from tamis.domain.contacts.emails import parse_email
from tamis.domain.files.formulas import unescape
from tamis.domain.values.fields import EMAIL, Field, Kind, ValueProblem, parse_value
from tamis.files.records import read_records
from tamis.records.engine.sql import fetch
from tamis.records.handles import connection_of
from tamis.settings import Settings
from tests.imports.conftest import Workspace
from tests.support.effort import examples

COLUMNS = ("email", "first_name", "Note", "total", "seen", "likes")
CUSTOM = (
    ("Note", Kind.TEXT, ()),
    ("Total", Kind.NUMBER, ()),
    ("Seen", Kind.DATETIME, ()),
    ("Likes", Kind.CHOICES, ("a", "B")),
)
TEXTS = (Kind.TEXT, Kind.CHOICES)
ADDRESSES = (
    "ann@example.org", "ANN@Example.org", " ann@example.org ", "bob@example.org", "'+b@example.org", "zoë@example.org",
)  # fmt: skip
NO_ADDRESSES = ("", " ", "nonsense", "a@b", "a b@example.org", "=1")
CELLS = (
    "", "", "", " ", "x", "X ", "=1+1", "'=1+1", "''@x", "-5", "1e400", "007", "a;b", "A,b", "a|b", "a\tb", "many",
    "2024-02-29", "2024-02-30 10:00", "2024-05-01T03:00Z", "Zoë", "€", "\u00a0", "a\x07", "'", "''",
    '"', '""', '"x', 'x"', '"x"y', '"a""b"', ' "q" ', '"a,b;c|d\te"',
)  # fmt: skip
LINES = ('"a\nb"', '"a\r\nb"', '"\n\n"')
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "windows-1252")
Outcomes = tuple[int, int, int, int, int]
People = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class File:
    """A file: the cells of a record are joined as they are, quoted or not, right or wrong."""

    rows: list[list[str]]
    delimiter: str
    end: str
    encoding: str
    erase: bool

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        text = "".join(self.delimiter.join(row) + self.end for row in [COLUMNS, *self.rows])
        mark = codecs.BOM_UTF16_LE if self.encoding == "utf-16-le" else b""
        return mark + text.encode(self.encoding, "replace")

    def records(self) -> Iterator[tuple[list[str], str]]:
        """Return the cells of its records, and what is wrong with their structure."""
        text = self.content.removeprefix(codecs.BOM_UTF16_LE).decode(self.encoding)
        records = read_records(text.replace("\r", "\n") if self.end == "\r" else text, self.delimiter)
        assert next(records).cells == list(COLUMNS)
        for record in records:
            beyond = "".join(record.cells[len(COLUMNS) :]).strip()
            ragged = len(record.cells) < len(COLUMNS) or beyond
            yield record.cells, record.problem or ("ragged" if ragged else "")


@st.composite
def files(draw: st.DrawFn) -> File:
    """Any file with the right columns."""
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    address = st.sampled_from(ADDRESSES) | st.sampled_from(NO_ADDRESSES)
    cell = st.sampled_from(CELLS if end == "\r" else (*CELLS, *LINES))
    sound = st.tuples(address, *[cell] * (len(COLUMNS) - 1)).map(list)
    ragged = st.lists(cell | address, max_size=len(COLUMNS) + 2)
    rows = draw(st.lists(sound | sound | ragged, max_size=8))
    return File(rows, draw(st.sampled_from(",;\t|")), end, draw(st.sampled_from(ENCODINGS)), draw(st.booleans()))


def expected(file: File, before: People, workspace: Workspace) -> tuple[People, Outcomes]:
    """Tell what an import of a file is to leave, and what becomes of its rows."""
    fields = workspace.fields
    feeding = [fields.find(name) for name in COLUMNS]
    erasable = [field.id for field in feeding if field and field != EMAIL] if file.erase else []
    good: dict[str, tuple[str, str]] = {}
    rejected = repeated = 0
    for cells, problem in file.records():
        row = None if problem else _read(cells, feeding, workspace.account.zone)
        if row is None:
            rejected += 1
            continue
        email, key, document = row
        if key in good:  # what they say together is what they would say one after the other
            repeated += 1
            document = merge_documents(good[key][1], document, fields, erasable)
        good[key] = (email, document)
    after, created, updated = dict(before), 0, 0
    for key, (email, document) in good.items():
        if key in before:
            after[key] = (email, merge_documents(before[key][1], document, fields, erasable))
            updated += after[key] != before[key]
        else:
            after[key] = (email, document)
            created += 1
    return after, (created, updated, len(good) - created - updated, repeated, rejected)


def _read(cells: list[str], feeding: list[Field | None], zone: ZoneInfo) -> tuple[str, str, str] | None:
    values = {}
    email = parse_email(unescape(cells[0].strip()))
    for field, cell in zip(feeding[1:], cells[1:], strict=False):
        assert field
        text = unescape(cell.strip()) if field.kind in TEXTS else cell
        try:
            value = parse_value(text, field, zone)
        except ValueProblem:
            return None
        if value is not None:
            values[field.id] = value
    return (email.address, email.key, encode_values(values)) if email else None


def outcomes(report: ImportReport) -> Outcomes:
    """Tell what became of the rows, after checking that it is the sum of them."""
    counts = (report.created, report.updated, report.unchanged, report.repeated, report.rejected)
    assert sum(counts) == report.rows
    return counts


def stored(workspace: Workspace) -> People:
    """Return address and document of every contact by its key."""
    rows = connection_of(workspace.services.records.reader()).execute(
        "SELECT email_key, email, field_values FROM contacts"
    )
    return {str(key): (str(email), str(document)) for key, email, document in rows.fetchall()}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    directory = tmp_path_factory.mktemp("nasty")
    services = Services(Settings(directory / "data"))
    account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
    made = services.write(create_type, account, "People")
    for name, kind, options in CUSTOM:
        services.write(create_field, made, name, kind, options)
    yield Workspace(services, account, made, directory)
    services.close()


NAMED_HEADER_ABOVE_TABS = File(
    [["ann@example.org", "", "", "a\tb", '"x"y', ""], ["ann@example.org"], ["", '"a,b;c|d\te"']],
    ",",
    "\n",
    "utf-8",
    False,
)
"""With tabs as the delimiter, the row above the lone email looks like a header of two columns."""


@settings(max_examples=examples(25))
@given(st.lists(files(), min_size=1, max_size=3))
@example([NAMED_HEADER_ABOVE_TABS])
def test_every_malformed_row_has_the_expected_outcome(workspace: Workspace, given_in: list[File]) -> None:
    workspace.services.records.write(lambda db: fetch(db, "DELETE FROM contacts"))
    for file in given_in:
        after, right = expected(file, stored(workspace), workspace)
        options = ImportOptions(erase=file.erase, encoding=file.encoding)
        dry = workspace.take(file.content, replace(options, dry_run=True))
        report = workspace.take(file.content, options)
        assert outcomes(report) == outcomes(dry) == right
        assert stored(workspace) == after
        again = workspace.take(file.content, options)
        assert outcomes(again) == (0, 0, sum(right[:3]), right[3], right[4])
        assert (report.rejects_file is None) == (report.rejected == 0)
    if report.rejects_file:
        _mend(Path(report.rejects_file), workspace, report.rejected)


def _mend(rejects: Path, workspace: Workspace, count: int) -> None:
    with rejects.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == ["rejected_line", "rejected_because", *COLUMNS]
    assert len(rows) == count
    assert all(line.isdigit() and reason for line, reason, *_ in rows)
    before = stored(workspace)
    mended = workspace.directory / "mended.csv"
    with mended.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number, row in enumerate(rows):
            writer.writerow([*row[:2], f"mended{number}@example.org", *[""] * (len(COLUMNS) - 1)])
    report = workspace.take(mended, ImportOptions())
    assert outcomes(report) == (count, 0, 0, 0, 0)
    assert stored(workspace).keys() == before.keys() | {f"mended{number}@example.org" for number in range(count)}
    assert report.ignored_columns == ("rejected_line", "rejected_because")


def test_a_row_with_broken_quotes_is_rejected_whole(workspace: Workspace) -> None:
    report = workspace.take('email,note,total\nann@example.org,"x"y,5\nbob@example.org,"open,6\n', ImportOptions())
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8") as file:
        rows = [row[2:] for row in csv.reader(file)][1:]
    assert rows == [["ann@example.org", '"x"y,5'], ["bob@example.org", '"open,6']]
