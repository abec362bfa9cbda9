"""The rows of a file as contact documents, ready to be stored."""

from collections.abc import Iterator, Sequence

from tamis.staging.cells import DocumentPart
from tamis.staging.column_groups import COLUMNS_PER_GROUP, ColumnGroups
from tamis.staging.emails import EmailExpressions
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

CELLS_PER_MERGE = 1_000_000
"""The most cells that a merge of rows keeps in memory at once."""

ContactDocument = tuple[str, str, str]
"""An email as written, its key, and the document of the values."""


def merge_repeated_rows(staging: StagingDatabase, parts: Sequence[DocumentPart]) -> bool:
    """Create `merged`: one document for the rows in `repeats` of each email; return whether there are any.

    Later rows win, blank cells do not count."""
    lasts = [row[0] for row in execute(staging, "SELECT DISTINCT last FROM repeats ORDER BY last").fetchall()]
    execute(staging, "CREATE TABLE merged (n BIGINT, document VARCHAR)")
    if not lasts or not parts:
        return False
    groups = ColumnGroups(parts)
    query = (
        f"INSERT INTO merged SELECT lasts.n, {_document(groups.sql)} "
        f"FROM (SELECT unnest($1::BIGINT[]) AS n) lasts{groups.joins_to('lasts.n')}"
    )
    size = max(CELLS_PER_MERGE // len(parts), 1)
    for start in range(0, len(lasts), size):
        some = lasts[start : start + size]
        groups.materialize_merged(staging, some[0], some[-1])
        execute(staging, query, [some])
    return True


def iter_batches(
    staging: StagingDatabase,
    count: int,
    emails: EmailExpressions,
    parts: Sequence[DocumentPart],
    size: int,
    *,
    merged: bool = False,
) -> Iterator[tuple[int, list[ContactDocument]]]:
    """Return the contacts to store in order, in batches from at most `size` of the file's `count` rows.

    Each batch comes with the number of the row up to which it goes. `merged` rows take the place of the last of
    them."""
    groups = ColumnGroups(parts) if len(parts) > COLUMNS_PER_GROUP else None
    values = groups.sql if groups else ", ".join(p.expression for p in parts)
    document = _document(values) if parts else "'{}'"
    joins = emails.join + (groups.joins_to("rows.rowid") if groups else "".join(p.join for p in parts))
    if merged:
        document, joins = f"coalesce(merged.document, {document})", f"{joins} LEFT JOIN merged ON merged.n = rows.rowid"
    query = (
        f"SELECT {emails.email}, {emails.key}, {document} FROM rows{joins} "
        "WHERE rows.rowid >= $1 AND rows.rowid < $2 AND rows.rowid NOT IN (SELECT n FROM excluded) ORDER BY rows.rowid"
    )
    for start in range(0, count, size):
        end = min(start + size, count)
        if groups:
            groups.materialize(staging, start, end)
        yield end, execute(staging, query, [start, end]).fetchall()


def _document(values: str) -> str:
    """Return the SQL expression for a document from those for its parts."""
    return f"'{{' || substr(concat({values}), 2) || '}}'"
