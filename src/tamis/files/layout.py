"""Detecting the layout of a delimited file from its first records: its delimiter and its header."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tamis.domain.contacts.emails import clean_email
from tamis.domain.values.text import pluralize
from tamis.files.header import clean_name, number_duplicates, read_header
from tamis.files.limits import MOST_COLUMNS
from tamis.files.records import Record, read_records
from tamis.files.source import SourceFile

DELIMITERS = (",", ";", "\t", "|")
RECORDS_CHECKED = 50
_SEP = re.compile(r'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)

IsHeader = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a delimited file.

    `header` has the cleaned, unique names of its columns, `header_line` is the number of the line on which the header
    ends, `notices` are sentences for people."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    delimiter: str
    records: list[Record]
    header: int | None
    is_named: bool
    """Whether the header was found by its names, not by the records below it."""


def detect_layout(
    source: SourceFile,
    encoding: str,
    notices: Sequence[str],
    start: str,
    is_header: IsHeader,
    delimiter: str | None = None,
) -> Layout:
    """Detect the layout of a file from the start of its text, in whole lines; raises Invalid when there is no header.

    `delimiter` is given where it is known."""
    separator_line = None if delimiter else _SEP.match(start)
    skipped = 1 if separator_line else 0
    text = start[separator_line.end() :] if separator_line else start
    candidate = max(
        (
            _read(text, d, is_header, 1 + skipped)
            for d in ([delimiter] if delimiter else [separator_line[1]] if separator_line else DELIMITERS)
        ),
        key=_score,
    )
    if not candidate.records:
        raise source.refuse("file_is_empty")
    header = candidate.records[candidate.header or 0]
    if len(header.cells) > MOST_COLUMNS and not header.problem:
        raise source.refuse("too_many_columns", header.line, most=MOST_COLUMNS)
    names, name_notices = read_header(header.cells)
    _check(source, header, names, found=candidate.header is not None)
    above = header.line - 1 - skipped
    if above:
        notices = (*notices, f"{pluralize(above, 'line')} above the header {_was(above)} skipped.")
    notices = (*notices, *name_notices)
    last_line = header.line + sum(cell.count("\n") for cell in header.cells)
    return Layout(encoding, candidate.delimiter, names, last_line, tuple(notices))


def _read(text: str, delimiter: str, is_header: IsHeader, first_line: int) -> _Candidate:
    records = list(islice(read_records(text, delimiter, first_line), RECORDS_CHECKED))
    # A data row can also contain the word, but then it has an email, too.
    rows = {n: r for n, r in enumerate(records) if not r.problem and len(r.cells) <= MOST_COLUMNS}
    headers = (n for n, r in rows.items() if is_header(_names(r)) and not _has_email(r))
    found = next(headers, None)
    return _Candidate(delimiter, records, _above_emails(rows) if found is None else found, found is not None)


def _above_emails(rows: Mapping[int, Record]) -> int | None:
    """Find the header by the records below it.

    Of the records above the first with an email, it is the first of those with the most cells that contain a letter;
    titles have fewer."""
    first = next((n for n, r in rows.items() if _has_email(r)), 0)
    above = [n for n in rows if n < first]
    return max(above, key=lambda n: sum(any(map(str.isalpha, cell)) for cell in rows[n].cells), default=None)


def _has_email(record: Record) -> bool:
    return any(map(_is_email, record.cells))


def _is_email(cell: str) -> bool:
    return clean_email(cell) is not None


def _names(record: Record) -> Sequence[str]:
    return number_duplicates([clean_name(cell) for cell in record.cells])


def _score(candidate: _Candidate) -> tuple[bool, bool, float, int]:
    rows = candidate.records[candidate.header or 0 :]
    has_header = candidate.header is not None and len(rows[0].cells) > 1
    widths = Counter(len(record.cells) for record in rows if not record.problem and len(record.cells) > 1)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return has_header and candidate.is_named, has_header, count / max(len(rows), 1), width


def _check(source: SourceFile, header: Record, names: tuple[str, ...], *, found: bool) -> None:
    if header.problem:
        raise source.refuse("header_is_wrong", header.line, problem=header.problem)
    if not found and any(map(_is_email, names)):
        raise source.refuse(
            "header_missing",
            header.line,
        )


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
