"""Ages: the whole years since a date, and the days that have them."""

from dataclasses import dataclass
from datetime import date

from tamis.domain.values.calendar import last_day_of_age
from tamis.domain.values.instants import DAY


@dataclass(frozen=True, slots=True)
class AgeRange:
    """The ages from `youngest` to `oldest`, in whole years; None is any higher age. Dates to come have no age."""

    youngest: int
    oldest: int | None


def days_of_age(ages: AgeRange, today: date) -> tuple[date, date] | None:
    """Return the first and the last day that has one of some ages today; None when there is none."""
    last = last_day_of_age(today, ages.youngest)
    if last is None:
        return None
    older = None if ages.oldest is None else last_day_of_age(today, ages.oldest + 1)
    if older is None:
        return date.min, last
    return (older + DAY, last) if older < last else None
