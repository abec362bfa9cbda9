"""Insert-only: a new contact has no earlier results to compare with, so each rule is evaluated once, and the contact
enters the segments that select it."""

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector.context import Connection, TypeContext, execute_update, rule_source
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import split_by_events, used_fields
from tamis.columns.projector.steps.events import of_new_contacts
from tamis.domain.segments.segments import SEGMENT_SHIFT
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters

CREATE_ENTRIES = load("compare")["new_entries"]


def evaluate(con: Connection, context: TypeContext) -> None:
    """Create `new_contact_results`. No result may change for a new contact between its creation and the end of the
    window."""
    if not context.unchanged:
        return
    names = "".join(f", {column(field)}" for field in used_fields(context.unchanged))
    found = f"(SELECT id, n.instant, n.cause{names} FROM staged_contacts JOIN new_contacts n USING (id))"
    (as_of,) = context.as_of
    source = rule_source(as_of, of_new_contacts(context))
    parts, done = list(split_by_events(context.unchanged)), ""
    for rules in parts:
        parameters = Parameters(DUCKDB)
        results = "".join(
            f", {compile_rule(rule, as_of.time, source, parameters)} IS TRUE AS s{segment_id}"
            for segment_id, rule in rules.items()
        )
        kept = f"id, instant, cause{done}" if rules is parts[-1] else "*"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE new_contact_results AS SELECT {kept}{results} FROM {found}",
            parameters.values,
        )
        done += "".join(f", s{segment_id}" for segment_id in rules)
        found = "new_contact_results"


def compare(con: Connection, context: TypeContext) -> int:
    """Add an entry to `new_entries` for each contact and rule that selects it; return how many."""
    if not context.unchanged:
        return 0
    if not context.has_new_entries:
        con.execute(CREATE_ENTRIES)
    entries = " UNION ALL ".join(
        f"SELECT $1::INTEGER, {segment_id << SEGMENT_SHIFT} | id, 1::TINYINT, instant, cause, 1 "
        f"FROM new_contact_results WHERE s{segment_id}"
        for rules in context.unchanged
        for segment_id in rules
    )
    return execute_update(con, f"INSERT INTO new_entries {entries}", [context.this_window.number])


def apply(con: Connection, context: TypeContext) -> None:
    """Insert the new contacts into the table of their type."""
    con.execute(
        f"INSERT INTO {table(context.changes.type_id)} BY NAME "
        "SELECT * FROM staged_contacts WHERE id IN (SELECT id FROM new_contacts)"
    )
