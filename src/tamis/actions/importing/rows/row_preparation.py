"""Preparing the rows of a file: parsing their cells, and sorting out rejected and repeated rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from tamis.actions.contacts.forgotten_emails import EmailCheck
from tamis.actions.importing.mapping.mapping import ColumnMap
from tamis.actions.importing.mapping.option_additions import (
    AddedOptions,
    AddOptions,
    add_named_options,
    unknown_options,
)
from tamis.actions.importing.reports.report import ColumnOmissions
from tamis.actions.importing.rows.bad_values import Policy
from tamis.actions.importing.sources import StagedFile
from tamis.domain.contacts.emails import Email, clean_email, parse_email
from tamis.domain.files.formulas import unescape
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.parsing.cell_parser import make_cell_parser
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.values.fields import Field, Kind, new_options
from tamis.domain.values.text import shorten
from tamis.staging import emails
from tamis.staging.cells import DocumentPart, InvalidCells, MappedColumn, find_invalid_cells, parse_cells
from tamis.staging.delimited import SourceRow
from tamis.staging.documents import merge_repeated_rows
from tamis.staging.emails import CleanedEmails, EmailExpressions
from tamis.staging.handle import StagingDatabase
from tamis.staging.problems import count_omitted_cells, omission_reasons, rejection_reasons

TEXTS = (Kind.TEXT, Kind.CHOICE, Kind.CHOICES)
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """How cells are parsed: the time zone, the format of each column, the columns wholly on the fast path, those with
    padded cells, and whether apostrophes before formulas are removed."""

    zone: ZoneInfo
    columns: Mapping[int, ColumnFormat]
    fast: frozenset[int]
    padded: frozenset[int]
    unescaped: bool


@dataclass(frozen=True, slots=True)
class PreparedRows:
    """Rows that are ready to be stored: how to read them from the staging database, added and unknown options, whether
    rows were merged, and how many are rejected or repeated."""

    addresses: EmailExpressions
    parts: Sequence[DocumentPart]
    added: AddedOptions
    unknown_options: Mapping[str, Mapping[str, int]]
    merged: bool
    rejected: int
    repeated: int
    cleaned: CleanedEmails
    invalid_values: Sequence[InvalidCells]


def parse_email_column(
    staging: StagingDatabase,
    position: int,
    padded: frozenset[int],
    email_check: EmailCheck | None,
    *,
    unescaped: bool,
) -> EmailExpressions:
    """Parse the emails of a file; invalid and refused ones are added to its `problems`."""
    found = emails.parse_emails(staging, position, padded, _unescaped_email if unescaped else clean_email)
    if email_check:
        for some in emails.iter_keys(staging, found):
            if refused := email_check(some):
                emails.reject(staging, found, refused)
    return found


def prepare_rows(
    staging: StagingDatabase,
    columns: ColumnMap,
    emails_sql: EmailExpressions,
    settings: ParseSettings,
    policies: Mapping[int, Policy],
    add: AddOptions,
    *,
    erase: bool,
    words: MessageCatalog,
) -> PreparedRows:
    """Parse the mapped columns and sort out the rows, adding new options in good rows where the policies allow.

    Rows with the same email are merged as if stored one after the other; where blank cells `erase`, the last row wins.
    Notices are written in `words`."""
    fields, utc = columns.fields, settings.zone.key == "UTC"
    adding = {position: field for position, field in fields.items() if policies[position].adds}

    def parse(some: Mapping[int, Field]) -> list[DocumentPart]:
        readers = [_column(position, field, settings, policies[position]) for position, field in some.items()]
        return parse_cells(staging, readers, settings.fast, settings.padded, utc=utc)

    parts = parse({position: field for position, field in fields.items() if position not in adding})
    added = add_named_options(staging, adding, policies, settings.padded, partial(_option_lister, settings), add, words)
    fields = fields | added.fields
    parts = sorted(parts + parse({position: fields[position] for position in adding}), key=lambda part: part.field_id)
    unknown = unknown_options(
        staging,
        fields,
        [part for part in parts if not policies[part.position].blanks],
        settings.padded,
        partial(_option_lister, settings),
    )
    rejected, repeated = emails.exclude_rows(staging, emails_sql)
    merged = bool(repeated) and not erase and merge_repeated_rows(staging, parts)
    cleaned = emails.find_cleaned(staging, columns.email, settings.padded)
    invalid = find_invalid_cells(staging, parts, settings.padded)
    return PreparedRows(emails_sql, parts, added, unknown, merged, rejected, repeated, cleaned, invalid)


def rejected_rows(staging: StagingDatabase, source: StagedFile) -> Iterator[tuple[SourceRow, Sequence[str]]]:
    """Return the rejected rows as in the file, each with its reasons in the order of its cells."""
    return _located(source, rejection_reasons(staging))


def rows_with_omissions(staging: StagingDatabase, source: StagedFile) -> Iterator[tuple[SourceRow, Sequence[str]]]:
    """Return the rows stored with cells left blank as in the file, each with the reasons."""
    return _located(source, omission_reasons(staging))


def find_omissions(staging: StagingDatabase, source: StagedFile) -> tuple[ColumnOmissions, ...]:
    """Count the cells left blank by column, with the first of them."""
    found = count_omitted_cells(staging, MOST_EXAMPLES)
    rows = {row.number: row for row in source.staged.locate(sorted({n for cells in found for n in cells.first}))}
    return tuple(
        ColumnOmissions(
            source.header[place],
            count,
            tuple((rows[n].line, shorten(rows[n].cells[place].strip())) for n in sorted(first)),
        )
        for place, count, first in found
    )


def _located(source: StagedFile, reasons: Iterable[dict[int, list[str]]]) -> Iterator[tuple[SourceRow, Sequence[str]]]:
    for some in reasons:
        for row in source.staged.locate(list(some)):
            yield row, some[row.number]


def _option_lister(settings: ParseSettings, field: Field) -> Callable[[str], list[str]]:
    return lambda text: new_options(_unescaped(text, field, settings), field)


def _column(position: int, field: Field, settings: ParseSettings, policy: Policy) -> MappedColumn:
    written = settings.columns.get(position, ColumnFormat(field.kind))
    read = make_cell_parser(field, settings.zone, written)
    if settings.unescaped and field.kind in TEXTS:
        return MappedColumn(
            position, field, written, lambda text: read(_unescaped(text, field, settings)), policy.blanks
        )
    return MappedColumn(position, field, written, read, policy.blanks)


def _unescaped(text: str, field: Field, settings: ParseSettings) -> str:
    return unescape(text.strip()) if settings.unescaped and field.kind in TEXTS else text


def _unescaped_email(text: str) -> Email | None:
    return parse_email(unescape(text.strip())) or clean_email(text)
