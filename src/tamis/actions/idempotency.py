"""Requests that are done once: their outcome is stored in the transaction of their write, their answer afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from tamis.domain.accounts.accounts import Account
from tamis.records.accounts import idempotency
from tamis.records.accounts.idempotency import IdempotentRequest, StoredAnswer, StoredChunk, StoredRequest
from tamis.records.handles import Reader, Transaction

__all__ = [
    "IdempotentRequest",
    "StoredAnswer",
    "StoredChunk",
    "StoredRequest",
    "find_chunk",
    "find_request",
    "run_chunk_once",
    "run_once",
    "store_answer",
]

T = TypeVar("T")
KEPT = timedelta(hours=24)


def find_request(db: Reader, request: IdempotentRequest, now: datetime) -> StoredRequest | None:
    """Return what is stored of an earlier request with the same key, for 24 hours."""
    found = idempotency.find(db, request.account_id, request.key)
    return found if found and found.created_at > now - KEPT else None


def run_once(
    db: Transaction,
    now: datetime,
    request: IdempotentRequest,
    outcome: type[T],
    action: Callable[[Transaction, datetime], T],
) -> T:
    """Run an action and store its outcome, or return the stored one if an earlier request with the key has run it, and
    was stopped before its answer was stored."""
    found = find_request(db, request, now)
    if found and found.outcome is not None:
        return msgspec.json.decode(found.outcome, type=outcome)
    result = action(db, now)
    idempotency.store_outcome(db, request, msgspec.json.encode(result), now)
    return result


def find_chunk(db: Reader, request: IdempotentRequest, number: int, now: datetime) -> StoredChunk | None:
    """Return what an earlier request with the same key has stored of a chunk of its streamed body, for 24 hours."""
    return idempotency.find_chunk(db, request, number, now - KEPT)


def run_chunk_once(
    db: Transaction,
    now: datetime,
    request: IdempotentRequest | None,
    number: int,
    digest: bytes,
    action: Callable[[Transaction, datetime], bytes],
) -> bytes:
    """Run an action on a chunk of a streamed body, and store its results with the key of the request, if it has one;
    return the stored ones if an earlier request with the key has run it. `digest` is that of the body up to the end of
    the chunk; another body must have been refused before."""
    if request is None:
        return action(db, now)
    if found := find_chunk(db, request, number, now):
        return found.results
    results = action(db, now)
    if number == 0:  # from now on, the key belongs to this request, and not to one of the day before
        idempotency.store_outcome(db, request, b"null", now)
        idempotency.delete_chunks(db, request)
    idempotency.store_chunk(db, request, number, StoredChunk(digest, results), now)
    return results


def store_answer(db: Transaction, now: datetime, request: IdempotentRequest, answer: StoredAnswer) -> None:
    """Store the answer of a request, for those that repeat it."""
    idempotency.store_answer(db, request, answer, now)


def delete_old_requests(db: Transaction, now: datetime) -> None:
    """Delete the requests whose keys may be used anew."""
    idempotency.delete_before(db, now - KEPT)


def forget_answers(db: Transaction, account: Account, *emails: str) -> None:
    """Delete the stored answers in which one of some emails stands; a repetition of their requests is done again."""
    for email in {email.lower() for email in emails}:
        idempotency.delete_with_text(db, account.id, email)
