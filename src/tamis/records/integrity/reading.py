"""A connection for reading, on which damage is one error, wherever a statement meets it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from tamis.records.integrity.checksums import VFS
from tamis.records.integrity.health import FileHealth, is_damage


class ReadingConnection(apsw.Connection):
    """Raises Damaged, and notes it, where SQLite finds that a page is not what was written to it."""

    def __init__(self, path: Path, health: FileHealth) -> None:
        super().__init__(str(path), vfs=VFS)
        self.health = health
        self.cursor_factory = ReadingCursor  # type: ignore[assignment]  # it is called with this connection

    def pragma(self, *arguments: Any, **named: Any) -> Any:
        """Read a pragma."""
        try:
            return super().pragma(*arguments, **named)
        except apsw.Error as error:
            raise in_words(error, self.health) from error


class ReadingCursor(apsw.Cursor):
    """The rows of a statement; a page may turn out to be damaged at each of them."""

    def __init__(self, connection: ReadingConnection) -> None:
        super().__init__(connection)
        self._health = connection.health

    def execute(self, *arguments: Any, **named: Any) -> "ReadingCursor":
        """Begin a statement."""
        try:
            super().execute(*arguments, **named)
        except apsw.Error as error:
            raise in_words(error, self._health) from error
        return self

    def fetchall(self) -> list[Any]:
        """Return all rows."""
        try:
            return list(iter(super().__next__, None))
        except apsw.Error as error:
            raise in_words(error, self._health) from error

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # a generator costs less than a method for each row
        """Return the rows one by one."""
        try:
            yield from iter(super().__next__, None)
        except apsw.Error as error:
            raise in_words(error, self._health) from error


def in_words(error: apsw.Error, health: FileHealth) -> Exception:
    """Return what to raise for an error: Damaged where it is damage, else the error itself."""
    return health.note(str(error)) if is_damage(error) else error
