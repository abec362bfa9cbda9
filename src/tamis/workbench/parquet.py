"""A Parquet file as rows of text cells."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import SEPARATOR
from tamis.workbench.staging import Located


@dataclass(frozen=True, slots=True)
class StagedParquet:
    """The rows of a Parquet file, which are numbered as in it, from 1 for people."""

    con: duckdb.DuckDBPyConnection
    header: tuple[str, ...]
    count: int
    broken: dict[int, str]

    def locate(self, numbers: Iterable[int]) -> Iterator[Located]:
        """Give the cells of some rows, by ascending numbers from 0."""
        yield from located_in_rows(self.con, numbers)


def stage_parquet(con: duckdb.DuckDBPyConnection, path: Path, name: str, most: int | None = None) -> StagedParquet:
    """Make `rows` of a Parquet file, or of the first `most` of its rows, called `name` in what people are told; raises
    Invalid."""
    try:
        described = con.execute("DESCRIBE FROM read_parquet($1)", [str(path)]).fetchall()
        cells = ", ".join(f"nullif({_as_text(_quoted(row[0]), row[1])}, '') AS c{n}" for n, row in enumerate(described))
        con.execute(f"CREATE TABLE rows AS SELECT {cells} FROM read_parquet($1) LIMIT $2", [str(path), most])
    except duckdb.Error:
        raise Invalid([Problem(name, "is not a whole Parquet file")]) from None
    count = con.execute("SELECT count(*) FROM rows").fetchall()[0][0]
    return StagedParquet(con, tuple(str(row[0]).strip() for row in described), int(count), {})


def located_in_rows(
    con: duckdb.DuckDBPyConnection, numbers: Iterable[int], lines: str = "r.rowid + 1"
) -> Iterator[Located]:
    """Give the cells of some of `rows`, and the lines on which they stood."""
    con.execute("CREATE OR REPLACE TABLE wanted AS SELECT unnest($1::BIGINT[]) AS n", [list(numbers)])
    with con.cursor() as reading:
        reading.execute(f"SELECT r.rowid, {lines}, r.* FROM rows r JOIN wanted w ON w.n = r.rowid ORDER BY r.rowid")
        while rows := reading.fetchmany(1_000):
            for number, line, *cells in rows:
                yield Located(number, line, ["" if cell is None else cell for cell in cells])


def _as_text(column: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({column}))::VARCHAR || 'Z'"
    if kind.endswith("[]") and not kind.startswith(("STRUCT", "MAP")) and kind.count("[") == 1:
        return f"array_to_string({column}, '{SEPARATOR} ')"
    if kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]"):
        return f"to_json({column})::VARCHAR"
    return f"{column}::VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
