"""The partial result of an import that cannot go on, for its error message."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tamis.domain.errors import DiskFull, Message, Unavailable


@dataclass
class PartialResult:
    """The number of new fields that an import has created, and functions for the number of contacts and events stored
    so far."""

    made_fields: int = 0
    stored: Callable[[], int] = lambda: 0
    stored_events: Callable[[], int] = lambda: 0

    def message(self) -> Message:
        """Return the result as a part of an error message."""
        if stored := self.stored():
            return Message("stored_before", contacts=stored)
        if stored := self.stored_events():
            return Message("events_stored_before", events=stored)
        return Message("only_fields_were_made" if self.made_fields else "nothing_imported")

    @contextmanager
    def added_to_errors(self) -> Iterator[None]:
        """Add the result to errors that end the block."""
        try:
            yield
        except DiskFull as error:
            raise DiskFull(error.left, self.message()) from error
        except Unavailable as error:
            if type(error) is not Unavailable:  # subclasses need no addition
                raise
            raise Unavailable("stopped_half_way", problem=error.problems[0], done=self.message()) from error
