"""Exports of contacts: files that the engine writes itself, so that no row passes through Python."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tamis.domain.files.exports import OutputOptions
from tamis.domain.values.fields import Field
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule


@dataclass(frozen=True, slots=True)
class AllContacts:
    """All contacts of a type, ordered by id."""

    type_id: int


@dataclass(frozen=True, slots=True)
class SelectedContacts:
    """The contacts that a rule selects, ordered by id, and after them the external recipients that it selects."""

    type_id: int
    rule: Rule
    as_of: EvaluationTime


@dataclass(frozen=True, slots=True)
class SegmentRecipients:
    """The recipients of a segment, ordered by recipient id; `mailable` leaves out suppressed ones."""

    type_id: int
    segment_id: int
    mailable: bool = False


MakeLink = Callable[[int | None, str], str]
"""Returns the unsubscribe link of a contact, None if it is none, and its email; only ASCII without commas."""
Rows = AllContacts | SelectedContacts | SegmentRecipients


class ExportReads(Protocol):
    """Writes rows to files."""

    def write(
        self,
        rows: Rows,
        fields: Sequence[Field],
        layout: OutputOptions,
        target: Path,
        timezone: str,
        make_link: MakeLink,
        /,
    ) -> int:
        """Write rows with some fields, and the columns of `domain.link_columns`, to a file; return how many. `timezone`
        is the time zone of local instants. The bytes are the same for the same rows and links. If it fails, partial
        files may remain in the directory of the target."""
