"""The options and the report of an import of events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tamis.domain.dates import DateOrder
from tamis.domain.fields import Kind
from tamis.domain.messages import ENGLISH
from tamis.domain.messages.catalog import MessageCatalog


@dataclass(frozen=True, slots=True)
class EventImportOptions:
    """How a file of events is imported.

    `chosen` maps columns to `email`, `event`, `at`, `id` or the name of a property; to a blank name, they are left out.
    `event` is the name of all events, where the file has no column of names. `order` is that of ambiguous dates.
    `format`, `encoding` and `sheet` override detection. `words` is the language of notices and reasons.
    """

    chosen: Mapping[str, str] = field(default_factory=dict)
    event: str | None = None
    create_contacts: bool = False
    dry_run: bool = False
    order: DateOrder | None = None
    format: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    words: MessageCatalog = field(default=ENGLISH, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ImportedProperty:
    """A property of the events of a file, as rules know it."""

    key: str
    kind: Kind
    is_new: bool


@dataclass(frozen=True, slots=True)
class ImportedName:
    """A name of the events of a file: in how many rows without problems, and its properties."""

    name: str
    rows: int
    is_new: bool
    properties: tuple[ImportedProperty, ...]


@dataclass(frozen=True, slots=True)
class EventImportReport:
    """What became of the rows of a file: each is accepted, repeated or rejected. `reasons` counts the rejected rows by
    reason, and `rejects_file` has them."""

    rows: int
    accepted: int
    repeated: int
    rejected: int
    contacts_created: int
    rejects_file: str | None
    reasons: Mapping[str, int]
    names: tuple[ImportedName, ...]
    ignored_columns: tuple[str, ...]
    notices: tuple[str, ...]
    encoding: str | None
    sheet: str | None
