"""What an import has written when it cannot go on, so that people are told nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tamis.domain.errors import DiskFull, Message, Unavailable


@dataclass
class PartialResult:
    """How many fields an import has made in its type, and what tells how many contacts it has stored up to now."""

    made_fields: int = 0
    stored: Callable[[], int] = lambda: 0

    def message(self) -> Message:
        """Return it as part of another message."""
        if stored := self.stored():
            return Message("stored_before", contacts=stored)
        return Message("only_fields_were_made" if self.made_fields else "nothing_imported")

    @contextmanager
    def added_to_errors(self) -> Iterator[None]:
        """Say it with whatever keeps the block from its end."""
        try:
            yield
        except DiskFull as error:
            raise DiskFull(error.left, self.message()) from error
        except Unavailable as error:
            if type(error) is not Unavailable:  # others say it all, such as that nobody waits any more
                raise
            raise Unavailable("stopped_half_way", problem=error.problems[0], done=self.message()) from error
