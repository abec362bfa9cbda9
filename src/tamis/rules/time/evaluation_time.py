"""The time as of which rules are evaluated: what "now" and "today" mean in them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tamis.domain.values.instants import day_of


@dataclass(frozen=True, slots=True)
class EvaluationTime:
    """An instant in UTC, and the time zone whose calendar days count."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The calendar day at that instant in that zone."""
        return day_of(self.now, self.zone)
