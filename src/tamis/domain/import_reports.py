"""What is said of an import beside its state: how many rows became what, what was noticed, and what was asked.

These are the records that the command line prints as JSON, that the console shows, and that are stored with a job. A
key that an earlier version did not write has a default here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType, field

from tamis.domain.fields import Kind


class RowCounts(NamedTuple):
    """How many rows of a file became what; their sum is the number of its rows once all are behind."""

    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int


class CreatedField(Struct, frozen=True):
    """A field that an import has made."""

    key: str
    kind: Kind


class Misfits(Struct, frozen=True):
    """The cells of a column that are no values of the kind it has, in rows that have an address: how many, and some."""

    column: str
    kind: Kind
    count: int
    examples: tuple[str, ...] = ()


class BlankedCell(Struct, frozen=True):
    """A cell that was left blank because it does not fit, and the line of the file it stands in."""

    line: int
    value: str


class BlankedCells(Struct, frozen=True):
    """The cells of a column that were left blank: how many, and the first of them."""

    count: int
    examples: tuple[BlankedCell, ...] = ()


class SampleLine(Struct, frozen=True):
    """A line of a file that is not all ASCII, as it was understood."""

    line: int
    text: str


class CleanedEmail(Struct, frozen=True):
    """An email that had something around it which was taken away."""

    before: str
    after: str


class SegmentEffect(Struct, frozen=True):
    """How many contacts entered a segment by an import, and how many left it."""

    segment_id: int
    name: str
    entered: int
    left: int


class UndoProgress(Struct, frozen=True):
    """How far undoing an import has come. `stay` are ids of contacts that stay as they are; `gone` is known at the
    end."""

    deleted: int = 0
    restored: int = 0
    touched: int = 0
    unfit: int = 0
    stay: tuple[int, ...] = ()
    gone: int | UnsetType = UNSET


class Details(Struct, frozen=True):
    """What the report of an import says beside its figures, by column of the file or key of the field.

    The last three are said of a job later, or never: what it did to the segments, how its undoing went, and that what
    is needed to undo it is no longer kept.
    """

    rejects_file: str | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()
    created_fields: tuple[CreatedField, ...] = ()
    notices: tuple[str, ...] = ()
    added_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown_options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    blanked: Mapping[str, BlankedCells] = field(default_factory=dict)
    blanked_file: str | None = None
    encoding: str | None = None
    sample: tuple[SampleLine, ...] = ()
    sheet: str | None = None
    misfits: tuple[Misfits, ...] = ()
    cleaned_emails: int = 0
    cleaned_examples: tuple[CleanedEmail, ...] = ()
    segments: tuple[SegmentEffect, ...] | UnsetType = UNSET
    undo: UndoProgress | UnsetType = UNSET
    journal_dropped: bool | UnsetType = UNSET


LATER_DETAILS = ("segments", "undo", "journal_dropped")
"""What is said of a job beside the report of its end."""


class RequestedOptions(Struct, frozen=True):
    """How an import was asked for, in the words of the command line; what is not set was left as it is. `upload` is
    the file that was handed in."""

    create_fields: bool = False
    map: Mapping[str, str] = field(default_factory=dict)
    blank: str = "keep"
    date_order: str | None = None
    formulas: str = "unescape"
    format: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    on_bad_value: str | UnsetType = UNSET
    on_bad_value_of: Mapping[str, str] | UnsetType = UNSET
    add_options: bool | UnsetType = UNSET
    decimal: str | UnsetType = UNSET
    kinds: Mapping[str, str] | UnsetType = UNSET
    leave_out: tuple[str, ...] | UnsetType = UNSET
    upload: str | UnsetType = UNSET
