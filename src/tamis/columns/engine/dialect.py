"""DuckDB's dialect for the conditions of rules."""

from collections.abc import Sequence
from datetime import datetime

from tamis.rules.operators import Operand
from tamis.rules.sql.anniversaries import anniversaries
from tamis.rules.sql.calendar import Calendar, parts_of_calendar
from tamis.rules.sql.dialect import Bind, Dialect
from tamis.rules.sql.standard import STANDARD

_MOST_OPTIONS_APART = 6


def _bound(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value  # columns keep instants naive, in UTC


def _including(value: str, operands: tuple[Operand, ...], bind: Bind, word: str, many: str) -> str:
    # Measured over a million rows: list_contains takes 5 ms for one option, the functions for lists 40 ms and more.
    options = list(dict.fromkeys(operand.text for operand in operands))
    if len(options) > _MOST_OPTIONS_APART:
        return f"{many}({value}, {bind(options)}::VARCHAR[])"
    return f"({word.join(f'list_contains({value}, {bind(option)})' for option in options)})"


def _numbers(numbers: Sequence[int], bind: Bind) -> str:
    return f"{bind(list(numbers))}::BIGINT[]"


def _day(value: str) -> str:
    return f"(month({value}) * 100 + day({value}))"


_CALENDAR = Calendar(
    day_of_date=_day,
    day_of_instant=_day,
    month="month({})".format,
    day="day({})".format,
    year=lambda instant: f"year({instant})",
    micros=lambda instant: f"epoch_us({instant})",
    days=lambda date: f"({date} - DATE '1970-01-01')",
    date=lambda days: f"(DATE '1970-01-01' + ({days})::INTEGER)",
    moved=lambda instant, micros: f"make_timestamp(epoch_us({instant}) + {micros})",
    divided=lambda number, by: f"{number} // {by}",
    clamped=lambda instant, low, high: f"greatest(least({instant}, {high}), {low})",
    numbers=_numbers,
    nth=lambda numbers, index: f"list_extract({numbers}, {index})",
)

DUCKDB = Dialect(
    name="DuckDB",
    operators=STANDARD
    | {
        "contains": lambda value, o, bind: f"contains({value}, {bind(o[0].low)})",
        "starts with": lambda value, o, bind: f"starts_with({value}, {bind(o[0].low)})",
        "ends with": lambda value, o, bind: f"ends_with({value}, {bind(o[0].low)})",
        "includes any of": lambda value, o, bind: _including(value, o, bind, " OR ", "list_has_any"),
        "includes all of": lambda value, o, bind: _including(value, o, bind, " AND ", "list_has_all"),
        "is anniversary within": anniversaries(_CALENDAR),
        "month is": parts_of_calendar(_CALENDAR),
        "weekday is": parts_of_calendar(_CALENDAR),
        "day is": parts_of_calendar(_CALENDAR),
    },
    placeholder="${}".format,
    bound=_bound,
    folded=lambda column: f"lower({column})",  # of the columns of `layout.contacts`, in which most texts are simple
    later=lambda instant, micros: f"({instant} + to_microseconds({micros}::BIGINT))",
    truncated=lambda number: f"trunc({number})::BIGINT",
    widened=lambda number: f"{number}::HUGEINT",
)
"""DuckDB's timestamps reach far beyond the calendar: adding to one never overflows."""
