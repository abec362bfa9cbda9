"""How many contacts a type has, and how many of them have a value of each field."""

from collections.abc import Sequence

import duckdb

from tamis.columns.layout.contacts import column, table
from tamis.domain.fields import Field


def count_filled(con: duckdb.DuckDBPyConnection, type_id: int, fields: Sequence[Field]) -> tuple[int, list[int]]:
    """Count the contacts of a type, and for each of some fields those that have a value of it.

    Measured over a million contacts with 18 fields: one by one 18 ms, because DuckDB answers from what it knows of
    its blocks where a field is everywhere or nowhere filled in (0.3 ms); all in one scan 77 ms.
    """

    def counted(where: str) -> int:
        rows = con.execute(f"SELECT count(*) FROM {table(type_id)}{where}").fetchall()
        return int(rows[0][0])

    return counted(""), [counted(f" WHERE {column(field)} IS NOT NULL") for field in fields]
