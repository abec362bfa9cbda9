"""Coroutines in an event loop of their own."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_thread = ThreadPoolExecutor(1)


def run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in one thread for all: tests in Chromium leave a running event loop in this one."""
    return _thread.submit(lambda: asyncio.run(coroutine)).result()
