"""Instants in UTC, calendar days in an account's time zone, and conversions between them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)


def zone_named(name: str) -> ZoneInfo | None:
    """Find a time zone by its IANA name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def to_micros(instant: datetime) -> int:
    """Convert an instant to microseconds since 1970 in UTC, as the stores keep them."""
    return (instant - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Convert microseconds since 1970 to an instant in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def to_utc(value: datetime, zone: ZoneInfo) -> datetime:
    """Convert a date-time to an instant in UTC; a naive one is local time in `zone`.

    At the ends of the calendar, where UTC has no such year, return the first or the last instant.
    """
    try:
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return FIRST_INSTANT if value.year == 1 else LAST_INSTANT


def to_utc_strictly(value: datetime, zone: ZoneInfo) -> datetime:
    """Convert a date-time as `to_utc` does; raises OverflowError where UTC has no such year."""
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def day_in_utc(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and the last instant, in UTC, of a calendar day in `zone`.

    A day lasts until the next one begins, so every instant is in exactly one. A day that the clocks of `zone` skipped
    has none: its last instant is before its first.
    """
    return start_of_day(day, zone), LAST_INSTANT if day == date.max else start_of_day(day + DAY, zone) - MICROSECOND


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a calendar day, as `day_in_utc` has it."""
    if day == date.min:
        return FIRST_INSTANT
    return to_utc(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001  the zone is applied here


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day in `zone` whose span, by `day_in_utc`, contains an instant.

    A later instant never has an earlier day, even when clocks were set back across midnight: the repeated hour belongs
    to the day that had begun.
    """
    try:
        day = instant.astimezone(zone).date()
    except OverflowError:
        return date.min if instant.year == 1 else date.max
    while day < date.max and start_of_day(day + DAY, zone) <= instant:
        day += DAY
    while start_of_day(day, zone) > instant:
        day -= DAY
    return day


def next_day_starts(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant of the calendar day after that of `instant`; the last day ends with the last instant."""
    day = day_of(instant, zone)
    return LAST_INSTANT if day == date.max else start_of_day(day + DAY, zone)


def format_instant(instant: datetime) -> str:
    """Format an instant as in the Segment API: `2023-11-08T09:37:42.000000Z`."""
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
