"""Batches as bodies of newline-delimited JSON: stored chunk by chunk, and continued where an earlier request ended."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.response import Stream

from tamis.actions.idempotency import find_chunk, run_chunk_once
from tamis.actions.lookups import Transaction
from tamis.domain.errors import Invalid, Problem
from tamis.web.api.body import JSON_TYPES, UnreadableBody, media_type_of, parse_json, require_uncompressed
from tamis.web.api.calls import Call
from tamis.web.api.contact_writes.batch_results import BatchResults
from tamis.web.api.contact_writes.ndjson import MAX_LINE_BYTES, MEDIA_TYPE, LineChunk, LineChunks
from tamis.web.api.schemas.batches import StoredResult

Results = list[StoredResult]
ApiRequest = Request[Any, Any, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchAction(Generic[T]):
    """What is done with the items of a batch: they are parsed before the writer's turn, and stored in it. An item that
    is not JSON is a tuple of problems."""

    parse: Callable[[Sequence[object]], T]
    store: Callable[[Transaction, datetime, T], Results]


def has_lines(request: ApiRequest) -> bool:
    """Return whether a batch comes as lines rather than as one document; raises HTTPException for anything else."""
    require_uncompressed(request.headers)
    media_type = media_type_of(request.headers.get("content-type", ""))
    if media_type != MEDIA_TYPE and media_type not in JSON_TYPES:
        raise HTTPException(status_code=415, detail=f"Send the body as application/json or {MEDIA_TYPE}.")
    return media_type == MEDIA_TYPE


async def write_lines(call: Call, request: ApiRequest, results: BatchResults, action: BatchAction[T]) -> Response[Any]:
    """Store the lines of a request's body, and answer with the results of all of them."""
    chunks = LineChunks()
    try:
        async for data in _parts(request):
            for chunk in chunks.add(data):
                results.add(await _store_chunk(call, chunk, action))
        for chunk in chunks.finish():
            results.add(await _store_chunk(call, chunk, action))
    except BaseException:
        results.close()
        raise
    return Stream(results.stream(), media_type="application/json")


async def _store_chunk(call: Call, chunk: LineChunk, action: BatchAction[T]) -> Results:
    """Store a chunk, unless an earlier request with the same key has; raises Invalid if that had another body."""
    if not chunk.lines and not call.idempotent:
        return []
    known = call.idempotent and find_chunk(call.records, call.idempotent, chunk.number, call.services.clock())
    if known and known.digest != chunk.digest:
        raise Invalid([Problem("Idempotency-Key", "idempotency_key_of_another_request")])
    if known:
        return msgspec.json.decode(known.results, type=Results)
    parsed = await call.read(lambda: action.parse(_parse_lines(chunk.lines)))

    def store(db: Transaction, now: datetime) -> bytes:
        return msgspec.json.encode(action.store(db, now, parsed))

    stored = await call.write(run_chunk_once, call.idempotent, chunk.number, chunk.digest, store)
    return msgspec.json.decode(stored, type=Results)


def _parse_lines(lines: Sequence[bytes | None]) -> list[object]:
    """Parse lines, and return the problem of each that is no JSON in its place."""
    return [
        (Problem("", "line_too_long", most=MAX_LINE_BYTES),) if line is None else _parse_line(line) for line in lines
    ]


def _parse_line(line: bytes) -> object:
    try:
        return parse_json(line, called="line")
    except UnreadableBody as error:
        return (Problem("", "line_not_valid", reason=str(error)),)


async def _parts(request: ApiRequest) -> AsyncIterator[bytes]:
    try:
        async for data in request.stream():
            yield data
    except InternalServerException:  # by which Litestar says that the client has disconnected
        raise HTTPException(status_code=400, detail="The client closed the connection.") from None
