"""Mark dirty: whose answers may change in a window of time. All others are never looked at."""

from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector.queries import load
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.timed import timed_conditions
from tamis.columns.projector.work import Connection, Work, changed, plain, values_of
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters

SQL = load("dirty")


def mark_dirty(con: Connection, work: Work) -> Work:
    """Mark who was touched in the window, and for whom the clock changes an answer in it."""
    window = work.this_window
    new = _mark_new(con, work) if work.strategy is Strategy.INSERT_ONLY else 0
    floor = plain(window.start) if work.edges else None
    name = "dirty_but_new_contacts" if new else "dirty_of_window"
    dirty = changed(con, SQL[name], values_of(window) | {"floor": floor})
    # The clock of the type does not know the edges of contacts that came in a window before this one.
    if work.clock and work.edges and (window.number or (work.clock.edge and work.clock.edge < window.end)):
        dirty += _mark_at_edges(con, work)
    if work.overrides_touched:
        con.execute(SQL["dirty_externals"], values_of(window))
    return replace(work, new=new, dirty=dirty)


def mark_dirty_at_midnight(con: Connection, work: Work) -> Work:
    """Mark the contacts for which the answer of any condition changes at a midnight."""
    con.execute(SQL["dirty_at_midnight"])
    before, after = (as_of.time for as_of in work.as_of)
    parameters = Parameters(DUCKDB)
    source = ColumnSource(column, _no_segment)
    where = " OR ".join(
        "({} IS TRUE) <> ({} IS TRUE)".format(
            *(compile_rule(condition, time, source, parameters) for time in (before, after))
        )
        for condition in timed_conditions(work.kept)
    )
    sql = f"INSERT INTO dirty SELECT id, NULL, NULL FROM {table(work.changes.type_id)} WHERE {where or 'FALSE'}"
    return replace(work, new=0, dirty=changed(con, sql, parameters.values))


def _mark_new(con: Connection, work: Work) -> int:
    """Mark the contacts that are new; return how many. Left out are those with overrides, and those for whom an answer
    can change again within the window: they are evaluated incrementally.

    No number is given to two contacts, and numbers only grow: one above all in the table is new. One that is new and
    has a lower number is evaluated incrementally too, which is right for everybody.
    """
    window = work.this_window
    without = "".join(
        f" AND id NOT IN (SELECT contact_id FROM {name} WHERE contact_id IS NOT NULL)"
        for name in (("added", "removed", "staged_added", "staged_excluded") if work.overrides else ())
    )
    parameters = Parameters(DUCKDB)
    first, last = parameters.bind(window.since), parameters.bind(window.end)
    instant = f"greatest(t.instant, {parameters.bind(window.start)}::TIMESTAMP)" if work.edges else "t.instant"
    passing = " OR ".join(
        f"({name} + {offset} > {instant} AND {name} + {offset} < {last})"
        for name, offset in ((name, f"{parameters.bind(offset)}::INTERVAL") for name, offset in work.edges)
    )
    return changed(
        con,
        f"CREATE OR REPLACE TEMP TABLE new_contacts AS SELECT id, {instant} AS instant, cause "
        f"FROM touched_contacts t JOIN staged_contacts USING (id) WHERE t.instant >= {first} AND t.instant < {last} "
        f"AND id > (SELECT coalesce(max(id), 0) FROM {table(work.changes.type_id)}){without}"
        + (f" AND ({passing}) IS NOT TRUE" if passing else ""),
        parameters.values,
    )


def _mark_at_edges(con: Connection, work: Work) -> int:
    """Mark the contacts that have an edge within the window; return how many."""
    window, parameters = work.this_window, Parameters(DUCKDB)
    where = " OR ".join(
        f"({name} > {parameters.bind(window.start - offset)} AND {name} < {parameters.bind(window.end - offset)})"
        for name, offset in work.edges
    )
    return changed(
        con,
        f"INSERT INTO dirty SELECT id, NULL, NULL FROM {table(work.changes.type_id)} WHERE ({where}) "
        "AND id NOT IN (SELECT contact_id FROM dirty)",
        parameters.values,
    )


def _no_segment(_segment_id: int, _parameters: Parameters) -> str:
    raise AssertionError("a condition names no segment")
