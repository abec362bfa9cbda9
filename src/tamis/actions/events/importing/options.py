"""The options and the report of an import of events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import UNSET

from tamis.domain.files.import_reports import Details, EventCounts, ImportedName, RequestedOptions
from tamis.domain.files.imports import Upload
from tamis.domain.messages import ENGLISH
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.values.dates import DateOrder


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
class EventImportReport:
    """What became of the rows of a file: each is accepted, repeated or rejected. `reasons` counts the rejected rows by
    reason, and `rejects_file` has them. A dry run has no `import_id`."""

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
    import_id: int | None = None

    @property
    def figures(self) -> EventCounts:
        """The number of rows by outcome."""
        return EventCounts(self.accepted, self.repeated, self.rejected)

    @property
    def changed(self) -> int:
        """The number of rows that changed what is known of a contact."""
        return self.accepted

    @property
    def kept_files(self) -> tuple[str, ...]:
        """The paths of the files that it left."""
        return (self.rejects_file,) if self.rejects_file else ()


def to_requested_options(options: EventImportOptions, upload: Upload | None) -> RequestedOptions:
    """Convert options to the terms of the command line."""
    return RequestedOptions(
        map=options.chosen,
        date_order=options.order,
        format=options.format,
        encoding=options.encoding,
        sheet=options.sheet,
        event=options.event or UNSET,
        create_contacts=options.create_contacts or UNSET,
        upload=upload.id if upload else UNSET,
    )


def to_details(report: EventImportReport) -> Details:
    """Convert a report into its details."""
    return Details(
        rejects_file=report.rejects_file,
        reasons=report.reasons,
        ignored_columns=report.ignored_columns,
        notices=report.notices,
        encoding=report.encoding,
        sheet=report.sheet,
        events=report.names,
        contacts_created=report.contacts_created,
    )
