"""The problems of a file's rows: which rows are rejected or stored in part, and why."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tamis.staging.cells import create_problem_tables
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

STRUCTURE = -2
"""The place of the structure among the problems of a row: before the email and the fields."""
ROWS_AT_ONCE = 5_000
# The end of a reason that quotes the row: without it, reasons can be counted. The list of options is no such part.
_OWN = r"""(, not|:)? ".*$"""
_OWN_AFTER_OPTIONS = ', not ".*$'
_REASON = "concat_ws(' ', field, reason)"


class OmittedCells(NamedTuple):
    """The number of cells of a column that are left blank, and the numbers of the first such rows."""

    position: int
    cells: int
    first: list[int]


def create_problems(staging: StagingDatabase, broken: Mapping[int, str]) -> None:
    """Create the problem tables of a file and add its `broken` rows: the reason by row number."""
    create_problem_tables(staging)
    execute(
        staging,
        f"INSERT INTO problems SELECT unnest($1::BIGINT[]), {STRUCTURE}, NULL, unnest($2::VARCHAR[])",
        [list(broken), list(broken.values())],
    )


def count_bad_rows(staging: StagingDatabase) -> int:
    """Count the rows with a problem so far."""
    return int(execute(staging, "SELECT count(DISTINCT n) FROM problems").fetchall()[0][0])


def count_reasons(staging: StagingDatabase) -> dict[str, int]:
    """Count the rejected rows by reason, the most frequent first."""
    rows = execute(
        staging,
        "SELECT concat_ws(' ', field, why) AS whole, count(DISTINCT n) AS rows "
        "FROM (SELECT n, field, regexp_replace("
        "reason, CASE WHEN starts_with(reason, 'must be one of ') THEN $2 ELSE $1 END, '', 's') AS why FROM problems) "
        "GROUP BY whole ORDER BY rows DESC, whole",
        [_OWN, _OWN_AFTER_OPTIONS],
    ).fetchall()
    return {why: int(count) for why, count in rows}


def rejection_reasons(staging: StagingDatabase) -> Iterator[dict[int, list[str]]]:
    """Return the rejected rows in order, some thousands at a time, each with its reasons by cell."""
    return _by_row(staging, f"SELECT n, list({_REASON} ORDER BY place) FROM problems GROUP BY n ORDER BY n")


def omission_reasons(staging: StagingDatabase) -> Iterator[dict[int, list[str]]]:
    """Return the rows stored with cells left blank in order, some thousands at a time, each with its reasons by
    cell."""
    return _by_row(
        staging,
        f"SELECT n, list('left blank: ' || {_REASON} ORDER BY place) FROM omitted "
        "WHERE n NOT IN (SELECT n FROM problems) GROUP BY n ORDER BY n",
    )


def count_omitted_cells(staging: StagingDatabase, most_rows: int) -> list[OmittedCells]:
    """Count the cells left blank by column, with at most `most_rows` of their rows."""
    rows = execute(
        staging,
        f"SELECT place, count(*), min(n, {most_rows:d}) FROM omitted WHERE n NOT IN (SELECT n FROM problems) "
        "GROUP BY place ORDER BY place",
    ).fetchall()
    return list(map(OmittedCells._make, rows))


def _by_row(staging: StagingDatabase, query: str) -> Iterator[dict[int, list[str]]]:
    with cursor(staging) as reading:
        reading.execute(query)
        while rows := reading.fetchmany(ROWS_AT_ONCE):
            yield dict(rows)
