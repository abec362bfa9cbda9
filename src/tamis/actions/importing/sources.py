"""The kinds of files that contacts come in, each laid out as rows of text cells on the workbench."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from tamis.actions.batches import one_ahead
from tamis.actions.importing.report import Progress
from tamis.files.delimited import open_delimited
from tamis.files.header import read_header
from tamis.files.layout import Layout
from tamis.files.source import STANDARD_INPUT, open_source
from tamis.workbench.ndjson import stage_ndjson
from tamis.workbench.parquet import stage_parquet
from tamis.workbench.staging import Located, Staging
from tamis.workbench.typed import UNTYPED, Typed

FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}
READING = "Reading"


class Staged(Protocol):
    """A file as rows: how many there are, which of them have no cells, and where they stand in the file."""

    @property
    def count(self) -> int: ...

    @property
    def broken(self) -> dict[int, str]: ...

    def locate(self, numbers: Iterable[int]) -> Iterator[Located]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A file on the workbench. No two columns of its header have the same name, but for blank ones; `is_spreadsheet`
    tells that its text may have been made harmless for one, `layout` how a delimited file is written, `typed` what a
    file with types of its own says of its columns."""

    header: tuple[str, ...]
    staged: Staged
    notices: tuple[str, ...]
    is_spreadsheet: bool
    layout: Layout | None = None
    typed: Typed = UNTYPED


def format_of(name: str, chosen: str | None) -> str:
    """Tell the format of a file: the chosen one, else that of its ending, else CSV."""
    if chosen:
        return chosen
    return FORMATS.get(Path(name.lower().removesuffix(".gz")).suffix, "csv")


def name_of(path: Path) -> str:
    """Call a file for people."""
    return "standard input" if path == STANDARD_INPUT else path.name


def stage(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    format_: str,
    spool: Path,
    is_header: Callable[[Sequence[str]], bool],
    progress: Progress,
    known_as: str | None = None,
    *,
    most: int | None = None,
) -> Source:
    """Lay a file out on the workbench; raises Invalid when nothing of it can be taken. People know it by `known_as`, or
    else by its path. Of a Parquet file `most` rows are taken, which others are cut to before."""
    if format_ == "parquet":
        parquet = stage_parquet(con, open_source(path, spool, known_as).path, known_as or name_of(path), most)
        names, notices = read_header(parquet.header)
        return Source(names, parquet, notices, is_spreadsheet=False, typed=parquet)
    if format_ == "ndjson":
        file = open_source(path, spool, known_as)
        name = known_as or name_of(path)
        objects = stage_ndjson(con, file.blocks(), name, lambda: progress(READING, file.position, file.size))
        names, notices = read_header(objects.header)
        return Source(names, objects, (*file.notices, *notices), is_spreadsheet=False, typed=objects)
    delimited = open_delimited(path, spool, is_header, known_as)
    layout = delimited.layout
    staging = Staging(con, len(layout.header), layout.delimiter)
    for chunk in one_ahead(delimited.chunks()):
        staging.add(chunk)
        progress(READING, delimited.position, delimited.size)
    staging.finish()
    return Source(layout.header, staging, layout.notices, is_spreadsheet=True, layout=layout)
