"""Anniversaries in SQL: one test for all engines, each of which spells only its steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tamis.domain.instants import day_in_utc
from tamis.rules.operators import Operand
from tamis.rules.sql.dialect import Bind, Spelling
from tamis.rules.time.anniversaries import (
    CYCLE_MICROS,
    CYCLE_YEARS,
    FIRST_YEAR,
    LAST_YEAR,
    AnniversaryDays,
    bounds_by_year,
    calendar_limits,
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How an engine spells the steps of an anniversary test, over dates and over instants in UTC.

    `day_of_date` and `day_of_instant` write month * 100 + day; `year` and `micros`, since 1970, are those of an
    instant. `divided` is a whole number, which may be negative, divided by a positive one and rounded either way.
    `clamped` limits an instant to between two others. `nth` takes an element, counted from 1, of a list bound by
    `numbers`. The day and the year of an instant may be those of the nearest whole second.
    """

    day_of_date: Callable[[str], str]
    day_of_instant: Callable[[str], str]
    year: Callable[[str], str]
    micros: Callable[[str], str]
    divided: Callable[[str, int], str]
    clamped: Callable[[str, str, str], str]
    numbers: Callable[[Sequence[int], Bind], str]
    nth: Callable[[str, str], str]


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
    low, high = calendar_limits(zone)
    known = calendar.clamped(value, bind(low), bind(high))
    year = calendar.year(known)
    up = calendar.divided(f"({FIRST_YEAR + CYCLE_YEARS - 1} - {year})", CYCLE_YEARS)
    down = calendar.divided(f"({LAST_YEAR - CYCLE_YEARS} - {year})", CYCLE_YEARS)
    cycles = f"(CASE WHEN {year} < {FIRST_YEAR} THEN {up} WHEN {year} >= {LAST_YEAR} THEN {down} ELSE 0 END)"
    at = f"({calendar.micros(known)} + {cycles} * {CYCLE_MICROS})"
    index = f"{year} + {cycles} * {CYCLE_YEARS} - {FIRST_YEAR}"
    tests = (
        f"({at} >= {calendar.nth(starts, f'{index} + {n}')} AND {at} < {calendar.nth(ends, f'{index} + {n}')})"
        for n in (1, 2, 3)
    )
    return f"({' OR '.join(tests)})"
