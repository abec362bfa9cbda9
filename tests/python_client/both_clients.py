"""The same use of both clients."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from tamis.client import AsyncTamis, RetryPolicy, Tamis
from tamis.client.senders import Pages
from tests.support.event_loop import run_coroutine

Use = Callable[[Any], Any]
QUICK = RetryPolicy(first_pause=0.001, longest_pause=0.002)
NAMES = ("Tamis", "AsyncTamis")


def use_client(name: str, url: str, secret_key: str, function: Use) -> Any:
    """Run a function with a client, and return what it returns: awaited, and all pages as a list."""
    if name == "Tamis":
        with Tamis(url, secret_key, retries=QUICK) as client:
            found = function(client)
            return list(found) if isinstance(found, Pages | Iterator) else found

    async def run() -> Any:
        async with AsyncTamis(url, secret_key, retries=QUICK) as client:
            found = function(client)
            if isinstance(found, Awaitable):
                return await found
            return [item async for item in found] if hasattr(found, "__aiter__") else found

    return run_coroutine(run())
