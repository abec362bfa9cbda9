"""What an import has written when it cannot go on, so that people are told nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tamis.domain.errors import DiskFull, Unavailable
from tamis.domain.text import counted


@dataclass
class SoFar:
    """How many fields an import has made in its type, and what tells how many contacts it has stored up to now."""

    made_fields: int = 0
    stored: Callable[[], int] = lambda: 0

    def __str__(self) -> str:
        """Return it as part of a sentence."""
        if stored := self.stored():
            return (
                f"what was stored before that stays ({counted(stored, 'contact')}): import the file again for the rest"
            )
        if self.made_fields:
            return "its new fields were made, and no contact was stored"
        return "nothing was imported"

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say it with whatever keeps the block from its end."""
        try:
            yield
        except DiskFull as error:
            raise DiskFull(error.left, str(self)) from error
        except Unavailable as error:
            if type(error) is not Unavailable:  # others say it all, such as that nobody waits any more
                raise
            raise Unavailable(f"{error.message}; {self}") from error
