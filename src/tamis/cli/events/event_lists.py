"""Events of a contact for people and programs."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from tamis.actions.events.timeline import ShownEvent
from tamis.cli.common import print_line, print_table
from tamis.domain.events.events import write_raw
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant

EVENTS_SHOWN = 20


def event_document(event: ShownEvent) -> dict[str, object]:
    """Return an event as a JSON document."""
    return {
        "event": event.name,
        "at": format_instant(event.at),
        "id": event.id or None,
        "properties": dict(event.properties),
    }


def print_events(events: Sequence[ShownEvent], zone: ZoneInfo) -> None:
    """Print the newest events of a contact as a table, if there are any."""
    if not events:
        return
    rows = [
        (
            local_time(event.at, zone),
            event.name,
            ", ".join(f"{key} {write_raw(value)}" for key, value in event.properties.items()),
        )
        for event in events[:EVENTS_SHOWN]
    ]
    print_table(("When", "Event", "Properties"), rows)
    if len(events) > EVENTS_SHOWN:
        print_line(f"and {len(events) - EVENTS_SHOWN:,} earlier events (use --json to see them all)")
