"""Requests with an idempotency key: what identifies them, the outcome of their write, and their answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import run, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("idempotency")
HeaderList = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request of an account with an idempotency key, and the fingerprint of its call and body."""

    account_id: int
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a request."""

    status: int
    headers: HeaderList
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """What is stored of a request; the outcome is JSON, and the answer is None while it is not complete."""

    fingerprint: bytes
    created_at: datetime
    outcome: bytes | None
    answer: StoredAnswer | None


class StoredChunk(NamedTuple):
    """What is stored of a chunk of a streamed request: the digest of the body up to its end, and its results as JSON,
    one for each item."""

    digest: bytes
    results: bytes


def find(db: Reader, account_id: int, key: str) -> StoredRequest | None:
    """Find the request of an account with a key."""
    return select_one(db, _stored, SQL["find"], (account_id, key))


def store_outcome(db: Transaction, request: IdempotentRequest, outcome: bytes, now: datetime) -> None:
    """Store the outcome of a request's write, in the transaction of the write."""
    run(db, SQL["store_outcome"], (request.account_id, request.key, request.fingerprint, to_micros(now), outcome))


def store_answer(db: Transaction, request: IdempotentRequest, answer: StoredAnswer, now: datetime) -> None:
    """Store the answer to a request."""
    headers = msgspec.json.encode(answer.headers).decode()
    identity = (request.account_id, request.key, request.fingerprint, to_micros(now))
    run(db, SQL["store_answer"], (*identity, answer.status, headers, answer.body))


def find_chunk(db: Reader, request: IdempotentRequest, number: int, since: datetime) -> StoredChunk | None:
    """Find what is stored of a chunk of a streamed request after an instant."""
    return select_one(db, StoredChunk, SQL["find_chunk"], (request.account_id, request.key, number, to_micros(since)))


def store_chunk(db: Transaction, request: IdempotentRequest, number: int, chunk: StoredChunk, now: datetime) -> None:
    """Store the results of a chunk of a streamed request, in the transaction of its write."""
    row = (request.account_id, request.key, number, chunk.digest, chunk.results, to_micros(now))
    run(db, SQL["store_chunk"], row)


def delete_chunks(db: Transaction, request: IdempotentRequest) -> None:
    """Delete what is stored of the chunks of a streamed request."""
    run(db, SQL["delete_chunks"], (request.account_id, request.key))


def delete_before(db: Transaction, before: datetime) -> None:
    """Delete the requests older than an instant."""
    run(db, SQL["delete_before"], (to_micros(before),))
    run(db, SQL["delete_chunks_before"], (to_micros(before),))


def delete_with_text(db: Transaction, account_id: int, text: str) -> int:
    """Delete the requests of an account whose outcome or answer contains a text; return how many."""
    run(db, SQL["delete_chunks_with_text"], (account_id, text.lower().encode()))
    return run(db, SQL["delete_with_text"], (account_id, text.lower().encode(), text.lower().encode()))


def _stored(
    fingerprint: bytes, created_at: int, outcome: bytes | None, status: int | None, headers: str | None, body: bytes
) -> StoredRequest:
    answer = None
    if status is not None and headers is not None:
        answer = StoredAnswer(status, msgspec.json.decode(headers, type=HeaderList), body)
    return StoredRequest(fingerprint, from_micros(created_at), outcome, answer)
