"""The pending erasure: rows are deleted at once, their bytes only when the files are rewritten."""

from datetime import datetime
from typing import NamedTuple

from tamis.domain.values.instants import from_micros, to_micros
from tamis.records import change_log
from tamis.records.engine.sql import run, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("erasure")


class PendingErasure(NamedTuple):
    """The change number of the last erasure whose bytes may still be in the files, and since when one is pending."""

    change: int
    since: datetime


def request_erasure(db: Transaction, now: datetime) -> None:
    """Record, in the transaction that deletes rows, that the files must be rewritten."""
    run(db, SQL["note"], (change_log.last_change(db), to_micros(now)))


def find_pending(db: Reader) -> PendingErasure | None:
    """Return the pending erasure, or None."""
    return select_one(db, _pending, SQL["pending"])


def complete_erasure(db: Transaction, change: int) -> None:
    """Record that the files hold nothing of what was erased up to a change number."""
    run(db, SQL["done"], (change,))


def _pending(change: int, since: int) -> PendingErasure:
    return PendingErasure(change, from_micros(since))
