"""The messages that webhooks receive: batches of changes as JSON, in the form that Standard Webhooks proposes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tamis.actions.changes.change_format import ChangeOut, change_out
from tamis.actions.changes.feed import read_feed
from tamis.actions.services import Services
from tamis.domain.errors import Gone, Invalid

CHANGED, TEST = "memberships.changed", "test"
MAX_CHANGES = 1_000
"""How many changes a message has at most."""
MAX_BYTES = 512 * 1024
"""How long the changes of a message are at most; the first one is sent however long it is."""


@dataclass(frozen=True, slots=True)
class OutgoingPage:
    """Changes of an account in order; `last` is the number up to which all were read."""

    changes: Sequence[ChangeOut]
    last: int


def read_outgoing(services: Services, account_id: int, after: int, up_to: int | None) -> OutgoingPage:
    """Read a page of the changes of an account with numbers above one, up to another one or, with None, to the last.

    Changes that are not kept any more are passed.
    """
    try:
        page = read_feed(services, account_id, after)
    except Gone as gone:
        return OutgoingPage((), int(str(gone.problems[0].params["earliest"])))
    except Invalid:  # the records have lost the change with this number, and go on with higher ones
        return OutgoingPage((), after)
    entries = page.entries if up_to is None else [entry for entry in page.entries if entry.number <= up_to]
    last = page.last if up_to is None else min(page.last, up_to)
    return OutgoingPage([change_out(entry) for entry in entries], last)


@dataclass(slots=True)
class Batch:
    """The changes of one message, as JSON."""

    encoded: list[bytes] = field(default_factory=list)
    size: int = 0
    last: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    def add(self, change: ChangeOut) -> bool:
        """Add a change, and return whether it fits."""
        if len(self.encoded) >= MAX_CHANGES:
            return False
        encoded = msgspec.json.encode(change)
        if self.encoded and self.size + len(encoded) > MAX_BYTES:
            return False
        self.encoded.append(encoded)
        self.size += len(encoded)
        self.last, self.last_at = change.id, change.at
        self.first_at = self.first_at or change.at
        return True

    def body(self, last: int) -> bytes:
        """Return the body of the message with the changes up to a number; it is the same for each attempt."""
        changes = [msgspec.Raw(one) for one in self.encoded]
        return _body(CHANGED, self.last_at, {"changes": changes, "last_id": last})


def body_of_test(now: datetime) -> bytes:
    """Return the body of a test."""
    return _body(TEST, now, {"message": "This is a test from Tamis."})


def _body(type_: str, timestamp: datetime | None, data: object) -> bytes:
    return msgspec.json.encode({"type": type_, "timestamp": timestamp, "data": data})
