"""The rows of a file as contacts, ready to be stored."""

from collections.abc import Iterator, Sequence

import duckdb

from tamis.workbench.addresses import Addresses
from tamis.workbench.cells import Part

Ready = tuple[str, str, str]
"""An address as it was written, its key, and the document of the values."""


def ready_rows(
    con: duckdb.DuckDBPyConnection, count: int, addresses: Addresses, parts: Sequence[Part], size: int
) -> Iterator[tuple[int, list[Ready]]]:
    """Give the rows that are to be stored in order, in batches made of at most `size` of the `count` rows of the file;
    before each batch, up to which row of the file it goes."""
    values = ", ".join(p.expression for p in parts)
    document = f"'{{' || substr(concat({values}), 2) || '}}'" if parts else "'{}'"
    joins = addresses.join + "".join(p.join for p in parts)
    query = (
        f"SELECT {addresses.email}, {addresses.key}, {document} FROM rows{joins} "
        "WHERE rows.rowid >= $1 AND rows.rowid < $2 AND rows.rowid NOT IN (SELECT n FROM left_out) ORDER BY rows.rowid"
    )
    for start in range(0, count, size):
        end = min(start + size, count)
        yield end, con.execute(query, [start, end]).fetchall()
