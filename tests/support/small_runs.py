"""Sizes with which a few hundred events do what millions do with the real ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tamis.records.events import write
from tamis.records.events.sealed import merging, removals, runs, sealing, upkeep
from tamis.records.events.sealed import small_runs as small_runs_module

SIZES = (
    (sealing, "MAX_ROWS", 20),
    (sealing, "ROWS_PER_STEP", 7),
    (sealing, "NEWEST_KEPT", 2),
    (runs, "BLOCK_CHARACTERS", 150),
    (runs, "FILTERED_EVENTS", 6),
    (runs, "BLOCKS_PER_PAGE", 2),
    (merging, "SMALLEST_RUN", 10),
    (merging, "RUNS_PER_MERGE", 2),
    (merging, "MOST_OF_LOWEST", 4),
    (merging, "MOST_SMALL_RUNS", 3),
    (merging, "EVENTS_OF_SMALL_RUNS", 50),
    (merging, "BLOCKS_PER_STEP", 4),
    (upkeep, "SMALL_RUN", 40),
    (small_runs_module, "MAX_KNOWN_RUNS", 3),
    (small_runs_module, "MAX_KNOWN_EVENTS", 60),
    (removals, "CONTACTS_PER_STEP", 2),
    (removals, "BLOCKS_PER_STEP", 2),
    (write, "ROWS_PER_CALL", 12),
    (write, "NEWEST_AS_ROWS", 3),
)


@contextmanager
def small_runs() -> Iterator[None]:
    """Let rows be sealed and runs be merged with few events during a block."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in SIZES:
            patch.setattr(module, name, value)
        yield
