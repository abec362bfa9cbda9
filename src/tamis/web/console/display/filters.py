"""Formats of numbers, shares, days and instants for people."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from markupsafe import Markup

from tamis.domain.values.dates import format_day
from tamis.domain.values.text import pluralize

UTC = ZoneInfo("UTC")
day = format_day


def number(value: float) -> str:
    """Format a number with thousands separators: 12,345."""
    return f"{value:,}"


def percent(share: float) -> str:
    """Format a share as a percentage that is never rounded to none or all: 12.3%, <0.1%, >99.9%."""
    if share in (0, 1):
        return f"{share:.0%}"
    if share < 0.001:
        return "<0.1%"
    return ">99.9%" if share > 0.999 else f"{share:.1%}"


def cut(text: str, most: int) -> str:
    """Return the beginning of a text that is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def when(instant: datetime, zone: tzinfo) -> Markup:
    """Format an instant in a time zone, with the exact one on hover: 24 Nov 2026, 19:04."""
    local = instant.astimezone(zone)
    return _time(instant, local, f"{day(local.date())}, {local:%H:%M}")


def ago(instant: datetime, now: datetime, zone: tzinfo) -> Markup:
    """Format how long ago an instant was, with the exact one on hover: 5 minutes ago; older ones as a day."""
    seconds = (now - instant).total_seconds()
    local = instant.astimezone(zone)
    if seconds < 60:
        text = "just now"
    elif seconds < 3600:
        text = pluralize(int(seconds // 60), "minute") + " ago"
    elif seconds < 86_400:
        text = pluralize(int(seconds // 3600), "hour") + " ago"
    elif seconds < 7 * 86_400:
        text = pluralize(int(seconds // 86_400), "day") + " ago"
    else:
        text = day(local.date())
    return _time(instant, local, text)


def _time(instant: datetime, local: datetime, text: str) -> Markup:
    exact = f"{local:%Y-%m-%d %H:%M:%S.%f} {local.tzname()}"
    utc = instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(utc, exact, text)
