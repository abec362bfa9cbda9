"""The SQLite dialect of rules, over the columns of `contacts.py`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from tamis.domain.values.instants import to_micros
from tamis.rules.operators import Operand
from tamis.rules.sql.anniversaries import anniversaries
from tamis.rules.sql.calendar import Calendar, parts_of_calendar
from tamis.rules.sql.dialect import Bind, Dialect
from tamis.rules.sql.standard import STANDARD


def bound(value: Any) -> Any:
    """Convert a value for SQLite, which has no instants, dates, booleans or lists."""
    match value:
        case datetime():
            return to_micros(value)
        case date():
            return value.isoformat()  # four digits of every year: in the order of texts
        case bool():
            return int(value)
        case list():
            return msgspec.json.encode([bound(each) for each in value]).decode()
        case _:
            return value


def _one_of(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    # One parameter for a list, however long: a statement has at most 32,766 of them, and tests joined by OR nest.
    points = [o.low for o in operands if o.low == o.high]
    spans = [bound(edge) for o in operands if o.low != o.high for edge in o]
    tests = [f"{value} IN (SELECT value FROM json_each({bind(points)}))"] if points else []
    if spans:
        pairs = bind([list(pair) for pair in zip(spans[::2], spans[1::2], strict=True)])
        tests.append(
            f"EXISTS (SELECT 1 FROM json_each({pairs}) s WHERE {value} BETWEEN s.value ->> 0 AND s.value ->> 1)"
        )
    return f"({' OR '.join(tests)})"


def _contains(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"instr({value}, {bind(operands[0].low)}) > 0"  # LIKE has signs of its own, and ignores the case of A to Z


def _starts_with(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"substr({value}, 1, {len(operands[0].text)}) = {bind(operands[0].low)}"


def _ends_with(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"substr({value}, -{len(operands[0].text)}) = {bind(operands[0].low)}"


def _chosen(value: str, options: Sequence[str], bind: Bind) -> str:
    return (
        f"(SELECT count(*) FROM json_each({value}) c WHERE c.value IN (SELECT value FROM json_each({bind(options)})))"
    )


def _options(operands: tuple[Operand, ...]) -> list[str]:
    return list(dict.fromkeys(operand.text for operand in operands))


def _includes_any(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    return f"{_chosen(value, _options(operands), bind)} > 0"


def _includes_all(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
    options = _options(operands)
    return f"{_chosen(value, options, bind)} = {len(options)}"


def _part(instant: str, form: str) -> str:
    return f"CAST(strftime('{form}', {instant} / 1000000, 'unixepoch') AS INTEGER)"


_CALENDAR = Calendar(
    day_of_date=lambda day: f"CAST(substr({day}, 6, 2) || substr({day}, 9, 2) AS INTEGER)",
    day_of_instant=lambda instant: _part(instant, "%m%d"),
    month="CAST(substr({}, 6, 2) AS INTEGER)".format,
    day="CAST(substr({}, 9, 2) AS INTEGER)".format,
    year=lambda instant: _part(instant, "%Y"),
    micros=lambda instant: instant,
    days=lambda day: f"CAST(julianday({day}) - 2440587.5 AS INTEGER)",
    date=lambda days: f"date({days} * 86400, 'unixepoch')",
    moved=lambda instant, micros: f"date(({instant} + {micros}) / 1000000, 'unixepoch')",
    divided=lambda number, by: f"{number} / {by}",
    clamped=lambda instant, low, high: f"max(min({instant}, {high}), {low})",
    numbers=lambda numbers, bind: bind(list(numbers)),
    nth=lambda numbers, index: f"json_extract({numbers}, '$[' || ({index} - 1) || ']')",
)

SQLITE = Dialect(
    name="SQLite",
    operators=STANDARD
    | {
        "is one of": _one_of,
        "contains": _contains,
        "starts with": _starts_with,
        "ends with": _ends_with,
        "includes any of": _includes_any,
        "includes all of": _includes_all,
        "is anniversary within": anniversaries(_CALENDAR),
        "month is": parts_of_calendar(_CALENDAR),
        "weekday is": parts_of_calendar(_CALENDAR),
        "day is": parts_of_calendar(_CALENDAR),
    },
    placeholder="?{}".format,
    bound=bound,
    folded=lambda column: column,  # texts are folded when they are stored: lower() knows A to Z only
    later=lambda instant, micros: f"({instant} + {micros})",
    truncated="CAST({} AS INTEGER)".format,
    widened=lambda number: number,  # nothing is wider than 63 bits, so larger sums are refused
)
