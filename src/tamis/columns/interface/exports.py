"""Files of contacts, written by the engine itself: no row passes through Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tamis.domain.exports import OutputOptions
from tamis.domain.fields import Field
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule


@dataclass(frozen=True, slots=True)
class AllContacts:
    """The rows of all contacts of a type, in order of their ids."""

    type_id: int


@dataclass(frozen=True, slots=True)
class SelectedContacts:
    """The rows of the contacts that a rule selects at a moment, in order of their ids, and after them those of the
    external recipients that it selects."""

    type_id: int
    rule: Rule
    as_of: EvaluationTime


@dataclass(frozen=True, slots=True)
class SegmentRecipients:
    """The rows of the recipients of a segment, in order of their numbers."""

    type_id: int
    segment_id: int


Rows = AllContacts | SelectedContacts | SegmentRecipients


class ExportReads(Protocol):
    """Writes rows to files."""

    def write(self, rows: Rows, fields: Sequence[Field], layout: OutputOptions, target: Path, timezone: str, /) -> int:
        """Write rows with some fields to a file, and return how many; `timezone` names the clocks of local instants.
        The bytes are the same for the same rows. Where it fails, the file may be there in part."""
