"""When a rule is asked, and in whose days: what "now" and "today" mean in it."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tamis.domain.instants import day_of


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC and the time zone whose days count."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The calendar day of this moment."""
        return day_of(self.now, self.zone)
