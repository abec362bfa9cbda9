"""The options and the report of an import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tamis.domain.files.import_reports import ImportedConsent, ImportedTopic, InvalidValues, RowCounts
from tamis.domain.messages import ENGLISH
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Field, Kind
from tamis.files.encodings.notices import DecodedLine

Progress = Callable[[str, int, int], None]
"""Called with the current activity, the amount done and the total (0 while unknown)."""


class BadValue(StrEnum):
    """What happens to an invalid cell: its row is rejected, it is left blank, or its new options are added to the
    field."""

    REJECT = "reject"
    BLANK = "blank"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is imported.

    `chosen` maps columns to fields or topics, columns that are `left_out` are ignored, and columns of `consent` say who
    may be mailed. `resubscribe` is why people who have unsubscribed from a topic are subscribed again. `erase`: blank
    cells clear values. `order` is that of ambiguous dates, `decimal` the mark of ambiguous numbers. `keep_formulas`
    keeps the apostrophe that an export puts before formula-like text. `kinds` are those of new fields, by column.
    `format`, `encoding` and `sheet` (its name, or its number from 1) override detection.

    `on_bad_value` says what happens to invalid cells (reject or blank), `bad_values` says it by column and may also add
    options; `add_options` adds options in all columns of choices. Options that Tamis inferred itself grow anyway,
    unless `bad_values` has the column. `words` is the language of notices and reasons."""

    create_fields: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict)
    erase: bool = False
    dry_run: bool = False
    order: DateOrder | None = None
    keep_formulas: bool = False
    format: str | None = None
    left_out: frozenset[str] = frozenset()
    decimal: DecimalMark | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    encoding: str | None = None
    sheet: str | None = None
    on_bad_value: BadValue = BadValue.REJECT
    bad_values: Mapping[str, BadValue] = field(default_factory=dict)
    add_options: bool = False
    consent: frozenset[str] = frozenset()
    resubscribe: str = ""
    words: MessageCatalog = field(default=ENGLISH, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ColumnOmissions:
    """The cells of a column left blank because they are invalid, in stored rows: how many, and the first by line and
    text."""

    column: str
    count: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import: rows = created + updated + unchanged + repeated + rejected.

    `encoding` is that of text, of which `sample` has decoded lines; `sheet` is the one read. `reasons` counts rejected
    rows by reason; a row with several reasons counts for each. `cleaned_emails` counts the emails that were cleaned of
    surrounding text, with `cleaned_examples`: before and after. `added_options` are by the key of the field;
    `unknown_options` count rejected rows. `omitted_file` has the rows with cells left blank, unchanged. `consent` says
    who was suppressed, `topics` who was subscribed."""

    rows: int
    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int
    rejects_file: str | None
    reasons: Mapping[str, int]
    ignored_columns: tuple[str, ...]
    created_fields: tuple[Field, ...]
    notices: tuple[str, ...]
    import_id: int | None
    invalid_values: tuple[InvalidValues, ...] = ()
    cleaned_emails: int = 0
    cleaned_examples: tuple[tuple[str, str], ...] = ()
    added_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown_options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    omitted: tuple[ColumnOmissions, ...] = ()
    omitted_file: str | None = None
    encoding: str | None = None
    sample: tuple[DecodedLine, ...] = ()
    sheet: str | None = None
    consent: ImportedConsent | None = None
    topics: tuple[ImportedTopic, ...] = ()

    @property
    def figures(self) -> RowCounts:
        """The number of rows by outcome."""
        return RowCounts(self.created, self.updated, self.unchanged, self.repeated, self.rejected)

    @property
    def changed(self) -> int:
        """The number of rows that changed a contact."""
        return self.created + self.updated

    @property
    def kept_files(self) -> tuple[str, ...]:
        """The paths of the files that it left."""
        return tuple(path for path in (self.rejects_file, self.omitted_file) if path)


def no_progress(_doing: str, _done: int, _all: int) -> None:
    """Ignore progress."""


def ignore_import_id(_import_id: int | None) -> None:
    """Ignore the ID of a job."""
