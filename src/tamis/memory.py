"""Memory that was freed goes back to the system: otherwise the C library keeps what a rush has taken."""

import ctypes
import threading
from collections.abc import Callable

INTERVAL_SECONDS = 10.0


def trim_memory_periodically(stop: threading.Event) -> None:
    """Return freed memory to the system every few seconds, until told to stop; only with glibc, others do so by
    themselves."""
    trim = _trim()
    while trim and not stop.wait(INTERVAL_SECONDS):
        trim(0)  # lets other threads of Python go on meanwhile


def _trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return trim
