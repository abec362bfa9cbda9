"""Columns of consent: what their cells mean, and the emails that they suppress."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from tamis.domain.errors import ValueProblem
from tamis.staging.cells import CELLS_PER_FETCH, cell_sql, distinct_cells
from tamis.staging.emails import EmailExpressions
from tamis.staging.handle import StagingDatabase
from tamis.staging.problems import STRUCTURE
from tamis.staging.sql import cursor, execute

MOST_UNKNOWN_VALUES = 10


@dataclass(frozen=True, slots=True)
class ConsentColumn:
    """A column, its name, and the parser of its cells, which raises ValueProblem: the rank of what a cell says (None:
    nothing). Cells with a problem reject their rows, or are left blank where the column `omits_invalid` ones."""

    position: int
    name: str
    rank: Callable[[str], int | None]
    omits_invalid: bool


def parse_consent_columns(
    staging: StagingDatabase, columns: Sequence[ConsentColumn], padded: frozenset[int]
) -> dict[str, int]:
    """Parse the cells of columns of consent; return the most frequent values that are not known, with their rows.
    Their rows are added to `problems` or `omitted`."""
    unknown: dict[str, int] = {}
    for column in columns:
        table, cell = _table(column.position), cell_sql(column.position, padded)
        execute(staging, f"CREATE TABLE {table} (cell VARCHAR, rank TINYINT, problem VARCHAR)")
        for texts in distinct_cells(staging, cell, "TRUE"):
            found = [_parse(column, text) for text in texts]
            execute(
                staging,
                f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::TINYINT[]), unnest($3::VARCHAR[])",
                [texts, [rank for rank, _ in found], [problem for _, problem in found]],
            )
        wrong = f"FROM rows r JOIN {table} l ON l.cell = {cell} WHERE l.problem IS NOT NULL"
        execute(
            staging,
            f"INSERT INTO {'omitted' if column.omits_invalid else 'problems'} "
            f"SELECT r.rowid, $1, $2, l.problem {wrong}",
            [column.position, column.name],
        )
        counted = execute(
            staging,
            f"SELECT l.cell, count(*) AS count {wrong} GROUP BY l.cell ORDER BY count DESC, l.cell "
            f"LIMIT {MOST_UNKNOWN_VALUES:d}",
        ).fetchall()
        for text, count in counted:
            unknown[text] = unknown.get(text, 0) + int(count)
    return unknown


def count_ranks(
    staging: StagingDatabase, positions: Sequence[int], emails: EmailExpressions, padded: frozenset[int]
) -> dict[int, int]:
    """Count the emails of a file by the lowest rank of their cells."""
    query = f"SELECT rank, count(*) FROM ({_ranked_emails(positions, emails, padded)}) GROUP BY rank ORDER BY rank"
    return {int(rank): int(count) for rank, count in execute(staging, query).fetchall()}


def iter_ranked_emails(
    staging: StagingDatabase,
    positions: Sequence[int],
    emails: EmailExpressions,
    padded: frozenset[int],
    ranks: Collection[int],
    *,
    accepted: bool = False,
) -> Iterator[list[tuple[str, str, int]]]:
    """Yield each email of a file once (as written, its key, and the lowest rank of its cells) in order, some thousands
    at a time, if that is one of some ranks. Rows that are rejected for another reason than their structure
    count; with `accepted`, an email must have a row that is not rejected."""
    wanted = ", ".join(f"{rank:d}" for rank in ranks)
    with cursor(staging) as reading:
        reading.execute(
            f"SELECT email, key, rank FROM ({_ranked_emails(positions, emails, padded)}) "
            f"WHERE rank IN ({wanted}){' AND accepted' if accepted else ''} ORDER BY n"
        )
        while rows := reading.fetchmany(CELLS_PER_FETCH):
            yield rows


def _ranked_emails(positions: Sequence[int], emails: EmailExpressions, padded: frozenset[int]) -> str:
    ranks = [f"{_table(position)}.rank" for position in positions]
    joins = "".join(
        f" LEFT JOIN {_table(position)} ON {_table(position)}.cell = {cell_sql(position, padded)}"
        for position in positions
    )
    lowest = f"least({', '.join(ranks)})" if len(ranks) > 1 else ranks[0]
    return (
        "SELECT first(email ORDER BY n) AS email, key, min(rank) AS rank, min(n) AS n, "
        "bool_or(n NOT IN (SELECT n FROM problems)) AS accepted "
        f"FROM (SELECT rows.rowid AS n, {emails.email} AS email, {emails.key} AS key, {lowest} AS rank "
        f"FROM rows{emails.join}{joins}) "
        "WHERE key IS NOT NULL AND rank IS NOT NULL "
        f"AND n NOT IN (SELECT n FROM problems WHERE place = {STRUCTURE:d}) GROUP BY key"
    )


def _table(position: int) -> str:
    return f"consent_cells_{position:d}"


def _parse(column: ConsentColumn, text: str) -> tuple[int | None, str | None]:
    try:
        return column.rank(text), None
    except ValueProblem as problem:
        return None, str(problem)
