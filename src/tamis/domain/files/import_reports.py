"""Reports of imports: row counts, notices, and the requested options.

The command line prints these structs as JSON, the console shows them, and they are stored with a job. Keys that earlier
versions did not write have defaults.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field

from tamis.domain.values.fields import Kind


class RowCounts(NamedTuple):
    """Counts of the rows of a file of contacts by outcome; at the end their sum is the number of rows."""

    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int


class EventCounts(NamedTuple):
    """Counts of the rows of a file of events by outcome; at the end their sum is the number of rows."""

    accepted: int
    repeated: int
    rejected: int


Figures: TypeAlias = RowCounts | EventCounts


class CreatedField(Struct, frozen=True):
    """A field that an import has created."""

    key: str
    kind: Kind


class InvalidValues(Struct, frozen=True):
    """The values of a column that are invalid for its kind, in rows with an email: how many, and some of them."""

    column: str
    kind: Kind
    count: int
    examples: tuple[str, ...] = ()


class OmittedValue(Struct, frozen=True):
    """An invalid value whose cell was left blank, and its line in the file."""

    line: int
    value: str


class OmittedValues(Struct, frozen=True):
    """The invalid values of a column whose cells were left blank: how many, and the first of them."""

    count: int
    examples: tuple[OmittedValue, ...] = ()


class SampleLine(Struct, frozen=True):
    """A line of a file that is not all ASCII, as it was decoded."""

    line: int
    text: str


class CleanedEmail(Struct, frozen=True):
    """An email before and after its wrapping was removed."""

    before: str
    after: str


class SegmentEffect(Struct, frozen=True):
    """How many contacts entered and left a segment by an import."""

    segment_id: int
    name: str
    entered: int
    left: int


class ImportedProperty(Struct, frozen=True):
    """A property of the events of a file, as rules know it."""

    key: str
    kind: Kind
    new: bool


class ImportedName(Struct, frozen=True):
    """A name of the events of a file: in how many rows without problems, and its properties."""

    name: str
    rows: int
    new: bool
    properties: tuple[ImportedProperty, ...]


class ImportedConsent(Struct, frozen=True):
    """What columns of consent have said: how many emails are suppressed now, have a graver reason, or were suppressed
    already; how many `emails` there are of each meaning; and values that are not known, with their rows."""

    columns: tuple[str, ...]
    suppressed: int
    updated: int
    unchanged: int
    emails: Mapping[str, int]
    unknown_values: Mapping[str, int] = field(default_factory=dict)


class ImportedTopic(Struct, frozen=True):
    """What a column of a topic has said: how many contacts have got a new state, had it already, and were left alone
    because they have unsubscribed; how many `emails` there are of each state; and values that are not known, with their
    rows."""

    column: str
    topic: str
    changed: int
    unchanged: int
    refused: int
    emails: Mapping[str, int]
    unknown_values: Mapping[str, int] = field(default_factory=dict)


class UndoProgress(Struct, frozen=True):
    """The progress of undoing an import. `stay` are ids of contacts that are left unchanged; `gone` is known at the
    end."""

    deleted: int = 0
    restored: int = 0
    touched: int = 0
    unfit: int = 0
    stay: tuple[int, ...] = ()
    gone: int | UnsetType = UNSET


class Details(Struct, frozen=True):
    """The report of an import apart from its row counts, by column of the file or key of the field.

    `events` and `contacts_created` are those of files of events, `consent` that of files that say who may be mailed,
    and `topics` that of files with columns of topics.
    The last three are added to a job later, or never: its effect on segments, the progress of its undoing, and that the
    data for undoing it is no longer kept.
    """

    rejects_file: str | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()
    created_fields: tuple[CreatedField, ...] = ()
    notices: tuple[str, ...] = ()
    added_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown_options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    omitted: Mapping[str, OmittedValues] = field(default_factory=dict, name="blanked")
    omitted_file: str | None = field(default=None, name="blanked_file")
    encoding: str | None = None
    sample: tuple[SampleLine, ...] = ()
    sheet: str | None = None
    invalid_values: tuple[InvalidValues, ...] = field(default=(), name="misfits")
    cleaned_emails: int = 0
    cleaned_examples: tuple[CleanedEmail, ...] = ()
    events: tuple[ImportedName, ...] | UnsetType = UNSET
    contacts_created: int | UnsetType = UNSET
    consent: ImportedConsent | UnsetType = UNSET
    topics: tuple[ImportedTopic, ...] | UnsetType = UNSET
    segments: tuple[SegmentEffect, ...] | UnsetType = UNSET
    undo: UndoProgress | UnsetType = UNSET
    journal_dropped: bool | UnsetType = UNSET


LATER_DETAILS = ("segments", "undo", "journal_dropped")
"""The details that are added to a job after the report of its end."""


class RequestedOptions(Struct, frozen=True):
    """The requested options of an import, by the names of the command line; unset ones were not given. `upload` is the
    uploaded file."""

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
    resubscribe: str | UnsetType = UNSET
    add_options: bool | UnsetType = UNSET
    decimal: str | UnsetType = UNSET
    kinds: Mapping[str, str] | UnsetType = UNSET
    leave_out: tuple[str, ...] | UnsetType = UNSET
    event: str | UnsetType = UNSET
    create_contacts: bool | UnsetType = UNSET
    upload: str | UnsetType = UNSET
