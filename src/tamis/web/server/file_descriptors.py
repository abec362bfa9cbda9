"""The number of files and connections that the process may have open."""

import logging
import resource

from tamis import log

RESERVED_DESCRIPTORS = 128
"""Descriptors reserved for files: both stores, imports, uploads, exports."""


def raise_descriptor_limit() -> int | None:
    """Raise the limit of open file descriptors as far as the system allows, and return it; None is no limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return None if hard == resource.RLIM_INFINITY else hard


def connection_capacity(handles: int | None, wanted: int) -> int:
    """Return how many connections fit beside the reserved descriptors, at most as many as wanted."""
    if handles is None:
        return wanted
    possible = max(handles - max(RESERVED_DESCRIPTORS, handles // 8), handles // 4, 1)
    if possible < wanted:
        log.event(
            "connections_limited_by_handles", level=logging.WARNING, handles=handles, wanted=wanted, possible=possible
        )
    return min(possible, wanted)
