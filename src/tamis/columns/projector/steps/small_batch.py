"""A small batch: Python evaluates the rules about a handful of contacts; for so few, DuckDB takes longer to plan the
question than the reference evaluator takes to answer it (§ One meaning)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from tamis.columns.projector.queries import load
from tamis.columns.projector.timed import used_fields
from tamis.columns.projector.windows import AsOf
from tamis.columns.projector.work import Answer, Connection, Work
from tamis.domain.contacts import Contact
from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, Value
from tamis.domain.instants import EPOCH
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SQL = load("evaluate")
INTO_CHANGES = load("compare")["insert_changes"]
Overrides = Mapping[tuple[int, int, int], tuple[bool, bool]]
"""By version, segment and contact: whether it is `present` under its own number, whether it is a `member` at all."""


def evaluate(con: Connection, work: Work) -> list[Answer]:
    """Answer all rules about each dirty contact at each of its instants, in their order."""
    fields, as_of = used_fields(work.kept), work.as_of
    rules = {segment_id: rule for level in work.kept for segment_id, rule in level.items()}
    overrides: Overrides = {}
    if work.overrides:
        found = con.execute(SQL["overrides_found"]).fetchall()
        overrides = {tuple(row[:3]): tuple(row[3:]) for row in found}
    rows = con.execute(
        "SELECT p.contact_id, p.version, p.instant, p.cause, p.k, v.* EXCLUDE (version) "
        f"FROM {work.instants} p LEFT JOIN versions v ON v.id = p.contact_id AND v.version = p.version "
        "ORDER BY p.contact_id, p.k"
    ).fetchall()
    answers = []
    for contact_id, version, instant, cause, k, id_, *values in rows:
        contact = _contact(id_, values, fields) if id_ else None
        present = _present(rules, contact, contact_id, version, _evaluation_time(as_of, k, instant), overrides)
        answers.append(Answer(contact_id, instant, cause, k, present))
    return answers


def compare(con: Connection, work: Work) -> int:
    """Add to `membership_changes` the differences between each answer and the one before it; return how many."""
    segments = [segment_id for level in work.kept for segment_id in level]
    answers = work.answers or ()
    found = [
        (segment_id << SEGMENT_SHIFT | after.contact_id, 1 if now else -1, after.instant, after.cause, after.k)
        for before, after in pairwise(answers)
        if after.k
        for segment_id, was, now in zip(segments, before.present, after.present, strict=True)
        if was is not now
    ]
    if found:
        con.execute(INTO_CHANGES, [work.this_window.number, *map(list, zip(*found, strict=True))])
    return len(found)


def _present(
    rules: Mapping[int, Rule],
    contact: Contact | None,
    contact_id: int,
    version: int,
    as_of: EvaluationTime,
    overrides: Overrides,
) -> list[bool]:
    """Tell for each segment whether the contact is a recipient under its own number; a segment comes after all that
    its rule names."""
    members: dict[int, bool] = {}
    present = []
    for segment_id, rule in rules.items():
        held = contact is not None and selects(rule, contact, as_of, members.__getitem__)
        is_present, members[segment_id] = overrides.get((version, segment_id, contact_id), (held, held))
        present.append(is_present)
    return present


def _evaluation_time(as_of: Sequence[AsOf], k: int, instant: datetime) -> EvaluationTime:
    found = as_of[k if len(as_of) > 1 else 0]
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
