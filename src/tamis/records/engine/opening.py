"""Open the records on their engine."""

from collections.abc import Callable
from pathlib import Path

from tamis.domain.errors import Refused, Unavailable
from tamis.records.engine.interface import Engine
from tamis.records.engine.sqlite.database import FILE_NAME
from tamis.records.engine.sqlite.engine import SqliteEngine
from tamis.records.engine.store import Records

ELSEWHERE = "records-in-postgresql"
"""The file that says so of a data directory: a command that is not told the URL must not begin with empty records."""


def open_records(
    directory: Path,
    url: str = "",
    *,
    accepts_loss: bool = False,
    require_unused: Callable[[], None] = lambda: None,
    committed: Callable[[], None] = lambda: None,
) -> Records:
    """Open the records in a data directory, or in the PostgreSQL database of a URL if there is one, and migrate them to
    the newest schema.

    A migration first calls `require_unused`, which may raise. Raises Refused, Unavailable, and Damaged if acknowledged
    writes are missing, unless `accepts_loss`.
    """
    elsewhere = directory / ELSEWHERE
    if url:
        if (directory / FILE_NAME).exists():
            raise Refused("records_are_in_directory", directory=str(directory))
        engine = _postgresql(url)
        elsewhere.touch(mode=0o600)
        return Records(engine, committed=committed)
    if elsewhere.exists():
        raise Refused("records_are_on_server", directory=str(directory))
    file = SqliteEngine(directory, accepts_loss=accepts_loss, require_unused=require_unused)
    return Records(file, committed=committed)


def _postgresql(url: str) -> Engine:
    try:
        from tamis.records.engine.postgresql.engine import PostgresEngine
    except ImportError:
        raise Unavailable("records_driver_missing") from None
    return PostgresEngine(url)
