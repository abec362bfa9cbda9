"""How many files and connections the process may have open."""

import logging
import resource

from tamis import log

RESERVED_DESCRIPTORS = 128
"""Handles that are kept for files: both stores, imports, uploads, exports."""


def raise_descriptor_limit() -> int | None:
    """Raise the limit of open handles as far as the system lets us, and return it; None is no limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return None if hard == resource.RLIM_INFINITY else hard


def connection_capacity(handles: int | None, wanted: int) -> int:
    """Return for how many connections there are handles beside those of files, at most as many as are wanted."""
    if handles is None:
        return wanted
    possible = max(handles - max(RESERVED_DESCRIPTORS, handles // 8), handles // 4, 1)
    if possible < wanted:
        log.event(
            "connections_limited_by_handles", level=logging.WARNING, handles=handles, wanted=wanted, possible=possible
        )
    return min(possible, wanted)
