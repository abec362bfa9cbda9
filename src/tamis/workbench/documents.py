"""The rows of a file as contacts, ready to be stored."""

from collections.abc import Iterator, Sequence

import duckdb

from tamis.workbench.addresses import Addresses
from tamis.workbench.cells import Part

CELLS_A_MERGE = 1_000_000
"""Of so many cells at most a merge of rows is kept in memory at once."""

Ready = tuple[str, str, str]
"""An address as it was written, its key, and the document of the values."""


def merge_repeats(con: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> bool:
    """Make `merged` of the rows in `repeats`: for each address the document that its rows say one after the other,
    where a later row wins and a blank cell says nothing; return whether there is any."""
    lasts = [row[0] for row in con.execute("SELECT DISTINCT last FROM repeats ORDER BY last").fetchall()]
    con.execute("CREATE TABLE merged (n BIGINT, document VARCHAR)")
    if not lasts or not parts:
        return False
    said = ", ".join(f"{part.expression} AS p{place}" for place, part in enumerate(parts))
    joins = "".join(part.join for part in parts)
    latest = ", ".join(f"arg_max(p{place}, n)" for place in range(len(parts)))  # passes over what is null
    query = (
        f"INSERT INTO merged SELECT last, {_document(latest)} FROM (SELECT r.last, r.n, {said} FROM repeats r "
        f"JOIN rows ON rows.rowid = r.n{joins} WHERE r.last BETWEEN $1 AND $2) GROUP BY last"
    )
    size = max(CELLS_A_MERGE // len(parts), 1)
    for start in range(0, len(lasts), size):
        some = lasts[start : start + size]
        con.execute(query, [some[0], some[-1]])
    return True


def ready_rows(
    con: duckdb.DuckDBPyConnection,
    count: int,
    addresses: Addresses,
    parts: Sequence[Part],
    size: int,
    *,
    merged: bool = False,
) -> Iterator[tuple[int, list[Ready]]]:
    """Give the rows that are to be stored in order, in batches made of at most `size` of the `count` rows of the file;
    before each batch, up to which row of the file it goes. Where rows were `merged`, what they say together stands in
    the last of them."""
    document = _document(", ".join(p.expression for p in parts)) if parts else "'{}'"
    joins = addresses.join + "".join(p.join for p in parts)
    if merged:
        document, joins = f"coalesce(merged.document, {document})", f"{joins} LEFT JOIN merged ON merged.n = rows.rowid"
    query = (
        f"SELECT {addresses.email}, {addresses.key}, {document} FROM rows{joins} "
        "WHERE rows.rowid >= $1 AND rows.rowid < $2 AND rows.rowid NOT IN (SELECT n FROM left_out) ORDER BY rows.rowid"
    )
    for start in range(0, count, size):
        end = min(start + size, count)
        yield end, con.execute(query, [start, end]).fetchall()


def _document(values: str) -> str:
    """Write the expression for the document that is made of the expressions for its parts."""
    return f"'{{' || substr(concat({values}), 2) || '}}'"
