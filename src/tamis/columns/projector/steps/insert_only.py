"""Insert-only: of a contact that was not there before there is nothing to compare with, so each rule is evaluated once,
and whoever it selects enters."""

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector.queries import load
from tamis.columns.projector.timed import used_fields
from tamis.columns.projector.work import Connection, Work, changed, source_of
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters

MAKE_ENTRIES = load("compare")["new_entries"]


def evaluate(con: Connection, work: Work) -> None:
    """Make `new_answers`; none of the rules may change its answer for one of the new contacts between its coming and
    the end of the window."""
    if not work.kept:
        return
    parameters = Parameters(DUCKDB)
    names = "".join(f", {column(field)}" for field in used_fields(work.kept))
    query = f"SELECT id, n.instant, n.cause{names} FROM staged_contacts JOIN new_contacts n USING (id)"
    (as_of,) = work.as_of
    for rules in work.kept:
        answers = ", ".join(
            f"{compile_rule(rule, as_of.time, source_of(as_of), parameters)} IS TRUE AS s{segment_id}"
            for segment_id, rule in rules.items()
        )
        query = f"SELECT *, {answers} FROM ({query})"
    columns = ", ".join(f"s{segment_id}" for rules in work.kept for segment_id in rules)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE new_answers AS SELECT id, instant, cause, {columns} FROM ({query})",
        parameters.values,
    )


def compare(con: Connection, work: Work) -> int:
    """Add to `new_entries` those whom a rule selects; return how many."""
    if not work.kept:
        return 0
    if not work.found_new:
        con.execute(MAKE_ENTRIES)
    entries = " UNION ALL ".join(
        f"SELECT $1::INTEGER, {segment_id << SEGMENT_SHIFT} | id, 1::TINYINT, instant, cause, 1 "
        f"FROM new_answers WHERE s{segment_id}"
        for rules in work.kept
        for segment_id in rules
    )
    return changed(con, f"INSERT INTO new_entries {entries}", [work.this_window.number])


def apply(con: Connection, work: Work) -> None:
    """Let the new contacts enter the table of their type."""
    con.execute(
        f"INSERT INTO {table(work.changes.type_id)} BY NAME "
        "SELECT * FROM staged_contacts WHERE id IN (SELECT id FROM new_contacts)"
    )
