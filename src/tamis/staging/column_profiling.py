"""Feeding the cells of columns to profilers that infer their kinds."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.values.fields import Kind
from tamis.staging.cells import CELLS_PER_FETCH, TOTALS_PER_QUERY, cell_sql
from tamis.staging.fast_path import INFERABLE, fast_path_condition
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

NEARLY_ALL = 0.9
"""When this share of the cells is on the fast path of one kind, only the others are parsed one by one."""

_COUNTS = "count({0}), count(*) FILTER (contains({0}, '.')), count(*) FILTER ({0} LIKE '%.___')"


class Profiler(Protocol):
    """Takes the texts of a column, each with the number of its cells, until its kind is decided."""

    @property
    def is_decided(self) -> bool: ...

    def reset(self, filled: int) -> None:
        """Start over with `filled` cells that are not blank."""
        ...

    def add(self, texts: Iterable[tuple[str, int]]) -> None: ...

    def fits_kind(self, kind: Kind) -> bool:
        """Return whether the cells so far fit a kind."""
        ...


def profile_columns(
    staging: StagingDatabase,
    profilers: Mapping[int, Profiler],
    padded: frozenset[int],
    number_columns: Collection[int] = (),
) -> None:
    """Feed each profiler, by position, the cells of its column in the rows without `problems`.

    All fast-path cells of one form are represented by one of them; `number_columns` hold nothing but such numbers."""
    where = _without_problems(staging)
    unambiguous = _unambiguous_numbers(staging, [p for p in profilers if p in number_columns], padded, where)
    for position, profiler in profilers.items():
        column = f"(SELECT {cell_sql(position, padded)} AS cell FROM rows{where})"
        if position in unambiguous:
            samples = unambiguous[position]
        elif position in number_columns:
            samples = _number_samples(staging, column, "TRUE")
        else:
            _profile(staging, profiler, column)
            continue
        profiler.reset(sum(count for _, count in samples))
        profiler.add(samples)


def _unambiguous_numbers(
    staging: StagingDatabase, positions: Sequence[int], padded: frozenset[int], where: str
) -> dict[int, list[tuple[str, int]]]:
    """Count the whole numbers and those with a fraction in some columns, each form represented by one number.

    Columns with a number whose point may group thousands are left out: they need closer inspection."""
    found: dict[int, list[tuple[str, int]]] = {}
    for start in range(0, len(positions), TOTALS_PER_QUERY):
        some = positions[start : start + TOTALS_PER_QUERY]
        cells = [cell_sql(position, padded) for position in some]
        totals = ", ".join(_COUNTS.format(c) for c in cells)
        counts = execute(staging, f"SELECT {totals} FROM rows{where}").fetchall()[0]
        for position, filled, fractions, grouped in zip(some, counts[::3], counts[1::3], counts[2::3], strict=True):
            if not grouped:
                samples = (("1.5", fractions), ("1", filled - fractions))
                found[position] = [(text, count) for text, count in samples if count]
    return found


def _profile(staging: StagingDatabase, profiler: Profiler, table: str) -> None:
    conditions = {kind: _usual_condition(kind) for kind in INFERABLE}
    counted = ", ".join(f"count_if({condition})" for condition in conditions.values())
    filled, *counts = execute(staging, f"SELECT count(*), {counted} FROM {table} WHERE cell IS NOT NULL").fetchall()[0]
    profiler.reset(int(filled))
    if not filled:
        return
    most, kind = max(zip(counts, INFERABLE, strict=True))
    if most >= NEARLY_ALL * filled:
        usual = conditions[kind]
        profiler.add(_samples(staging, table, kind, usual, int(most)))
        if most < filled:
            _add_cells(staging, profiler, table, f"NOT {usual}")
        if profiler.fits_kind(kind):
            return
        profiler.reset(int(filled))
    _add_cells(staging, profiler, table, "TRUE")


def _add_cells(staging: StagingDatabase, profiler: Profiler, table: str, where: str) -> None:
    for texts in _count_cells(staging, table, where):
        profiler.add(texts)
        if profiler.is_decided:
            break


def _count_cells(staging: StagingDatabase, table: str, where: str) -> Iterator[list[tuple[str, int]]]:
    with cursor(staging) as reading:
        reading.execute(f"SELECT cell, count(*) FROM {table} WHERE cell IS NOT NULL AND {where} GROUP BY cell")
        while rows := reading.fetchmany(CELLS_PER_FETCH):
            yield rows


def _usual_condition(kind: Kind) -> str:
    """Return the condition that a cell is on the fast path of a kind; 0 and 1 may be booleans."""
    fast = fast_path_condition(ColumnFormat(kind), "cell", utc=True)
    return f"({fast} AND cell NOT IN ('0', '1'))" if kind is Kind.NUMBER else fast


def _samples(staging: StagingDatabase, table: str, kind: Kind, usual: str, count: int) -> list[tuple[str, int]]:
    if kind is Kind.NUMBER:
        return _number_samples(staging, table, usual)
    one = execute(staging, f"SELECT any_value(cell) FROM {table} WHERE cell IS NOT NULL AND {usual}").fetchall()[0][0]
    return [(one, count)]


def _number_samples(staging: StagingDatabase, table: str, usual: str) -> list[tuple[str, int]]:
    """Return one number of each form and how many there are.

    The forms: small and large whole numbers, a point that may group thousands, and a point that is surely decimal."""
    has_group = "substr(cell, -4, 1) = '.' AND length(cell) <= 8 AND regexp_full_match(cell, '-?[1-9][0-9]{0,2}[.]...')"
    is_small = "length(ltrim(cell, '-')) < 4"
    form = (
        f"CASE WHEN contains(cell, '.') THEN CASE WHEN {has_group} THEN 1 ELSE 2 END WHEN {is_small} THEN 3 ELSE 4 END"
    )
    found = execute(
        staging, f"SELECT min(cell), count(*) FROM {table} WHERE cell IS NOT NULL AND {usual} GROUP BY {form}"
    ).fetchall()
    return [(text, int(count)) for text, count in found]


def _without_problems(staging: StagingDatabase) -> str:
    """Return the SQL condition that leaves out rows with problems, if there are any."""
    any_bad = execute(staging, "SELECT count(*) FROM problems").fetchall()[0][0]
    return " WHERE rowid NOT IN (SELECT n FROM problems)" if any_bad else ""
