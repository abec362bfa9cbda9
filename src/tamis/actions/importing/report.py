"""How a file is to be imported, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tamis.domain.dates import DateOrder
from tamis.domain.fields import Field, Kind
from tamis.domain.import_reports import Misfits, RowCounts
from tamis.domain.messages import ENGLISH
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.files.encodings.describe import Sample

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0 while that is unknown)."""


class BadValue(StrEnum):
    """What becomes of a cell that is no value of the field that its column feeds: its row is rejected, the cell counts
    as blank, or what it names becomes an option of the field."""

    REJECT = "reject"
    BLANK = "blank"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be imported.

    `chosen` maps columns to fields, `erase` lets blank cells clear values, `order` is that of dates which can be read
    in two, `keep_formulas` leaves the apostrophe that an export puts before text which a spreadsheet would run, and
    `format` is that of a file whose name does not tell it. Columns that are `left_out` feed nothing. `decimal` is what
    stands before the fraction of numbers that can be read in two ways, `kinds` are those that new fields are to have,
    by column. `encoding` and `sheet` (its name, or its number from 1) are what a file is read by, instead of what is
    found out.

    `on_bad_value` says what becomes of cells that do not fit (reject or blank), `bad_values` says it by column, where
    it can also be that they become options; `add_options` says that of all columns that feed a choice. Options that
    Tamis has listed itself are added to in any case, unless the column has a word of its own. `words` are those of
    who asks: notices and the reasons of rejected rows are written in them.
    """

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
    words: MessageCatalog = field(default=ENGLISH, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Blanked:
    """The cells of a column that were left blank because they do not fit, in rows that are stored: how many, and the
    first of them as line and text."""

    column: str
    count: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every row: rows = created + updated + unchanged + repeated + rejected.

    `encoding` is that of a text, of which `sample` has lines as they were understood, `sheet` the one that was read.
    `reasons` counts the rejected rows by what was wrong with them; a row with several reasons stands under each.
    `cleaned_emails` counts the rows whose email had something around it that was taken away, of which
    `cleaned_examples` are some: what stood there, and the email.
    `added_options` are those that fields have got, by the key of the field, `unknown_options` those for which rows were
    rejected, with the number of such rows. `blanked_file` has the rows with cells that were left blank, as they were.
    """

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
    misfits: tuple[Misfits, ...] = ()
    cleaned_emails: int = 0
    cleaned_examples: tuple[tuple[str, str], ...] = ()
    added_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown_options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    blanked: tuple[Blanked, ...] = ()
    blanked_file: str | None = None
    encoding: str | None = None
    sample: tuple[Sample, ...] = ()
    sheet: str | None = None

    @property
    def figures(self) -> RowCounts:
        """Return how many rows became what."""
        return RowCounts(self.created, self.updated, self.unchanged, self.repeated, self.rejected)


def no_progress(_doing: str, _done: int, _all: int) -> None:
    """Take a progress and tell nobody."""


def ignore_import_id(_import_id: int | None) -> None:
    """Take the id of a job and tell nobody."""
