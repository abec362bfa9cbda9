"""Read both stores as they are after the same change of an account."""

from collections.abc import Callable
from typing import TypeVar

import duckdb

from tamis.actions.catch_up import both_at_one_moment
from tamis.actions.house import House
from tamis.columns.engine.one_moment import at_one_moment
from tamis.columns.engine.state import read_sizes
from tamis.records import feed
from tamis.records.handles import Reader, snapshot

C = TypeVar("C")
R = TypeVar("R")
TRIES = 2


def read_both(
    house: House,
    account_id: int,
    of_columns: Callable[[duckdb.DuckDBPyConnection], C],
    of_records: Callable[[Reader, C], R],
) -> R:
    """Return what a look at the records makes of what a look at the columns has found, both after the same change of an
    account and about nothing else; each look is short. Raises Unavailable.

    Nobody waits for it while the account writes nothing meanwhile, which is tried some times first.
    """
    db = house.records.reader()
    for _ in range(TRIES if house.is_fresh(account_id) else 0):
        with house.project(account_id).reading() as con, at_one_moment(con) as reached:
            found = of_columns(con)
        with snapshot(db):
            if not feed.has_changed_of_account(db, account_id, reached):
                return of_records(db, found)
    with both_at_one_moment(house.records, house.open_columns(), house.clock) as (db, con, _):
        return of_records(db, of_columns(con))


def sizes_and(house: House, account_id: int, look: Callable[[Reader], R]) -> tuple[dict[int, int], R]:
    """Return how many recipients every segment of an account has, empty ones may be left out, and what a look at the
    records finds after the same change of it. Raises Unavailable."""
    db = house.records.reader()
    for _ in range(TRIES if house.is_fresh(account_id) else 0):
        reached, sizes = house.project(account_id).sized
        with snapshot(db):
            if reached is not None and not feed.has_changed_of_account(db, account_id, reached):
                return sizes, look(db)
    with both_at_one_moment(house.records, house.open_columns(), house.clock) as (db, con, _):
        return read_sizes(con), look(db)
