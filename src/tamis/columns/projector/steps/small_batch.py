"""Small batch: Python evaluates the rules for a handful of contacts. For so few, DuckDB takes longer to plan the query
than the reference evaluator takes for the results (§ One meaning)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from tamis.columns.projector.context import Connection, ContactResults, TypeContext
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import used_fields
from tamis.columns.projector.windows import AsOf
from tamis.domain.contacts import Contact
from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, Value
from tamis.domain.instants import EPOCH
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SQL = load("evaluate")
INSERT_CHANGES = load("compare")["insert_changes"]
Overrides = Mapping[tuple[int, int, int], tuple[bool, bool]]
"""By version, segment and contact: whether it is a recipient under its own id, and whether it is a member at all."""


def evaluate(con: Connection, context: TypeContext) -> list[ContactResults]:
    """Evaluate all rules for each dirty contact at each of its instants, in order."""
    fields, as_of = used_fields(context.unchanged), context.as_of
    rules = {segment_id: rule for level in context.unchanged for segment_id, rule in level.items()}
    overrides: Overrides = {}
    if context.has_overrides:
        found = con.execute(SQL["overrides_found"]).fetchall()
        overrides = {tuple(row[:3]): tuple(row[3:]) for row in found}
    rows = con.execute(
        "SELECT p.contact_id, p.version, p.instant, p.cause, p.seq, v.* EXCLUDE (version) "
        f"FROM {context.instants} p LEFT JOIN versions v ON v.id = p.contact_id AND v.version = p.version "
        "ORDER BY p.contact_id, p.seq"
    ).fetchall()
    results = []
    for contact_id, version, instant, cause, seq, id_, *values in rows:
        contact = _contact(id_, values, fields) if id_ else None
        is_recipient = _is_recipient(
            rules, contact, contact_id, version, _evaluation_time(as_of, seq, instant), overrides
        )
        results.append(ContactResults(contact_id, instant, cause, seq, is_recipient))
    return results


def compare(con: Connection, context: TypeContext) -> int:
    """Add the differences between consecutive results to `pending_changes`; return how many."""
    segments = [segment_id for level in context.unchanged for segment_id in level]
    results = context.rule_results or ()
    changes = [
        (segment_id << SEGMENT_SHIFT | after.contact_id, 1 if now else -1, after.instant, after.cause, after.seq)
        for before, after in pairwise(results)
        if after.seq
        for segment_id, was, now in zip(segments, before.is_recipient, after.is_recipient, strict=True)
        if was is not now
    ]
    if changes:
        con.execute(INSERT_CHANGES, [context.this_window.number, *map(list, zip(*changes, strict=True))])
    return len(changes)


def _is_recipient(
    rules: Mapping[int, Rule],
    contact: Contact | None,
    contact_id: int,
    version: int,
    as_of: EvaluationTime,
    overrides: Overrides,
) -> list[bool]:
    """Return, for each segment, whether the contact is a recipient under its own id. Each segment comes after those
    that its rule names."""
    members: dict[int, bool] = {}
    found = []
    for segment_id, rule in rules.items():
        is_selected = contact is not None and selects(rule, contact, as_of, members.__getitem__)
        is_recipient, members[segment_id] = overrides.get((version, segment_id, contact_id), (is_selected, is_selected))
        found.append(is_recipient)
    return found


def _evaluation_time(as_of: Sequence[AsOf], seq: int, instant: datetime) -> EvaluationTime:
    found = as_of[seq if len(as_of) > 1 else 0]
    return EvaluationTime(instant.replace(tzinfo=UTC), found.time.zone) if found.by_row else found.time


def _contact(id_: int, values: Sequence[Value | list[str] | None], fields: Sequence[Field]) -> Contact:
    known = {field.id: _typed(value) for field, value in zip(fields, values, strict=True) if value is not None}
    email, created = known.pop(EMAIL.id, ""), known.pop(CREATED_AT.id, EPOCH)
    updated = known.pop(UPDATED_AT.id, EPOCH)
    assert isinstance(email, str)
    assert isinstance(created, datetime)
    assert isinstance(updated, datetime)
    return Contact(id_, 0, email, known, created, updated)


def _typed(value: Value | list[str]) -> Value:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return tuple(value) if isinstance(value, list) else value
