"""Changes to the records without Tamis: through SQLite alone, but with the checksums of their pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from tamis.records.engine.sqlite.database import FILE_NAME, connect
from tamis.records.handles import Reader, connection_of


@contextmanager
def records_of(data: Path) -> Iterator[apsw.Connection]:
    """Open the file of a data directory for a block, with nothing that would refuse a fault that is to be planted."""
    db = connect(data / FILE_NAME)
    db.execute("PRAGMA foreign_keys = OFF").fetchall()
    try:
        yield db
    finally:
        db.close()


def sqlite_of(reader: Reader) -> apsw.Connection:
    """Return the connection of a handle whose records are in a SQLite file."""
    connection = connection_of(reader)
    assert isinstance(connection, apsw.Connection)
    return connection
