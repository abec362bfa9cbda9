"""How a delimited file is written: which delimiter it has, and where its header stands, seen from its first records."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tamis.domain.emails import clean_email
from tamis.domain.text import pluralize
from tamis.files.header import clean_name, read_header, tell_apart
from tamis.files.limits import MOST_COLUMNS
from tamis.files.records import Record, read_records
from tamis.files.source import Source

DELIMITERS = (",", ";", "\t", "|")
RECORDS_LOOKED_AT = 50
_SEP = re.compile(r'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)

IsHeader = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a delimited file is written.

    `header` has the names of its columns, cleaned and told apart, `header_line` is the number of the line on which
    the header ends, `notices` are sentences for people.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    delimiter: str
    records: list[Record]
    header: int | None
    is_named: bool
    """Whether the header was found by its names, not by what stands below it."""


def find_layout(
    source: Source, encoding: str, notices: Sequence[str], start: str, is_header: IsHeader, delimiter: str | None = None
) -> Layout:
    """Find the layout of a file from the start of its text, whole lines; raises Invalid when there is no header. The
    delimiter is found out where it is not known."""
    told = None if delimiter else _SEP.match(start)
    skipped = 1 if told else 0
    text = start[told.end() :] if told else start
    reading = max(
        (
            _read(text, d, is_header, 1 + skipped)
            for d in ([delimiter] if delimiter else [told[1]] if told else DELIMITERS)
        ),
        key=_score,
    )
    if not reading.records:
        raise source.refuse("file_is_empty")
    header = reading.records[reading.header or 0]
    if len(header.cells) > MOST_COLUMNS and not header.problem:
        raise source.refuse("too_many_columns", header.line, most=MOST_COLUMNS)
    names, about_names = read_header(header.cells)
    _check(source, header, names, found=reading.header is not None)
    above = header.line - 1 - skipped
    if above:
        notices = (*notices, f"{pluralize(above, 'line')} above the header {_was(above)} skipped.")
    notices = (*notices, *about_names)
    last_line = header.line + sum(cell.count("\n") for cell in header.cells)
    return Layout(encoding, reading.delimiter, names, last_line, tuple(notices))


def _read(text: str, delimiter: str, is_header: IsHeader, first_line: int) -> _Reading:
    records = list(islice(read_records(text, delimiter, first_line), RECORDS_LOOKED_AT))
    # A row can have the word in a cell as well, but then it has an email, too.
    rows = {n: r for n, r in enumerate(records) if not r.problem and len(r.cells) <= MOST_COLUMNS}
    headers = (n for n, r in rows.items() if is_header(_names(r)) and not _has_email(r))
    found = next(headers, None)
    return _Reading(delimiter, records, _above_emails(rows) if found is None else found, found is not None)


def _above_emails(rows: Mapping[int, Record]) -> int | None:
    """Find the header by what stands below it: of the records above the first that holds an email, the first of those
    with the most cells that have a letter; titles have fewer."""
    first = next((n for n, r in rows.items() if _has_email(r)), 0)
    above = [n for n in rows if n < first]
    return max(above, key=lambda n: sum(any(map(str.isalpha, cell)) for cell in rows[n].cells), default=None)


def _has_email(record: Record) -> bool:
    return any(map(_is_email, record.cells))


def _is_email(cell: str) -> bool:
    return clean_email(cell) is not None


def _names(record: Record) -> Sequence[str]:
    return tell_apart([clean_name(cell) for cell in record.cells])


def _score(reading: _Reading) -> tuple[bool, bool, float, int]:
    rows = reading.records[reading.header or 0 :]
    has_header = reading.header is not None and len(rows[0].cells) > 1
    widths = Counter(len(record.cells) for record in rows if not record.problem and len(record.cells) > 1)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return has_header and reading.is_named, has_header, count / max(len(rows), 1), width


def _check(source: Source, header: Record, names: tuple[str, ...], *, found: bool) -> None:
    if header.problem:
        raise source.refuse("header_is_wrong", header.line, problem=header.problem)
    if not found and any(map(_is_email, names)):
        raise source.refuse(
            "header_missing",
            header.line,
        )


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
