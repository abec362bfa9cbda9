"""Latest-wins requests: a newer request of a client cancels the one before it."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from tamis.domain.errors import Abandoned, Refused


class Superseded(Refused):
    """A newer request of the same client has arrived; nobody needs this answer."""

    def __init__(self) -> None:
        super().__init__("newer_question")


class PendingRequest:
    """A request that is being answered until it completes or is superseded."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_superseded = False
        self._interrupt: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def set_interrupt(self, interrupt: Callable[[], None]) -> None:
        """Set how to interrupt the query that starts now; raises Superseded when it need not start."""
        with self._lock:
            if self.is_superseded:
                raise Superseded
            self._interrupt = interrupt

    def supersede(self) -> None:
        """Mark the request as superseded and interrupt its query."""
        with self._lock:
            self.is_superseded = True
            if self._interrupt:
                self._interrupt()


class LatestRequests:
    """The latest request of each client; a newer one interrupts it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[Hashable, PendingRequest] = {}

    @contextmanager
    def begin(self, client_id: Hashable, number: int) -> Iterator[PendingRequest]:
        """Answer a request within a block; a client numbers its requests in increasing order.

        Raises Superseded, at once or in the middle of the block.
        """
        request = PendingRequest(number)
        with self._lock:
            other = self._pending.get(client_id)
            if other and other.number > number:
                raise Superseded
            if other:
                other.supersede()
            self._pending[client_id] = request
        try:
            yield request
        except Abandoned:
            if request.is_superseded:
                raise Superseded from None
            raise
        finally:
            with self._lock:  # from here on nothing interrupts what this thread does next
                if self._pending.get(client_id) is request:
                    del self._pending[client_id]
