"""Memory that was freed goes back to the system: otherwise the C library keeps what a rush has taken."""

import ctypes
import threading
from collections.abc import Callable

EVERY_SECONDS = 10.0


def give_back_freed(stop: threading.Event) -> None:
    """Return freed memory to the system every few seconds, until told to stop; only with glibc, others do so by
    themselves."""
    trim = _trim()
    while trim and not stop.wait(EVERY_SECONDS):
        trim(0)  # lets other threads of Python go on meanwhile


def _trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return trim
