"""Dates and date-times as exports write them: `Nov 8, 2023 9:37 am`, `14-Nov-2023`, `14.11.23`, `… GMT+2`.

`domain.dates` parses the formats that people may type; this adds what only files have. A text that is another day in
another order of day and month has a result for each order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from tamis.domain.errors import ValueProblem
from tamis.domain.parsing.calendar_names import month_number, weekday_number
from tamis.domain.values.dates import DateOrder, day_comes_late, read_date, read_datetime


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A text that is a date: its value in each order that fits, and whether it has a time.

    `ends` are its first and last numbers where the year has two digits, else None. Where such a year could be in
    either century, the date `is_unclear` and has no value in any order."""

    by_order: Mapping[DateOrder, datetime]
    has_time: bool
    ends: tuple[int, int] | None = None
    is_unclear: bool = False


_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6})0*)?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_CJK_TIME = r"(?P<cjk_hour>[0-9]{1,2})[時时]\s?(?P<cjk_minute>[0-9]{1,2})分(?:\s?(?P<cjk_second>[0-9]{1,2})秒)?"
_ZONE = (
    r"\s?(?P<zone>[Zz]|(?:UTC|GMT)?(?P<offset>(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)|UTC|GMT)"
    r"(?:\s\([^()]*\))?"
)
_NAME = r"[^\W\d_]+"
_YEAR = "[0-9]{4}|[0-9]{2}"
_DAY = (
    r"(?P<front>[0-9]{4})(?P<mark>[/.-])\s?(?P<month>[0-9]{1,2})(?P=mark)\s?(?P<day>[0-9]{1,2})\.?",
    r"(?P<cjk_year>[0-9]{4})[年년]\s?(?P<cjk_month>[0-9]{1,2})[月월]\s?(?P<cjk_day>[0-9]{1,2})[日일]",
    rf"(?P<one>[0-9]{{1,2}})(?P<sep>[/-]|\.\s?)(?P<two>[0-9]{{1,2}})(?P=sep)(?P<year>{_YEAR})",
    rf"(?P<first_day>[0-9]{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?P<gap>[\s/-]|(?<=\.))(?:de\s)?(?P<then_name>{_NAME})\.?"
    rf"(?:,?(?P=gap)|,\s)(?:del?\s)?(?P<then_year>{_YEAR})",
    rf"(?P<name>{_NAME})\.?[\s-](?P<named_day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,\s?|[\s-])(?P<named_year>[0-9]{{4}})",
    rf"(?P<first_year>[0-9]{{4}})(?P<space>[\s/-])(?P<year_name>{_NAME})(?P=space)(?P<last_day>[0-9]{{1,2}})",
)
_WRITTEN = re.compile(
    rf"(?:(?P<weekday>{_NAME})\.?,?\s)?(?:{'|'.join(_DAY)})"
    rf"(?:(?:T|,?\s|,?\sat\s)(?:{_TIME}|{_CJK_TIME})(?:{_ZONE})?)?"
)
# As C's ctime, `date` and Java's Date write it, with the year at the end.
_YEAR_AT_THE_END = re.compile(
    rf"(?P<weekday>{_NAME})\s(?P<name>{_NAME})\s{{1,2}}(?P<named_day>[0-9]{{1,2}})\s{_TIME}(?:{_ZONE})?\s"
    r"(?P<named_year>[0-9]{4})"
)
_DIGIT = re.compile("[0-9]")
_LONGEST = 100
_LONGEST_OFFSET = timedelta(hours=15)


def parse_date_text(text: str, *, of_birth: bool = False) -> ParsedDate | None:
    """Parse a trimmed text as a date or datetime in each order that fits, or return None.

    A two-digit year is 2000 to 2029 or 1950 to 1999; 30 to 49 are unclear, except 1930 to 1949 in dates of birth."""
    if text.isdecimal() or not _DIGIT.search(text[:_LONGEST]):
        return None
    known = {order: value for order in DateOrder if (value := _known(text, order))}
    if known:
        return ParsedDate(known, not any(_is_day(text, order) for order in known))
    if len(text) > _LONGEST or day_comes_late(text):
        return None
    text = re.sub(r"\s", " ", text)
    found = _WRITTEN.fullmatch(text) or _YEAR_AT_THE_END.fullmatch(text)
    return _from(found, of_birth=of_birth) if found else None


def parse_date_in_order(text: str, order: DateOrder, *, of_birth: bool = False) -> ParsedDate | None:
    """Parse a text as `parse_date_text` does, or return None where it does not fit an order."""
    found = parse_date_text(text, of_birth=of_birth)
    return found if found and order in found.by_order else None


def _known(text: str, order: DateOrder) -> datetime | None:
    try:
        return read_datetime(text, order)
    except ValueProblem:
        return None


def _is_day(text: str, order: DateOrder) -> bool:
    try:
        read_date(text, order)
    except ValueProblem:
        return False
    return True


def _from(found: re.Match[str], *, of_birth: bool) -> ParsedDate | None:
    part = {name: value for name, value in found.groupdict().items() if value is not None}
    time = _time(part)
    if time is None:
        return None
    days = _days(part, of_birth=of_birth)
    has_time = "hour" in part or "cjk_hour" in part
    year = part.get("year") or part.get("then_year", "")
    if len(year) == 2 and _century(int(year), of_birth=of_birth) is None:
        return ParsedDate({}, has_time, is_unclear=True)
    ends = (int(part["one"]), int(year)) if len(part.get("year", "")) == 2 else None
    by_order = {order: value for order, day in days.items() if (value := _datetime(day, time, part))}
    return ParsedDate(by_order, has_time, ends) if by_order else None


Day = tuple[int, int, int]


def _days(part: Mapping[str, str], *, of_birth: bool) -> dict[DateOrder, Day]:
    if "one" in part:
        one, two, last = int(part["one"]), int(part["two"]), int(part["year"])
        year = last if len(part["year"]) == 4 else _century(last, of_birth=of_birth)
        days = {DateOrder.DMY: (year, two, one), DateOrder.MDY: (year, one, two)} if year else {}
        first = _century(one, of_birth=of_birth)
        if len(part["year"]) == 2 and len(part["one"]) == 2 and first:
            days[DateOrder.YMD] = (first, two, last)
        return days
    if "front" in part:
        day = int(part["front"]), int(part["month"]), int(part["day"])
    elif "cjk_year" in part:
        day = int(part["cjk_year"]), int(part["cjk_month"]), int(part["cjk_day"])
    else:
        name, year_text, number = _named(part)
        month = month_number(name)
        year = int(year_text) if len(year_text) == 4 else _century(int(year_text), of_birth=of_birth)
        if not month or not year:
            return {}
        day = year, month, int(number)
    return dict.fromkeys(DateOrder, day)


def _named(part: Mapping[str, str]) -> tuple[str, str, str]:
    if "then_name" in part:
        return part["then_name"], part["then_year"], part["first_day"]
    if "year_name" in part:
        return part["year_name"], part["first_year"], part["last_day"]
    return part["name"], part["named_year"], part["named_day"]


def _century(year: int, *, of_birth: bool) -> int | None:
    if year < 30:
        return 2000 + year
    return 1900 + year if year >= 50 or of_birth else None


def _time(part: Mapping[str, str]) -> tuple[int, int, int, int] | None:
    if "cjk_hour" in part:
        return int(part["cjk_hour"]), int(part["cjk_minute"]), int(part.get("cjk_second", "0")), 0
    hour = int(part.get("hour", "0"))
    if half := part.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    fraction = int(part.get("fraction", "0").ljust(6, "0"))
    return hour, int(part.get("minute", "0")), int(part.get("second", "0")), fraction


def _datetime(day: Day, time: tuple[int, int, int, int], part: Mapping[str, str]) -> datetime | None:
    try:
        value = datetime(*day, *time, tzinfo=_zone(part))
    except ValueError:
        return None
    weekday = weekday_number(part["weekday"]) if "weekday" in part else value.weekday()
    return value if weekday == value.weekday() else None


def _zone(part: Mapping[str, str]) -> timezone | None:
    """Parse the UTC offset; None means the account's time zone. Raises ValueError."""
    if "zone" not in part:
        return None
    if "offset" not in part:
        return UTC
    offset = timedelta(hours=int(part["hours"]), minutes=int(part.get("minutes", "0")))
    if offset > _LONGEST_OFFSET or int(part.get("minutes", "0")) > 59:
        raise ValueError
    return timezone(-offset if part["sign"] == "-" else offset)
