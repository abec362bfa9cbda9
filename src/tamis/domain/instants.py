"""Instants in UTC, calendar days in an account's time zone, and the way from one to the other."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)


def zone_named(name: str) -> ZoneInfo | None:
    """Find a time zone by its IANA name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def to_micros(instant: datetime) -> int:
    """Count microseconds since 1970 in UTC, the form in which the stores keep instants of their own."""
    return (instant - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Turn microseconds since 1970 into an instant in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def to_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    """Turn a date-time into an instant in UTC; a naive one is on the clocks of `zone`.

    On the edges of the calendar, where UTC has no such year, the first or the last instant stands for it.
    """
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return FIRST_INSTANT if moment.year == 1 else LAST_INSTANT


def day_in_utc(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give the first and the last instant, in UTC, of a calendar day in `zone`."""
    start = to_utc(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001  the zone is applied here
    if day == date.max:
        return start, LAST_INSTANT
    following = day + timedelta(days=1)
    end = to_utc(datetime(following.year, following.month, following.day), zone)  # noqa: DTZ001  as above
    return start, end - MICROSECOND


def format_instant(instant: datetime) -> str:
    """Write an instant as the Segment API does: `2023-11-08T09:37:42.000000Z`."""
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
