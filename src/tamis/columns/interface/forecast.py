"""Queries about the future: what time alone will do to the members of a segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from tamis.rules.tree import Rule


class ExpectedChanges(NamedTuple):
    """How many recipients enter and leave a segment on a day."""

    day: date
    entries: int
    exits: int


@dataclass(frozen=True, slots=True)
class ForecastRequest:
    """A segment of a contact type, and how many calendar days to forecast: the rest of the day of `as_of`, and the days
    after it. `levels` are the rules of the segment and of all that it depends on, each after those that it names.
    """

    type_id: int
    segment_id: int
    levels: Sequence[Mapping[int, Rule]]
    zone: ZoneInfo
    as_of: datetime
    days: int


class ForecastReads(Protocol):
    """Computes what will happen if nothing but time changes."""

    def changes_by_day(self, request: ForecastRequest, /) -> list[ExpectedChanges]:
        """List the days on which recipients enter or leave, in order; other days are left out."""
