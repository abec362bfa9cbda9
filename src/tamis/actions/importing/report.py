"""How a file is to be imported, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tamis.domain.dates import DateOrder
from tamis.domain.fields import Field, Kind
from tamis.domain.reading.numbers import DecimalMark

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0 while that is unknown)."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be imported.

    `chosen` maps columns to fields, `erase` lets blank cells clear values, `order` is that of dates which can be read
    in two, `keep_formulas` leaves the apostrophe that an export puts before text which a spreadsheet would run, and
    `format` is that of a file whose name does not tell it. Columns that are `left_out` feed nothing. `decimal` is what
    stands before the fraction of numbers that can be read in two ways, `kinds` are those that new fields are to have,
    by column. `encoding` and `sheet` (its name, or its number from 1) are what a file is read by, instead of what is
    found out.
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


@dataclass(frozen=True, slots=True)
class Misfits:
    """The cells of a column that are no values of the kind it has, in rows that have an address: how many, and some."""

    column: str
    kind: Kind
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every row: rows = created + updated + unchanged + repeated + rejected.

    `reasons` counts the rejected rows by what was wrong with them; a row with several reasons stands under each.
    `cleaned_emails` counts the rows whose email had something around it that was taken away, of which
    `cleaned_examples` are some: what stood there, and the email.
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


def nothing_told(_doing: str, _done: int, _all: int) -> None:
    """Take a progress and tell nobody."""


def no_matter(_import_id: int | None) -> None:
    """Take the id of a job and tell nobody."""
