"""How far a contact is from what a condition about events asks, and when time alone changes it, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tamis.domain.values.dates import format_day, local_time
from tamis.domain.values.fields import Kind
from tamis.domain.values.text import pluralize
from tamis.rules.evaluation.explain import Explained

_ONCE = "at least 1 time"


@dataclass(frozen=True, slots=True)
class EventProgress:
    """What is there, what is asked, and, if time alone changes the answer, when: "3 events", "at least 3 times", "holds
    until 14 Jan 2027, 00:00, when the “order” of 16 Oct 2026, 09:30 stops counting". `latest` are the instants of the
    last events that count, newest first, and `earlier` how many there are before these."""

    found: str
    asked: str
    until: str | None
    latest: tuple[datetime, ...]
    earlier: int


def progress_of(part: Explained, zone: ZoneInfo) -> EventProgress:
    """Return how far a contact is from what a condition about events, or a negated one, asks."""
    inner = part if part.events else part.parts[0]
    events = inner.events
    assert events
    found = pluralize(events.counted, "event")
    if inner.value is not None and inner.value != str(events.counted):
        found += f", {_value(inner.value, inner.field_kind, zone)}"
    asked = events.asked
    if part is not inner:
        asked = "never" if asked == _ONCE else f"not {asked}"
    until = None
    if events.changes_at is not None:
        until = f"{'holds until' if part.holds else 'will hold from'} {_instant(events.changes_at, zone)}"
        if events.changing is not None:
            change = "stops counting" if events.stops else "counts"
            until += f", when the “{events.event}” of {_instant(events.changing, zone)} {change}"
    return EventProgress(found, asked, until, events.latest[::-1], events.counted - len(events.latest))


def describe_progress(part: Explained, zone: ZoneInfo) -> str:
    """Return what is there, what is asked and until when, in one line; the part must be about events."""
    progress = progress_of(part, zone)
    return "; ".join(filter(None, (progress.found, f"needed: {progress.asked}", progress.until)))


def _instant(instant: datetime, zone: ZoneInfo) -> str:
    return local_time(instant, zone, seconds=False)


def _value(text: str, kind: Kind | None, zone: ZoneInfo) -> str:
    if kind is Kind.DATETIME:
        return _instant(datetime.fromisoformat(text), zone)
    if kind is Kind.DATE:
        return format_day(date.fromisoformat(text))
    return f"{float(text):,.6f}".rstrip("0").rstrip(".")
