"""What is wrong with the rows of a file: which are rejected or stored in part, and why."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tamis.staging.cells import make_problems
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

STRUCTURE = -2
"""Where the structure of a row stands among its problems: before its address and its fields."""
ROWS_AT_ONCE = 5_000
# What a reason says of one row alone, at its end: without it, reasons can be counted. Options are no row's own.
_OWN = r"""(, not|:)? ".*$"""
_OWN_AFTER_OPTIONS = ', not ".*$'


class BlankedCells(NamedTuple):
    """How many cells of a column are left blank, and the numbers of the first rows with one."""

    position: int
    cells: int
    first: list[int]


def begin_problems(staging: StagingDatabase, broken: Mapping[int, str]) -> None:
    """Make the `problems` of a file, with those of the structure of its rows: what is wrong, by number of the row."""
    make_problems(staging)
    execute(
        staging,
        f"INSERT INTO problems SELECT unnest($1::BIGINT[]), {STRUCTURE}, unnest($2::VARCHAR[])",
        [list(broken), list(broken.values())],
    )


def count_bad_rows(staging: StagingDatabase) -> int:
    """Count the rows that have a problem up to now."""
    return int(execute(staging, "SELECT count(DISTINCT n) FROM problems").fetchall()[0][0])


def count_reasons(staging: StagingDatabase) -> dict[str, int]:
    """Count the rows by what is wrong with them, the most frequent first."""
    rows = execute(
        staging,
        "SELECT why, count(DISTINCT n) AS rows "
        "FROM (SELECT n, regexp_replace("
        "reason, CASE WHEN contains(reason, ' must be one of ') THEN $2 ELSE $1 END, '', 's') AS why FROM problems) "
        "GROUP BY why ORDER BY rows DESC, why",
        [_OWN, _OWN_AFTER_OPTIONS],
    ).fetchall()
    return {why: int(count) for why, count in rows}


def reasons_of_rejects(staging: StagingDatabase) -> Iterator[dict[int, list[str]]]:
    """Return the rejected rows in order, some thousands at a time, each with its reasons in the order of its cells."""
    return _by_row(staging, "SELECT n, list(reason ORDER BY place) FROM problems GROUP BY n ORDER BY n")


def reasons_of_blanks(staging: StagingDatabase) -> Iterator[dict[int, list[str]]]:
    """Return the rows that are stored without some of their cells, in order, some thousands at a time, each with the
    reasons in the order of its cells."""
    return _by_row(
        staging,
        "SELECT n, list('left blank: ' || reason ORDER BY place) FROM blanked "
        "WHERE n NOT IN (SELECT n FROM problems) GROUP BY n ORDER BY n",
    )


def blanked_cells(staging: StagingDatabase, most_rows: int) -> list[BlankedCells]:
    """Count the cells that are left blank by column, with at most `most_rows` of their rows."""
    rows = execute(
        staging,
        f"SELECT place, count(*), min(n, {most_rows:d}) FROM blanked WHERE n NOT IN (SELECT n FROM problems) "
        "GROUP BY place ORDER BY place",
    ).fetchall()
    return list(map(BlankedCells._make, rows))


def _by_row(staging: StagingDatabase, query: str) -> Iterator[dict[int, list[str]]]:
    with cursor(staging) as reading:
        reading.execute(query)
        while rows := reading.fetchmany(ROWS_AT_ONCE):
            yield dict(rows)
