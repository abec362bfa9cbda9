"""How far a contact is from what a condition about events asks, and when time alone changes it, in words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tamis.domain.dates import format_day, local_time
from tamis.domain.fields import Kind
from tamis.domain.text import pluralize
from tamis.rules.evaluation.explain import Explained


def describe_progress(part: Explained, zone: ZoneInfo) -> str:
    """Return what is there and what is asked: "3 events; asked: at least 3 times; holds until 14 Jan 2027, 00:00, when
    the “order” of 16 Oct 2026, 09:30 stops counting". The part must be a condition about events."""
    events = part.events
    assert events
    text = pluralize(events.counted, "event")
    if part.value is not None and part.value != str(events.counted):
        text += f", {_value(part.value, part.field_kind, zone)}"
    text += f"; asked: {events.asked}"
    if events.changes_at is None:
        return text
    text += f"; {'holds until' if part.holds else 'will hold from'} {_instant(events.changes_at, zone)}"
    if events.changing is None:
        return text
    change = "stops counting" if events.stops else "counts"
    return f"{text}, when the “{events.event}” of {_instant(events.changing, zone)} {change}"


def _instant(instant: datetime, zone: ZoneInfo) -> str:
    return local_time(instant, zone, seconds=False)


def _value(text: str, kind: Kind | None, zone: ZoneInfo) -> str:
    if kind is Kind.DATETIME:
        return _instant(datetime.fromisoformat(text), zone)
    if kind is Kind.DATE:
        return format_day(date.fromisoformat(text))
    return f"{float(text):,.6f}".rstrip("0").rstrip(".")
