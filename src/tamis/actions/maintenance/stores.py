"""What the maintenance of a data directory needs from its two stores, whatever their engines.

Both packages have a module that implements `StoreFiles`, and both open stores implement `RewritableStore`, so nothing
here depends on the names or formats of files.
"""

from pathlib import Path
from typing import Protocol

from tamis.columns.engine import files as columns_files
from tamis.domain.stores import StoreIdentity
from tamis.records.maintenance import files as records_files


class StoreFiles(Protocol):
    """The files of a store in a data directory or a backup. Only old backups contain the columns."""

    NAME: str
    """The name of its file in a backup."""

    def is_there(self, directory: Path) -> bool:
        """Return whether a directory contains the store."""
        ...

    def identify(self, directory: Path) -> StoreIdentity:
        """Return the identity and last change of the store; raises Unavailable if it is damaged."""
        ...

    def sizes(self, directory: Path) -> dict[str, int]:
        """Return the sizes of its files in bytes, by name."""
        ...

    def belongs(self, name: str) -> bool:
        """Return whether an entry of a data directory belongs to the store."""
        ...

    def is_expected(self, name: str) -> bool:
        """Return whether the store creates and removes an entry of a data directory itself."""
        ...

    def list_quarantined(self, directory: Path) -> list[Path]:
        """List the files that were quarantined because they could not be used."""
        ...


class RewritableStore(Protocol):
    """An open store that can rewrite its files."""

    def rewrite(self) -> int | None:
        """Rewrite its files without any trace of deleted data; return the last change for which that is done, or None
        if a reader still needs the old data, or the store is empty."""
        ...


RECORDS: StoreFiles = records_files
COLUMNS: StoreFiles = columns_files
STORES = (RECORDS, COLUMNS)
