"""What the upkeep of a data directory needs of its two stores, whatever their engines.

Both packages have a module that fits `StoreFiles`, and both of the open stores fit `Upkept`: so nothing here knows the
name or the make of a file.
"""

from pathlib import Path
from typing import Protocol

from tamis.columns.engine import files as columns_files
from tamis.domain.stores import StoreIdentity
from tamis.records.maintenance import files as records_files


class StoreFiles(Protocol):
    """How a store lies in a data directory, and in a backup: the records in each, the columns in those of before."""

    NAME: str
    """What its file in a backup is called."""

    def is_there(self, directory: Path) -> bool:
        """Return whether a directory has it."""
        ...

    def identify(self, directory: Path) -> StoreIdentity:
        """Return whose it is, and how far it goes; raises Unavailable where it is not whole."""
        ...

    def sizes(self, directory: Path) -> dict[str, int]:
        """Return the bytes of the files that hold it, by name."""
        ...

    def belongs(self, name: str) -> bool:
        """Return whether an entry of a data directory holds something of it."""
        ...

    def is_expected(self, name: str) -> bool:
        """Return whether an entry of a data directory is one that it makes and takes away by itself."""
        ...

    def list_quarantined(self, directory: Path) -> list[Path]:
        """List the files that were put aside because they could not be used."""
        ...


class Upkept(Protocol):
    """An open store, as far as its upkeep goes."""

    def rewrite(self) -> int | None:
        """Leave no trace of what was deleted in its files; returns up to which change that is so, or None where
        somebody's reading keeps some of it, or there is nothing yet."""
        ...


RECORDS: StoreFiles = records_files
COLUMNS: StoreFiles = columns_files
STORES = (RECORDS, COLUMNS)
