"""The rows of a file as contacts, ready to be stored."""

from collections.abc import Iterator, Sequence

from tamis.staging.addresses import Addresses
from tamis.staging.cells import Part
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute
from tamis.staging.wide import COLUMNS_AT_ONCE, Pieces

CELLS_A_MERGE = 1_000_000
"""Of so many cells at most a merge of rows is kept in memory at once."""

Ready = tuple[str, str, str]
"""An address as it was written, its key, and the document of the values."""


def merge_repeats(staging: StagingDatabase, parts: Sequence[Part]) -> bool:
    """Make `merged` of the rows in `repeats`: for each address the document that its rows say one after the other,
    where a later row wins and a blank cell says nothing; return whether there is any."""
    lasts = [row[0] for row in execute(staging, "SELECT DISTINCT last FROM repeats ORDER BY last").fetchall()]
    execute(staging, "CREATE TABLE merged (n BIGINT, document VARCHAR)")
    if not lasts or not parts:
        return False
    pieces = Pieces(parts)
    query = (
        f"INSERT INTO merged SELECT lasts.n, {_document(pieces.text)} "
        f"FROM (SELECT unnest($1::BIGINT[]) AS n) lasts{pieces.joined_to('lasts.n')}"
    )
    size = max(CELLS_A_MERGE // len(parts), 1)
    for start in range(0, len(lasts), size):
        some = lasts[start : start + size]
        pieces.make_merged(staging, some[0], some[-1])
        execute(staging, query, [some])
    return True


def ready_rows(
    staging: StagingDatabase,
    count: int,
    addresses: Addresses,
    parts: Sequence[Part],
    size: int,
    *,
    merged: bool = False,
) -> Iterator[tuple[int, list[Ready]]]:
    """Return the rows that are to be stored in order, in batches made of at most `size` of the `count` rows of the
    file; before each batch, up to which row of the file it goes. Where rows were `merged`, what they say together
    stands in the last of them."""
    pieces = Pieces(parts) if len(parts) > COLUMNS_AT_ONCE else None
    values = pieces.text if pieces else ", ".join(p.expression for p in parts)
    document = _document(values) if parts else "'{}'"
    joins = addresses.join + (pieces.joined_to("rows.rowid") if pieces else "".join(p.join for p in parts))
    if merged:
        document, joins = f"coalesce(merged.document, {document})", f"{joins} LEFT JOIN merged ON merged.n = rows.rowid"
    query = (
        f"SELECT {addresses.email}, {addresses.key}, {document} FROM rows{joins} "
        "WHERE rows.rowid >= $1 AND rows.rowid < $2 AND rows.rowid NOT IN (SELECT n FROM left_out) ORDER BY rows.rowid"
    )
    for start in range(0, count, size):
        end = min(start + size, count)
        if pieces:
            pieces.make(staging, start, end)
        yield end, execute(staging, query, [start, end]).fetchall()


def _document(values: str) -> str:
    """Write the expression for the document that is made of the expressions for its parts."""
    return f"'{{' || substr(concat({values}), 2) || '}}'"
