"""Returning freed memory to the system: the C library would otherwise keep what a peak has taken."""

import ctypes
import threading
from collections.abc import Callable

INTERVAL_SECONDS = 10.0


def trim_memory_periodically(stop: threading.Event) -> None:
    """Return freed memory to the system every few seconds until `stop` is set. Only glibc needs this."""
    trim = _trim()
    while trim and not stop.wait(INTERVAL_SECONDS):
        trim(0)  # releases the interpreter lock


def _trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return trim
