"""Staging Parquet files as rows of text cells."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tamis.domain.errors import Invalid, Problem
from tamis.domain.inference.declared_types import DeclaredType
from tamis.domain.inference.parquet_metadata import KEY, PARQUET_TYPES, parse_field_metadata
from tamis.domain.values.fields import Kind
from tamis.files.limits import (
    MOST_CELLS_A_PACKED_BYTE,
    MOST_COLUMNS,
    is_too_sparse,
)
from tamis.staging.connection import single_thread
from tamis.staging.delimited import SourceRow
from tamis.staging.handle import StagingDatabase
from tamis.staging.resource_errors import resource_error
from tamis.staging.sql import cursor, execute
from tamis.staging.typed_files import list_as_text, list_type, number_type, string_type

_KINDS = {
    "DATE": Kind.DATE, "BOOLEAN": Kind.BOOLEAN, "TIMESTAMP": Kind.DATETIME, "TIMESTAMP WITH TIME ZONE": Kind.DATETIME,
    "TIMESTAMP_NS": Kind.DATETIME, "TIMESTAMP_MS": Kind.DATETIME, "TIMESTAMP_S": Kind.DATETIME,
}  # fmt: skip
_FLOATS = ("FLOAT", "DOUBLE")
_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(.*\)|FLOAT|DOUBLE")
_NESTED = re.compile(r"(JSON|STRUCT|MAP|UNION|VARIANT).*|.*\[\d+\]|.*\]\[\]")


@dataclass(frozen=True, slots=True)
class StagedParquet:
    """The staged rows of a Parquet file, in its order; messages count them from 1.

    `types` are DuckDB's names of the column types; `exported` has the types of exported fields, by position, if Tamis
    wrote the file."""

    staging: StagingDatabase
    header: tuple[str, ...]
    count: int
    broken: dict[int, str]
    types: tuple[str, ...]
    exported: Mapping[int, DeclaredType]

    def locate(self, numbers: Iterable[int]) -> Iterator[SourceRow]:
        """Read rows by ascending numbers from 0."""
        yield from locate_rows(self.staging, numbers)

    @property
    def nested(self) -> frozenset[int]:
        """The columns of objects or lists of objects."""
        return frozenset(position for position, type_ in enumerate(self.types) if _NESTED.fullmatch(type_))

    def declared_types(self, positions: Collection[int]) -> dict[int, DeclaredType]:
        """Return the types of some columns, by position."""
        return {position: self._declared(position) for position in positions if position not in self.nested}

    def reject_nested(self, positions: Collection[int]) -> None:
        """Do nothing: a mapped column of objects holds each as JSON text."""

    def _declared(self, position: int) -> DeclaredType:
        type_ = self.types[position]
        if position in self.exported:
            return self.exported[position]
        if type_ in _KINDS:
            return DeclaredType(_KINDS[type_])
        if _NUMBER.fullmatch(type_):
            return number_type(self.staging, position, are_floats=type_ in _FLOATS)
        if type_.endswith("[]"):
            return list_type(self.staging, position)
        return string_type(self.staging, position, may_be_dates=False)


def stage_parquet(staging: StagingDatabase, path: Path, name: str, most: int | None = None) -> StagedParquet:
    """Stage a Parquet file, or its first `most` rows, as `rows`; messages call it `name`. Raises Invalid."""
    try:
        described = execute(staging, "DESCRIBE FROM read_parquet($1)", [str(path)]).fetchall()
        _refuse_too_large(staging, path, name, len(described))
        metadata = execute(
            staging, "SELECT value FROM parquet_kv_metadata($1) WHERE key = $2::BLOB", [str(path), KEY]
        ).fetchall()
        cells = ", ".join(f"nullif({_as_text(_quoted(row[0]), row[1])}, '') AS c{n}" for n, row in enumerate(described))
        with single_thread(staging):  # each thread would hold a piece of every column
            execute(staging, f"CREATE TABLE rows AS SELECT {cells} FROM read_parquet($1) LIMIT $2", [str(path), most])
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise
    except duckdb.NotImplementedException as error:
        raise Invalid([Problem(name, "parquet_not_readable", reason=_first_line(error))]) from None
    except duckdb.Error as error:
        if resource_error(error):
            raise
        raise Invalid([Problem(name, "parquet_not_whole")]) from None
    count = execute(staging, "SELECT count(*) FROM rows").fetchall()[0][0]
    types = tuple(str(row[1]) for row in described)
    header = tuple(str(row[0]).strip() for row in described)
    known = parse_field_metadata(metadata[0][0]) if metadata else {}
    exported = {
        p: known[name] for p, name in enumerate(header) if name in known and _has_exported_type(types[p], known[name])
    }
    return StagedParquet(staging, header, int(count), {}, types, exported)


def _refuse_too_large(staging: StagingDatabase, path: Path, name: str, columns: int) -> None:
    """Raise Invalid when the footer declares too many rows or columns, before any cell is read."""
    if columns > MOST_COLUMNS:
        raise Invalid([Problem(name, "too_many_columns", most=MOST_COLUMNS)])
    rows: int = execute(staging, "SELECT num_rows FROM parquet_file_metadata($1)", [str(path)]).fetchall()[0][0]
    if is_too_sparse(rows, columns, path.stat().st_size, MOST_CELLS_A_PACKED_BYTE):
        raise Invalid([Problem(name, "table_too_sparse", columns=columns, rows=rows)])


def _first_line(error: duckdb.Error) -> str:
    return str(error).partition("\n")[0].partition(": ")[2]


def _has_exported_type(type_: str, declared: DeclaredType) -> bool:
    """Return whether a column still has the type with which Tamis exported it."""
    return PARQUET_TYPES[declared.kind] == type_


def locate_rows(staging: StagingDatabase, numbers: Iterable[int], lines: str = "r.rowid + 1") -> Iterator[SourceRow]:
    """Read some of `rows` with their line numbers in the file."""
    execute(staging, "CREATE OR REPLACE TABLE wanted AS SELECT unnest($1::BIGINT[]) AS n", [list(numbers)])
    with cursor(staging) as reading:
        reading.execute(f"SELECT r.rowid, {lines}, r.* FROM rows r JOIN wanted w ON w.n = r.rowid ORDER BY r.rowid")
        while rows := reading.fetchmany(1_000):
            for number, line, *cells in rows:
                yield SourceRow(number, line, ["" if cell is None else cell for cell in cells])


def _as_text(column: str, type_: str) -> str:
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({column}))::VARCHAR || 'Z'"
    if type_ == "TIMESTAMP_NS":
        return f"{column}::TIMESTAMP::VARCHAR"
    if _NESTED.fullmatch(type_):
        return f"to_json({column})::VARCHAR"
    if type_.endswith("[]"):
        return list_as_text(f"{column}::VARCHAR[]")
    if type_ in _FLOATS:
        return f"CASE WHEN NOT isnan({column}) THEN {column}::VARCHAR END"  # some files mean a missing value by it
    return f"{column}::VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
