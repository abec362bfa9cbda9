"""Following the change feed: where a reader stands, and what it asks for next. Nothing here does I/O."""

from collections.abc import Iterator
from typing import Literal

from tamis.client.models.programs import Change, ChangePage
from tamis.client.request import Request

MAX_PAGE = 1_000


class ChangeReader:
    """Reads the changes after a number, each once and in order; `now` stands for the number of the newest one."""

    def __init__(self, after: int | Literal["now"], segment_id: int | None, wait: int, live: bool) -> None:
        self._after = after
        self.goes_on = True
        self._segment_id = segment_id
        self._wait = wait
        self._live = live

    def request(self) -> Request[ChangePage]:
        """Return the request of the next changes, which the server answers when there are some.

        The first one after `now` only asks for the number: when it is repeated, nothing can have been missed yet.
        """
        wait = self._wait if self._live and self._after != "now" else 0
        query = {"after": self._after, "segment_id": self._segment_id, "limit": MAX_PAGE, "wait": wait or None}
        return Request("GET", "/changes", ChangePage, query, wait=wait)

    def take(self, page: ChangePage) -> Iterator[Change]:
        """Yield the changes of an answer, and continue after them."""
        last = 0 if self._after == "now" else self._after
        self._after = max(last, int(page.next_cursor))
        self.goes_on = self._live or page.has_more
        yield from (change for change in page.data if change.id > last)
