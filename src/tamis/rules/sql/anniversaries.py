"""Days that come up every year, asked in SQL: one way for all engines, which spell only its steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tamis.domain.instants import day_in_utc
from tamis.rules.operators import Operand
from tamis.rules.sql.dialect import Bind, Spelling
from tamis.rules.time.yearly import CYCLE, CYCLE_LASTS, SPANS_FROM, SPANS_TO, Yearly, edges_of_years, whole_days


@dataclass(frozen=True, slots=True)
class Calendar:
    """How an engine spells what a test of anniversaries is made of, over dates and over instants in UTC.

    `day_of_date` and `day_of_instant` write month * 100 + day; `year` and `micros`, since 1970, are those of an
    instant. `divided` is a whole number, which may be negative, by a positive one, rounded to a whole one either way.
    `clamped` brings an instant between two others. `nth` takes an element, counted from 1, of a list that `numbers` has
    bound. The day and the year of an instant may be those of the whole second next to it.
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
        return early if days.is_every_day else f"({early} AND {_of_every_year(calendar, value, days, bind)})"

    return spell


def _of_every_year(calendar: Calendar, value: str, days: Yearly, bind: Bind) -> str:
    if days.zone is None:
        return _on_days(calendar.day_of_date(value), days, bind)
    # The exact test takes fifteen times as long, so it is made only near these days; of an AND, an engine would choose
    # which to test first.
    near = _on_days(calendar.day_of_instant(value), days.widened(), bind)
    exact = _at_instants(calendar, value, days, days.zone, bind)
    return f"CASE WHEN {near} THEN {exact} ELSE FALSE END"


def _on_days(day: str, days: Yearly, bind: Bind) -> str:
    first, last = bind(days.first), bind(days.last)
    return f"({day} >= {first} {'AND' if days.first <= days.last else 'OR'} {day} <= {last})"


def _at_instants(calendar: Calendar, value: str, days: Yearly, zone: ZoneInfo, bind: Bind) -> str:
    # An engine knows other time zones than Python does. So it is told for every year from when to when the days last.
    # Those that hold an instant begin in its year in UTC or in the year before or after.
    starts, ends = (calendar.numbers(edges, bind) for edges in edges_of_years(days.first, days.last, zone))
    low, high = whole_days(zone)
    known = calendar.clamped(value, bind(low), bind(high))
    year = calendar.year(known)
    cycles = (
        f"(CASE WHEN {year} < {SPANS_FROM} THEN {calendar.divided(f'({SPANS_FROM + CYCLE - 1} - {year})', CYCLE)} "
        f"WHEN {year} >= {SPANS_TO} THEN {calendar.divided(f'({SPANS_TO - CYCLE} - {year})', CYCLE)} ELSE 0 END)"
    )
    at = f"({calendar.micros(known)} + {cycles} * {CYCLE_LASTS})"
    index = f"{year} + {cycles} * {CYCLE} - {SPANS_FROM}"
    tests = (
        f"({at} >= {calendar.nth(starts, f'{index} + {n}')} AND {at} < {calendar.nth(ends, f'{index} + {n}')})"
        for n in (1, 2, 3)
    )
    return f"({' OR '.join(tests)})"
