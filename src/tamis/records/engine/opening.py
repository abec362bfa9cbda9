"""Open the records on their engine."""

from collections.abc import Callable
from pathlib import Path

from tamis.records.engine.sqlite.engine import SqliteEngine
from tamis.records.engine.store import Records


def open_records(
    directory: Path,
    *,
    accepts_loss: bool = False,
    require_unused: Callable[[], None] = lambda: None,
    committed: Callable[[], None] = lambda: None,
) -> Records:
    """Open the records of a data directory, and migrate them to the newest schema.

    A migration first calls `require_unused`, which may raise. Raises Unavailable, and Damaged if acknowledged writes
    are missing, unless `accepts_loss`.
    """
    engine = SqliteEngine(directory, accepts_loss=accepts_loss, require_unused=require_unused)
    return Records(engine, committed=committed)
