"""How many contacts a type has, and how many of them have a value of each field."""

from collections.abc import Sequence

import duckdb

from tamis.columns.layout import column, table
from tamis.domain.fields import Field


def count_filled(con: duckdb.DuckDBPyConnection, type_id: int, fields: Sequence[Field]) -> tuple[int, list[int]]:
    """Count the contacts of a type, and for each of some fields those that have a value of it, all in one scan."""
    asked = ", ".join(["count(*)", *(f"count({column(field)})" for field in fields)])
    total, *filled = con.execute(f"SELECT {asked} FROM {table(type_id)}").fetchall()[0]
    return int(total), [int(count) for count in filled]
