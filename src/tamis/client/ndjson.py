"""Contacts or events of any number, sent as NDJSON in requests of limited size. Nothing here does I/O.

Each request can be sent again: what is in memory is one request, whatever the length of the whole.
"""

from collections import Counter
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from tamis.client.models.contacts import BatchItem, ItemResults, Values
from tamis.client.request import NDJSON, QueryValue, Request

MAX_ITEMS = 10_000
MAX_BYTES = 4_194_304
NewContact = tuple[str, Values]
"""An email, and the values of the contact's fields."""
R = TypeVar("R", bound=ItemResults)


@dataclass(frozen=True, slots=True)
class Stream(Generic[R]):
    """Items to send, each as the JSON that `encode` makes of it, and the type of the answers."""

    items: Iterable[Any] | AsyncIterable[Any]
    path: str
    answer: type[R]
    encode: Callable[[Any], bytes]
    query: Mapping[str, QueryValue] = field(default_factory=dict)


class StreamedBatches(Generic[R]):
    """Collects items until a request is full, and sums up the answers."""

    def __init__(self, stream: Stream[R]) -> None:
        self._stream = stream
        self._lines: list[bytes] = []
        self._bytes = self._sent = 0
        self._counts = Counter[str]()
        self._rejected: list[BatchItem] = []

    def add(self, item: object) -> bool:
        """Add an item; return whether the request is full."""
        self._lines.append(self._stream.encode(item))
        self._bytes += len(self._lines[-1])
        return len(self._lines) >= MAX_ITEMS or self._bytes >= MAX_BYTES

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self._lines

    def request(self) -> Request[R]:
        """Return the request of the items since the last one."""
        stream, content = self._stream, b"\n".join(self._lines) + b"\n"
        return Request("POST", stream.path, stream.answer, stream.query, content=content, content_type=NDJSON)

    def take(self, answer: R) -> None:
        """Add the answer to the request, and begin the next one."""
        self._rejected += [
            msgspec.structs.replace(item, index=item.index + self._sent)
            for item in answer.results
            if item.status == "rejected"
        ]
        self._counts.update(
            {name: value for name, value in msgspec.structs.asdict(answer).items() if name != "results"}
        )
        self._sent += len(self._lines)
        self._lines, self._bytes = [], 0

    def result(self) -> R:
        """Return the sums, and the results of the rejected items."""
        names = (name for name in self._stream.answer.__struct_fields__ if name != "results")
        return self._stream.answer(**{name: self._counts[name] for name in names}, results=tuple(self._rejected))
