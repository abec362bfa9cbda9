"""Queries about events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class EventReads(Protocol):
    """Reads the events of the projection."""

    def count_by_quarter_hour(self, name_id: int, first: datetime, last: datetime, /) -> Sequence[tuple[int, int]]:
        """Count the events of a name from `first` to `last` inclusive, in each quarter of an hour that has any: its
        start in seconds since 1970, and the number. Days of every time zone begin with a quarter of an hour."""
