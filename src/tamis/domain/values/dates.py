"""Parse dates and date-times, in ISO form and as people write them."""

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from tamis.domain.errors import Message, ValueProblem
from tamis.domain.values.instants import to_utc_strictly
from tamis.domain.values.text import shorten

T = TypeVar("T")


class DateOrder(StrEnum):
    """The order of day, month and year in a written date; a leading year is always recognised."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)? ?(?:[Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
_WRITTEN = re.compile(
    r"(?:(?P<front>\d{4})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|(?P<one>\d{1,2})(?P<sign>[/.-])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}))"
    r"(?:[T ](?P<hour>\d{1,2})(?P<minutes>:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(?: ?(?P<half>[AaPp][Mm]))?"
    r" ?(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_SHORT_YEAR = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?:[T ].*)?", re.ASCII)
_EXAMPLES = {DateOrder.YMD: "2024-12-31", DateOrder.DMY: "31/12/2024", DateOrder.MDY: "12/31/2024"}


def format_day(day: date) -> str:
    """Write a calendar day for people: 24 Nov 2026."""
    return f"{day.day} {day:%b} {day.year}"


def local_time(instant: datetime, zone: ZoneInfo, *, seconds: bool = True) -> str:
    """Write an instant for people, in the time zone of their account (in UTC at the ends of the calendar): 24 Nov 2026,
    19:04:12."""
    try:
        local = instant.astimezone(zone)
    except OverflowError:
        local = instant
    return f"{format_day(local.date())}, {local:{'%H:%M:%S' if seconds else '%H:%M'}}"


def parse_local_time(text: str) -> datetime | None:
    """Parse a time as `local_time` writes it with seconds; return None for any other text."""
    try:
        return datetime.strptime(text, "%d %b %Y, %H:%M:%S")  # noqa: DTZ007  local time of an account
    except ValueError:
        return None


def is_iso_date(text: str) -> bool:
    """Return whether text has the form of an ISO date, whether or not the day exists."""
    return _DATE.fullmatch(text) is not None


def day_comes_late(text: str) -> bool:
    """Return whether text is a date or date-time with the year last, whose meaning depends on a `DateOrder`."""
    found = _WRITTEN.fullmatch(text)
    return found is not None and found["one"] is not None


def parse_date(text: str) -> date:
    """Parse a calendar day such as 2024-12-31; raises ValueProblem."""
    return _date(text, text, DateOrder.YMD)


def parse_datetime(text: str) -> datetime:
    """Parse a date-time such as 2024-12-31 23:59 or 2024-12-31T23:59:59Z, naive when there is no offset; a plain
    date means its midnight. Raises ValueProblem."""
    return _datetime(text, text, DateOrder.YMD)


def read_date(text: str, order: DateOrder) -> date:
    """Parse a calendar day like `parse_date`, or as people write it: 2024/12/31 or, in an order, 31.12.2024."""
    return _parse_written(_date, text, order)


def read_datetime(text: str, order: DateOrder) -> datetime:
    """Parse a date-time like `parse_datetime`, or as people write it: in an order also 31/12/2024 2:30 PM."""
    return _parse_written(_datetime, text, order)


def _parse_written(parse: Callable[[str, str, DateOrder], T], text: str, order: DateOrder) -> T:
    if _DATE.fullmatch(text) or _DATETIME.fullmatch(text):
        return parse(text, text, order)
    return parse(_to_iso(text, order) or text, text, order)


def _to_iso(text: str, order: DateOrder) -> str | None:
    found = _WRITTEN.fullmatch(text)
    if not found or (found["one"] and order is DateOrder.YMD):
        return None
    if found["front"]:
        year, month, day = found["front"], found["month"], found["day"]
        if found["mark"] == "-" and len(month + day) < 4:
            return None  # nearly ISO, which has two digits
    else:
        year = found["year"]
        day, month = (found["one"], found["two"]) if order is DateOrder.DMY else (found["two"], found["one"])
    iso = f"{year}-{month:0>2}-{day:0>2}"
    if not found["hour"]:
        return iso
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"].upper() == "PM" else 0)
    return f"{iso}T{hour:02}{found['minutes']}{found['offset'] or ''}"


def _date(iso: str, text: str, order: DateOrder) -> date:
    try:
        if _DATE.fullmatch(iso):
            return date.fromisoformat(iso)
    except ValueError:
        raise ValueProblem("day_not_in_calendar", text=shorten(text)) from None
    raise ValueProblem("date_not_read", example=_EXAMPLES[order], text=shorten(text), hint=_hint(text))


def _datetime(iso: str, text: str, order: DateOrder) -> datetime:
    if _DATE.fullmatch(iso):
        iso += "T00:00"
    if not _DATETIME.fullmatch(iso):
        raise ValueProblem("moment_not_read", example=_EXAMPLES[order], text=shorten(text), hint=_hint(text))
    try:
        return datetime.fromisoformat(iso.upper().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        raise ValueProblem("moment_not_in_calendar", text=shorten(text)) from None


def _hint(text: str) -> Message | None:
    return Message("year_needs_four_digits") if _SHORT_YEAR.fullmatch(text) else None


def in_utc(value: datetime, zone: ZoneInfo, text: str) -> datetime:
    """Return a date-time that was read from a text as an instant; raises ValueProblem where UTC has no such year."""
    try:
        return to_utc_strictly(value, zone)
    except OverflowError:
        raise ValueProblem("moment_beyond_calendar", text=shorten(text)) from None
