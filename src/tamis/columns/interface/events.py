"""Queries about events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tamis.domain.values.fields import Field


class EventReads(Protocol):
    """Reads the events of the projection."""

    def count_by_quarter_hour(self, name_id: int, first: datetime, last: datetime, /) -> Sequence[tuple[int, int]]:
        """Count the events of a name from `first` to `last` inclusive, in each quarter of an hour that has any: its
        start in seconds since 1970, and the number. Days of every time zone begin with a quarter of an hour."""

    def frequent_values(
        self, name_id: int, text_property: Field, typed: str, newest: int, limit: int, /
    ) -> Sequence[tuple[str, int]]:
        """Return the most frequent values of a text property that contain `typed` among the `newest` events of a name,
        each with its number of events."""
