"""The erasure that the files must still follow: rows are gone at once, the bytes that held them only when the files
have been written anew."""

from datetime import datetime
from typing import NamedTuple

from tamis.domain.instants import from_micros, to_micros
from tamis.records import change_log
from tamis.records.engine.sql import run, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("erasure")


class PendingErasure(NamedTuple):
    """The change number of the last erasure whose bytes may still be in the files, and since when there is one."""

    change: int
    since: datetime


def request_erasure(db: Transaction, now: datetime) -> None:
    """Remember, with the erasure itself, that the files are to be written anew."""
    run(db, SQL["note"], (change_log.last_change(db), to_micros(now)))


def find_pending(db: Reader) -> PendingErasure | None:
    """Tell what the files must still follow, if anything."""
    return select_one(db, _pending, SQL["pending"])


def complete_erasure(db: Transaction, change: int) -> None:
    """Note that the files hold nothing more of what was erased up to a change number."""
    run(db, SQL["done"], (change,))


def _pending(change: int, since: int) -> PendingErasure:
    return PendingErasure(change, from_micros(since))
