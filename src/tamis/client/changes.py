"""Following the change feed: where a reader stands, and what it asks for next. Nothing here does I/O."""

from collections.abc import Iterator

from tamis.client.models.programs import Change, ChangePage
from tamis.client.request import Request

MAX_PAGE = 1_000


class ChangeReader:
    """Reads the changes after a number, each once and in order."""

    def __init__(self, after: int, segment_id: int | None, wait: int, live: bool) -> None:
        self.after = after
        self.goes_on = True
        self._segment_id = segment_id
        self._wait = wait if live else 0
        self._live = live

    def request(self) -> Request[ChangePage]:
        """Return the request of the next changes, which the server answers when there are some."""
        query = {"after": self.after, "segment_id": self._segment_id, "limit": MAX_PAGE, "wait": self._wait or None}
        return Request("GET", "/changes", ChangePage, query, wait=self._wait)

    def take(self, page: ChangePage) -> Iterator[Change]:
        """Yield the changes of an answer, and go on after each."""
        for change in page.data:
            if change.id > self.after:
                self.after = change.id
                yield change
        self.after = max(self.after, int(page.next_cursor))
        self.goes_on = self._live or page.has_more
