"""Anniversaries in SQL: one test for all engines, each of which spells only its steps."""

from zoneinfo import ZoneInfo

from tamis.domain.values.instants import day_in_utc
from tamis.rules.operators import Operand
from tamis.rules.sql.calendar import Calendar, instant_in_cycle
from tamis.rules.sql.dialect import Bind, Spelling
from tamis.rules.time.anniversaries import AnniversaryDays, bounds_by_year


def anniversaries(calendar: Calendar) -> Spelling:
    """Return the spelling of "is anniversary within"."""

    def spell(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
        days = operands[0].days
        if days.latest is None:
            return "FALSE"
        early = f"{value} <= {bind(day_in_utc(days.latest, days.zone)[1] if days.zone else days.latest)}"
        return early if days.is_every_day else f"({early} AND {_in_any_year(calendar, value, days, bind)})"

    return spell


def _in_any_year(calendar: Calendar, value: str, days: AnniversaryDays, bind: Bind) -> str:
    if days.zone is None:
        return _on_days(calendar.day_of_date(value), days, bind)
    # The exact test takes fifteen times as long, so it runs only near these days. CASE, because with AND the engine
    # would choose which test to run first.
    near = _on_days(calendar.day_of_instant(value), days.widened(), bind)
    exact = _at_instants(calendar, value, days, days.zone, bind)
    return f"CASE WHEN {near} THEN {exact} ELSE FALSE END"


def _on_days(day: str, days: AnniversaryDays, bind: Bind) -> str:
    first, last = bind(days.first), bind(days.last)
    return f"({day} >= {first} {'AND' if days.first <= days.last else 'OR'} {day} <= {last})"


def _at_instants(calendar: Calendar, value: str, days: AnniversaryDays, zone: ZoneInfo, bind: Bind) -> str:
    # An engine's time zones differ from Python's, so it is given the bounds of the days for every year. The days that
    # contain an instant begin in its year in UTC, or in the year before or after.
    starts, ends = (calendar.numbers(bounds, bind) for bounds in bounds_by_year(days.first, days.last, zone))
    at = instant_in_cycle(calendar, value, zone, bind)
    tests = (
        f"({at.micros} >= {calendar.nth(starts, f'{at.year} + {n}')} "
        f"AND {at.micros} < {calendar.nth(ends, f'{at.year} + {n}')})"
        for n in (1, 2, 3)
    )
    return f"({' OR '.join(tests)})"
