"""What the cells of a column tell of its kind."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from tamis.domain.fields import Kind
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.staging.cells import CELLS_A_FETCH, TOTALS_A_LOOK, cell
from tamis.staging.handle import StagingDatabase
from tamis.staging.plain import INFERABLE, is_plain
from tamis.staging.sql import cursor, execute

NEARLY_ALL = 0.9
"""Where so many cells are plain ones of one kind, the others decide whether the column has that kind."""

_COUNTS = "count({0}), count(*) FILTER (contains({0}, '.')), count(*) FILTER ({0} LIKE '%.___')"


class Profiler(Protocol):
    """Somebody who is told texts of a column, each with how many cells have it, until there is no more to learn."""

    @property
    def is_decided(self) -> bool: ...

    def reset(self, filled: int) -> None:
        """Begin anew, with so many cells that are not blank."""
        ...

    def add(self, texts: Iterable[tuple[str, int]]) -> None: ...

    def fits_kind(self, kind: Kind) -> bool:
        """Return whether the column has a kind, as far as it was told."""
        ...


def learn_kinds(
    staging: StagingDatabase,
    profilers: Mapping[int, Profiler],
    padded: frozenset[int],
    plain_numbers: Collection[int] = (),
) -> None:
    """Tell the profiler of each column, by position, what stands in its cells in the rows that have no `problems`.

    Plain cells of one kind are alike, or of a few sorts, so that one stands for all of a sort; in columns of
    `plain_numbers` there are no others."""
    people = _people(staging)
    unambiguous = _unambiguous_numbers(staging, [p for p in profilers if p in plain_numbers], padded, people)
    for position, profiler in profilers.items():
        column = f"(SELECT {cell(position, padded)} AS here FROM rows{people})"
        if position in unambiguous:
            sorts = unambiguous[position]
        elif position in plain_numbers:
            sorts = _number_sorts(staging, column, "TRUE")
        else:
            _learn(staging, profiler, column)
            continue
        profiler.reset(sum(count for _, count in sorts))
        profiler.add(sorts)


def _unambiguous_numbers(
    staging: StagingDatabase, positions: Sequence[int], padded: frozenset[int], people: str
) -> dict[int, list[tuple[str, int]]]:
    """Count the whole plain numbers of some columns and those with a fraction, each sort with a number that stands for
    it. Columns with a number whose point may stand between thousands are left out: they need another look."""
    found: dict[int, list[tuple[str, int]]] = {}
    for start in range(0, len(positions), TOTALS_A_LOOK):
        some = positions[start : start + TOTALS_A_LOOK]
        cells = [cell(position, padded) for position in some]
        totals = ", ".join(_COUNTS.format(c) for c in cells)
        counts = execute(staging, f"SELECT {totals} FROM rows{people}").fetchall()[0]
        for position, filled, fractions, grouped in zip(some, counts[::3], counts[1::3], counts[2::3], strict=True):
            if not grouped:
                sorts = (("1.5", fractions), ("1", filled - fractions))
                found[position] = [(text, count) for text, count in sorts if count]
    return found


def _learn(staging: StagingDatabase, profiler: Profiler, people: str) -> None:
    conditions = {kind: _is_usual(kind) for kind in INFERABLE}
    counted = ", ".join(f"count_if({condition})" for condition in conditions.values())
    filled, *counts = execute(staging, f"SELECT count(*), {counted} FROM {people} WHERE here IS NOT NULL").fetchall()[0]
    profiler.reset(int(filled))
    if not filled:
        return
    most, kind = max(zip(counts, INFERABLE, strict=True))
    if most >= NEARLY_ALL * filled:
        usual = conditions[kind]
        profiler.add(_sorts(staging, people, kind, usual, int(most)))
        if most < filled:
            _tell(staging, profiler, people, f"NOT {usual}")
        if profiler.fits_kind(kind):
            return
        profiler.reset(int(filled))
    _tell(staging, profiler, people, "TRUE")


def _tell(staging: StagingDatabase, profiler: Profiler, people: str, where: str) -> None:
    for texts in _counted_cells(staging, people, where):
        profiler.add(texts)
        if profiler.is_decided:
            break


def _counted_cells(staging: StagingDatabase, people: str, where: str) -> Iterator[list[tuple[str, int]]]:
    with cursor(staging) as reading:
        reading.execute(f"SELECT here, count(*) FROM {people} WHERE here IS NOT NULL AND {where} GROUP BY here")
        while rows := reading.fetchmany(CELLS_A_FETCH):
            yield rows


def _is_usual(kind: Kind) -> str:
    """Write the condition that a cell is a plain one; 0 and 1 may be yes and no."""
    plain = is_plain(ColumnFormat(kind), "here", utc=True)
    return f"({plain} AND here NOT IN ('0', '1'))" if kind is Kind.NUMBER else plain


def _sorts(staging: StagingDatabase, people: str, kind: Kind, usual: str, count: int) -> list[tuple[str, int]]:
    if kind is Kind.NUMBER:
        return _number_sorts(staging, people, usual)
    one = execute(staging, f"SELECT any_value(here) FROM {people} WHERE here IS NOT NULL AND {usual}").fetchall()[0][0]
    return [(one, count)]


def _number_sorts(staging: StagingDatabase, people: str, usual: str) -> list[tuple[str, int]]:
    """Return one plain number of each sort, and how many there are: whole ones, small and large, those whose point may
    stand between thousands, and those whose point can only stand before a fraction."""
    has_group = "substr(here, -4, 1) = '.' AND length(here) <= 8 AND regexp_full_match(here, '-?[1-9][0-9]{0,2}[.]...')"
    is_small = "length(ltrim(here, '-')) < 4"
    sort = (
        f"CASE WHEN contains(here, '.') THEN CASE WHEN {has_group} THEN 1 ELSE 2 END WHEN {is_small} THEN 3 ELSE 4 END"
    )
    found = execute(
        staging, f"SELECT min(here), count(*) FROM {people} WHERE here IS NOT NULL AND {usual} GROUP BY {sort}"
    ).fetchall()
    return [(text, int(count)) for text, count in found]


def _people(staging: StagingDatabase) -> str:
    """Leave out the rows that have problems already, which are few or none as a rule."""
    any_bad = execute(staging, "SELECT count(*) FROM problems").fetchall()[0][0]
    return " WHERE rowid NOT IN (SELECT n FROM problems)" if any_bad else ""
