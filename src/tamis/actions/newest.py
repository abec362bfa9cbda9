"""Of questions that follow each other quickly, only the newest is worth an answer."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from tamis.domain.errors import Abandoned, Refused


class Overtaken(Refused):
    """A newer question of the same asker has come, so that nobody waits for this answer."""

    def __init__(self) -> None:
        super().__init__("newer_question")


class Question:
    """A question that is being answered, until a newer one overtakes it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_overtaken = False
        self._interrupt: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def is_looked_up(self, interrupt: Callable[[], None]) -> None:
        """Be told how to stop what is looked up from now on; raises Overtaken where nothing should be any more."""
        with self._lock:
            if self.is_overtaken:
                raise Overtaken
            self._interrupt = interrupt

    def overtake(self) -> None:
        """Stop what is looked up: a newer question has come."""
        with self._lock:
            self.is_overtaken = True
            if self._interrupt:
                self._interrupt()


class Newest:
    """Stops what is being looked up for an asker when a newer question comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Hashable, Question] = {}

    @contextmanager
    def asking(self, asker: Hashable, number: int) -> Iterator[Question]:
        """Answer a question in a block; `number` grows from question to question of an asker. Raises Overtaken, at once
        or in the middle of the block."""
        mine = Question(number)
        with self._lock:
            other = self._running.get(asker)
            if other and other.number > number:
                raise Overtaken
            if other:
                other.overtake()
            self._running[asker] = mine
        try:
            yield mine
        except Abandoned:
            if mine.is_overtaken:
                raise Overtaken from None
            raise
        finally:
            with self._lock:  # from here on nobody stops what its thread does next
                if self._running.get(asker) is mine:
                    del self._running[asker]
