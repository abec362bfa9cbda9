"""Sampling rows from all parts of a file at a bounded cost."""

from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

MOST_ROWS = 1_000
MOST_CELLS = 200_000
BLOCKS = 20


def sample_rows(staging: StagingDatabase, count: int, width: int) -> list[tuple[str | None, ...]]:
    """Read a sample of the `count` rows in order, in blocks spread over the whole file; fewer where rows are wide.

    An empty cell is None."""
    wanted = max(min(MOST_ROWS, MOST_CELLS // max(width, 1)), BLOCKS)
    if count <= wanted:
        return list(execute(staging, "SELECT * FROM rows ORDER BY rowid").fetchall())
    block = wanted // BLOCKS
    starts = (number * (count - block) // (BLOCKS - 1) for number in range(BLOCKS))
    blocks = " OR ".join(f"rowid BETWEEN {start:d} AND {start + block - 1:d}" for start in starts)
    return list(execute(staging, f"SELECT * FROM rows WHERE {blocks} ORDER BY rowid").fetchall())
