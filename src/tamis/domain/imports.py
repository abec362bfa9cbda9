"""Imports of files as jobs, and files on their way in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tamis.domain.import_reports import Details, RequestedOptions, RowCounts

HIGHEST_ID = (1 << 63) - 1
"""Numbers of jobs have 64 bits: a larger one cannot be one of a job."""


class ImportState(StrEnum):
    """What an import is at; one whose process was killed stays `running` here."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import of a file into a contact type.

    `source` is the name of the file. `rows_total` is None until the file has been read. `rows_done` counts the rows of
    the file that are behind it, also those that are not stored; `created`, `updated` and `unchanged` count what is on
    disk. `error` says why it failed: a JSON list of problems, which earlier versions kept as a sentence.
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

    @property
    def figures(self) -> RowCounts:
        """Return how many rows became what so far."""
        return RowCounts(self.created, self.updated, self.unchanged, self.repeated, self.rejected)

    @property
    def is_reported(self) -> bool:
        """Return whether the import came to its end well, so that its report says what was noticed."""
        return self.finished_at is not None and self.error is None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in; `name` is what people call it, `size` is in bytes."""

    id: str
    account_id: int
    contact_type_id: int
    name: str
    size: int
    created_at: datetime
