"""The input and output of the two clients: the only code that exists twice, once blocking and once asynchronous."""

import asyncio
import os
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import httpx

from tamis.client.ndjson import R, Stream, StreamedBatches
from tamis.client.request import Page, Request, next_page
from tamis.client.retries import Attempts, RetryPolicy

T = TypeVar("T")
CHUNK_BYTES = 262_144


class SyncSender:
    """Sends requests, and blocks until their answers are there."""

    def __init__(self, http: httpx.Client, policy: RetryPolicy) -> None:
        self.http = http
        self._policy = policy

    def send(self, request: Request[T], *, forever: bool = False) -> T:
        """Send a request, repeatedly where that helps; raises ApiError."""
        return self._run(request, lambda response: _decoded(request, response, response.read()), forever)

    def download(self, request: Request[bytes], target: Path) -> int:
        """Write the body of an answer to a file, which gets its name when it is complete; returns its size."""

        def write(response: httpx.Response) -> int:
            with _Download(target) as download:
                for chunk in response.iter_bytes():
                    download.write(chunk)
            return download.size

        return self._run(request, write)

    def stream(self, stream: Stream[R]) -> R:
        """Send items of any number, and return the sums and what was rejected."""
        if not isinstance(stream.items, Iterable):
            raise TypeError("Tamis takes an iterable; AsyncTamis also takes an asynchronous one")
        batches = StreamedBatches(stream)
        for item in stream.items:
            if batches.add(item):
                batches.take(self.send(batches.request()))
        if not batches.is_empty:
            batches.take(self.send(batches.request()))
        return batches.result()

    def _run(self, request: Request[Any], consume: Callable[[httpx.Response], T], forever: bool = False) -> T:
        attempts = Attempts(request, self._policy, forever=forever)
        while True:
            try:
                content = _chunks(request.file) if request.file else request.content
                with self.http.stream(content=content, **_arguments(self.http, request, attempts)) as response:
                    if response.is_success or attempts.was_deleted(response.status_code):
                        return consume(response)
                    pause = attempts.pause_after_response(response.status_code, response.headers, response.read())
            except httpx.TransportError as failure:
                pause = attempts.pause_after_failure(failure)
            time.sleep(pause)


class AsyncSender:
    """Sends requests in an event loop."""

    def __init__(self, http: httpx.AsyncClient, policy: RetryPolicy) -> None:
        self.http = http
        self._policy = policy

    async def send(self, request: Request[T], *, forever: bool = False) -> T:
        """Send a request, repeatedly where that helps; raises ApiError."""

        async def consume(response: httpx.Response) -> T:
            return _decoded(request, response, await response.aread())

        return await self._run(request, consume, forever)

    async def download(self, request: Request[bytes], target: Path) -> int:
        """Write the body of an answer to a file, which gets its name when it is complete; returns its size."""

        async def write(response: httpx.Response) -> int:
            with _Download(target) as download:
                async for chunk in response.aiter_bytes():
                    download.write(chunk)
            return download.size

        return await self._run(request, write)

    async def stream(self, stream: Stream[R]) -> R:
        """Send items of any number, and return the sums and what was rejected."""
        batches = StreamedBatches(stream)
        async for item in _asynchronous(stream.items):
            if batches.add(item):
                batches.take(await self.send(batches.request()))
        if not batches.is_empty:
            batches.take(await self.send(batches.request()))
        return batches.result()

    async def _run(
        self, request: Request[Any], consume: Callable[[httpx.Response], Awaitable[T]], forever: bool = False
    ) -> T:
        attempts = Attempts(request, self._policy, forever=forever)
        while True:
            try:
                content = _asynchronous(_chunks(request.file)) if request.file else request.content
                async with self.http.stream(content=content, **_arguments(self.http, request, attempts)) as response:
                    if response.is_success or attempts.was_deleted(response.status_code):
                        return await consume(response)
                    body = await response.aread()
                    pause = attempts.pause_after_response(response.status_code, response.headers, body)
            except httpx.TransportError as failure:
                pause = attempts.pause_after_failure(failure)
            await asyncio.sleep(pause)


class Pages(Generic[T]):
    """A list that is fetched page by page while it is iterated."""

    def __init__(self, sender: SyncSender, first: Request[Page[T]]) -> None:
        self._sender = sender
        self._first = first

    def __iter__(self) -> Iterator[T]:
        request: Request[Page[T]] | None = self._first
        while request:
            page = self._sender.send(request)
            yield from page.data
            request = next_page(request, page)

    def page(self) -> Page[T]:
        """Fetch the first page alone, or that of the `cursor`."""
        return self._sender.send(self._first)


class AsyncPages(Generic[T]):
    """A list that is fetched page by page while it is iterated."""

    def __init__(self, sender: AsyncSender, first: Request[Page[T]]) -> None:
        self._sender = sender
        self._first = first

    async def __aiter__(self) -> AsyncIterator[T]:
        request: Request[Page[T]] | None = self._first
        while request:
            page = await self._sender.send(request)
            for item in page.data:
                yield item
            request = next_page(request, page)

    async def page(self) -> Page[T]:
        """Fetch the first page alone, or that of the `cursor`."""
        return await self._sender.send(self._first)


class _Download:
    """A file that is written under another name, which it loses when the block ends without an error."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        self.size = 0

    def __enter__(self) -> "_Download":
        self._file = self._partial.open("wb")
        return self

    def write(self, chunk: bytes) -> None:
        """Append a chunk."""
        self.size += self._file.write(chunk)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._partial.replace(self._target)
        else:
            self._partial.unlink(missing_ok=True)


def _arguments(http: httpx.Client | httpx.AsyncClient, request: Request[Any], attempts: Attempts) -> dict[str, Any]:
    timeout = httpx.Timeout(http.timeout)
    if timeout.read is not None:
        timeout.read += request.wait
    return {
        "method": request.method,
        "url": f"/v1{request.path}",
        "params": request.parameters(),
        "headers": attempts.headers,
        "timeout": timeout,
    }


def _decoded(request: Request[T], response: httpx.Response, body: bytes) -> T:
    """Read an answer; one that says that a deleted object is not there has nothing to read."""
    return request.decode(response.status_code, response.headers, b"" if response.is_error else body)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            yield chunk


async def _asynchronous(items: Iterable[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
