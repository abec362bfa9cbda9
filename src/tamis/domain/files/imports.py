"""Import jobs and uploads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tamis.domain.files.import_reports import Details, EventCounts, Figures, RequestedOptions, RowCounts

HIGHEST_ID = (1 << 63) - 1
"""The ids of jobs have 64 bits: a larger number cannot be one."""


class ImportSubject(StrEnum):
    """What the rows of a file are."""

    CONTACTS = "contacts"
    EVENTS = "events"


class ImportState(StrEnum):
    """The state of an import; one whose process was killed stays `running`."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import of a file into a contact type.

    `source` is the name of the file. `rows_total` is None until the file has been read. `rows_done` counts the
    processed rows, including those that are not stored; `created`, `updated` and `unchanged` count contacts on disk,
    `accepted` events on disk. `error` is why it failed: a JSON list of problems, or a sentence from earlier versions.
    """

    id: int
    account_id: int
    contact_type_id: int
    source: str
    options: RequestedOptions
    state: ImportState
    phase: str
    started_at: datetime
    finished_at: datetime | None
    rows_total: int | None
    rows_done: int
    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int
    report: Details
    error: str | None
    subject: ImportSubject = ImportSubject.CONTACTS
    accepted: int = 0

    @property
    def figures(self) -> Figures:
        """The row counts so far."""
        if self.subject is ImportSubject.EVENTS:
            return EventCounts(self.accepted, self.repeated, self.rejected)
        return RowCounts(self.created, self.updated, self.unchanged, self.repeated, self.rejected)

    @property
    def is_reported(self) -> bool:
        """Whether the import finished successfully, so that its report is complete."""
        return self.finished_at is not None and self.error is None


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file; `name` is its name for people, `size` is in bytes."""

    id: str
    account_id: int
    contact_type_id: int
    name: str
    size: int
    created_at: datetime
    subject: ImportSubject = ImportSubject.CONTACTS
