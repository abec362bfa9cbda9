"""Opening files and reading their records."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tamis.files.chunks import CHUNK_BYTES
from tamis.files.delimited import DelimitedFile, open_delimited
from tamis.files.encodings.encoding import find_encoding
from tamis.files.layout import Layout
from tamis.files.records import Record, read_records
from tamis.files.source import open_source


def names_an_address(cells: Sequence[str]) -> bool:
    """Return whether a record names an e-mail column."""
    return any(cell.lower() in {"email", "e-mail"} for cell in cells)


@dataclass
class Opened:
    """What a file was found to hold."""

    layout: Layout
    records: list[Record]
    chunks: int
    plain: int

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the records."""
        return [record.cells for record in self.records]


def opened(path: Path, spool: Path, wanted: str | None = None, chunk_bytes: int = CHUNK_BYTES) -> DelimitedFile:
    """Open a delimited file, in the encoding that is wanted, else in that found out."""
    source = open_source(path, spool)
    return open_delimited(source, find_encoding(source, wanted), spool, names_an_address, chunk_bytes=chunk_bytes)


@dataclass
class Reader:
    """Opens files."""

    directory: Path

    def open(self, content: bytes | Path, chunk_bytes: int = CHUNK_BYTES, wanted: str | None = None) -> Opened:
        """Read all of a file, given by its path or its content."""
        path = content if isinstance(content, Path) else self.directory / "people.csv"
        if isinstance(content, bytes):
            path.write_bytes(content)
        spool = self.directory / "spool"
        spool.mkdir(exist_ok=True)
        records: list[Record] = []
        file = opened(path, spool, wanted, chunk_bytes)
        chunks = list(file.chunks())
        assert file.position == file.size
        for chunk in chunks:
            text = chunk.path.read_bytes().decode()
            records += read_records(text, file.layout.delimiter, chunk.first_line)
        return Opened(file.layout, records, len(chunks), sum(chunk.is_strict for chunk in chunks))


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)
