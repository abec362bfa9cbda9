"""Contacts of any number, sent as NDJSON in requests of limited size. Nothing here does I/O.

Each request can be sent again: what is in memory is one request, whatever the length of the whole.
"""

from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass

import msgspec

from tamis.client.models.contacts import BatchItem, BatchResult, Values
from tamis.client.request import NDJSON, Request, path

MAX_CONTACTS = 10_000
MAX_BYTES = 4_194_304
NewContact = tuple[str, Values]
"""An email, and the values of the contact's fields."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Contacts to send to a contact type."""

    type_id: int
    contacts: Iterable[NewContact] | AsyncIterable[NewContact]


class StreamedBatches:
    """Collects contacts until a request is full, and sums up the answers."""

    def __init__(self, type_id: int) -> None:
        self._path = path("contact-types", type_id, "contacts", "batch")
        self._lines: list[bytes] = []
        self._bytes = self._sent = 0
        self._total = BatchResult(created=0, updated=0, unchanged=0, rejected=0)
        self._rejected: list[BatchItem] = []

    def add(self, contact: NewContact) -> bool:
        """Add a contact; return whether the request is full."""
        email, fields = contact
        self._lines.append(msgspec.json.encode({"email": email, "fields": fields}))
        self._bytes += len(self._lines[-1])
        return len(self._lines) >= MAX_CONTACTS or self._bytes >= MAX_BYTES

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self._lines

    def request(self) -> Request[BatchResult]:
        """Return the request of the contacts since the last one."""
        return Request("POST", self._path, BatchResult, content=b"\n".join(self._lines) + b"\n", content_type=NDJSON)

    def take(self, answer: BatchResult) -> None:
        """Add the answer to the request, and begin the next one."""
        self._rejected += [
            msgspec.structs.replace(item, index=item.index + self._sent)
            for item in answer.results
            if item.status == "rejected"
        ]
        self._total = BatchResult(
            created=self._total.created + answer.created,
            updated=self._total.updated + answer.updated,
            unchanged=self._total.unchanged + answer.unchanged,
            rejected=self._total.rejected + answer.rejected,
        )
        self._sent += len(self._lines)
        self._lines, self._bytes = [], 0

    def result(self) -> BatchResult:
        """Return the sums, and the results of the rejected contacts."""
        return msgspec.structs.replace(self._total, results=tuple(self._rejected))
