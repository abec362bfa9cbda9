"""What the cells of a column tell of its kind."""

from collections.abc import Mapping
from typing import Protocol

import duckdb

from tamis.workbench.cells import cell, distinct_cells
from tamis.workbench.plain import INFERABLE, is_plain


class Learner(Protocol):
    """Somebody who is told texts of a column until there is nothing more to learn."""

    @property
    def settled(self) -> bool: ...

    def add(self, texts: list[str]) -> None: ...


def learn_kinds(
    con: duckdb.DuckDBPyConnection, learners: Mapping[int, Learner], padded: frozenset[int]
) -> dict[int, int]:
    """Tell the learner of each column, by position, what stands in its cells; gives how many cells are not blank.

    Where all cells are plain ones of one kind they are alike, and one stands for all."""
    filled = {}
    for position, learner in learners.items():
        here = cell(position, padded)
        alike = ", ".join(f"bool_and({is_plain(kind, 'here', utc=True)})" for kind in INFERABLE)
        count, one, *plain = con.execute(
            f"SELECT count(*), any_value(here), {alike} FROM (SELECT {here} AS here FROM rows) WHERE here IS NOT NULL"
        ).fetchall()[0]
        filled[position] = int(count)
        if any(plain):
            learner.add([one])
        elif count:
            for texts in distinct_cells(con, here, "TRUE"):
                learner.add(texts)
                if learner.settled:
                    break
    return filled
