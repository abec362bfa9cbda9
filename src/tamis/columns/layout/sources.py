"""The stored contacts, as the rows over which rules are evaluated."""

from collections.abc import Callable

from tamis.columns.layout.contacts import column
from tamis.columns.layout.events import CONTACT, INSTANT, event_table, property_column
from tamis.rules.sql.compiler import ColumnSource, EventTables
from tamis.rules.sql.dialect import Parameters

STORED_EVENTS = EventTables(lambda name_id, _: event_table(name_id), property_column, INSTANT, ("id",), (CONTACT,))
"""All stored events. The ids of external recipients, who have none, are not those of contacts."""


def stored_source(in_segment: Callable[[int, Parameters], str]) -> ColumnSource:
    """Return the source for rows of contacts or external recipients with their `id`."""
    return ColumnSource(column, in_segment, events=STORED_EVENTS)
