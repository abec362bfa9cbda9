"""Parts of the calendar: the months, weekdays or days of the month that a condition asks for."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tamis.domain.values.calendar import DatePart
from tamis.domain.values.instants import day_of


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """Some months, weekdays or days of the month, by their numbers; `zone` is the time zone of the days of instants,
    None for a date field."""

    part: DatePart
    numbers: tuple[int, ...]
    zone: ZoneInfo | None

    def holds(self, value: date | datetime) -> bool:
        """Return whether a day, or the day of an instant, has one of these."""
        day = day_of(value, self.zone) if isinstance(value, datetime) and self.zone else value
        match self.part:
            case DatePart.MONTH:
                return day.month in self.numbers
            case DatePart.WEEKDAY:
                return day.isoweekday() in self.numbers
        return day.day in self.numbers
