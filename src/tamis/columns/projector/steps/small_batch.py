"""Small batch: Python evaluates the rules for some contacts. For so few, DuckDB takes longer to plan the query than
compiled rules take for the results (§ One meaning).

Of two consecutive evaluations of a contact, only those rules are evaluated that depend on what differs between them: a
value, the time, a manual override, or the membership of a segment that one of these concerns.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from tamis.columns.projector.context import NO_OVERRIDES, Connection, MembershipDifference, TypeContext, Version
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import used_fields
from tamis.columns.projector.steps.contact_events import WITHOUT_EVENTS, read_events
from tamis.columns.projector.steps.stage import last_changes
from tamis.columns.projector.windows import AsOf
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import SEGMENT_SHIFT
from tamis.domain.values.fields import CONTACT_ID, Field, Value
from tamis.domain.values.instants import to_micros
from tamis.rules.evaluation.aggregates import EventValues
from tamis.rules.evaluation.compiled import CompiledRule, compile_rule
from tamis.rules.evaluation.operands import comparable
from tamis.rules.time.evaluation_time import EvaluationTime

SQL = load("evaluate")
INSERT_CHANGES = load("compare")["insert_changes"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A version of a contact at an evaluation instant, which is in UTC without a time zone."""

    contact_id: int
    seq: int
    as_of: EvaluationTime
    instant: datetime
    cause: Cause
    version: Version


def evaluate(con: Connection, context: TypeContext) -> list[MembershipDifference]:
    """Find which segments each dirty contact enters and leaves at each of its instants, in order."""
    return find_differences(context, _evaluations(con, context))


def find_differences(context: TypeContext, evaluations: Iterable[Evaluation]) -> list[MembershipDifference]:
    """Find which segments contacts enter and leave between the consecutive evaluations of each."""
    zone = context.changes.segments.zone
    rules = {id_: compile_rule(rule, zone) for level in context.unchanged for id_, rule in level.items()}
    return [
        difference
        for before, after in pairwise(evaluations)
        if after.seq
        for difference in _differences(rules, before, after)
    ]


def insert_differences(con: Connection, context: TypeContext) -> int:
    """Add what was found to `pending_changes`; return how many rows."""
    changes = [
        (d.segment_id << SEGMENT_SHIFT | d.contact_id, d.delta, d.instant, d.cause, d.seq)
        for d in context.differences or ()
    ]
    if changes:
        con.execute(INSERT_CHANGES, [context.this_window.number, *map(list, zip(*changes, strict=True))])
    return len(changes)


def _differences(
    rules: Mapping[int, CompiledRule], before: Evaluation, after: Evaluation
) -> Iterator[MembershipDifference]:
    was, now = _answers(rules, before), _answers(rules, after)
    for segment_id in _affected_segments(rules, before, after):
        is_recipient = now(segment_id)
        if was(segment_id) is not is_recipient:
            yield MembershipDifference(
                after.contact_id, segment_id, 1 if is_recipient else -1, after.instant, after.cause, after.seq
            )


def _affected_segments(rules: Mapping[int, CompiledRule], before: Evaluation, after: Evaluation) -> Collection[int]:
    """Return the segments whose recipients may differ between two evaluations of a contact."""
    was, now = before.version, after.version
    if was.values is None or now.values is None:
        return rules.keys()
    changed = _changed_fields(was.values, now.values)
    is_time_equal = before.as_of == after.as_of
    overridden = {*was.overrides, *now.overrides}
    more_events = {id_ for id_, found in now.events.items() if len(found) != len(was.events.get(id_, ()))}
    affected: dict[int, None] = {}
    for segment_id, rule in rules.items():  # each segment comes after those that its rule names
        if (
            not rule.field_ids.isdisjoint(changed)
            or (rule.is_timed and not is_time_equal)
            or not rule.event_ids.isdisjoint(more_events)
            or segment_id in overridden
            or not rule.segment_ids.isdisjoint(affected)
        ):
            affected[segment_id] = None
    return affected


def _answers(rules: Mapping[int, CompiledRule], evaluation: Evaluation) -> Callable[[int], bool]:
    """Return the function that says whether a contact is a recipient of a segment under its own id."""
    as_of, values, overrides = evaluation.as_of, evaluation.version.values, evaluation.version.overrides
    events = evaluation.version.events
    members: dict[int, bool] = {}

    def events_named(name_id: int) -> Sequence[EventValues]:
        return events.get(name_id, ())

    def is_selected(segment_id: int) -> bool:
        return values is not None and rules[segment_id].selects(values, as_of, is_member, events_named)

    def is_member(segment_id: int) -> bool:
        if segment_id not in members:
            override = overrides.get(segment_id)
            members[segment_id] = override[1] if override else is_selected(segment_id)
        return members[segment_id]

    def is_recipient(segment_id: int) -> bool:
        override = overrides.get(segment_id)
        return override[0] if override else is_selected(segment_id)

    return is_recipient if overrides else is_selected


def _changed_fields(before: Mapping[int, Value], after: Mapping[int, Value]) -> set[int]:
    return {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}


def _evaluations(con: Connection, context: TypeContext) -> list[Evaluation]:
    """Read the dirty contacts at each of their instants, by contact and in order."""
    fields, as_of = used_fields(context.unchanged), context.as_of
    overrides: dict[tuple[int, int], dict[int, tuple[bool, bool]]] = defaultdict(dict)
    if context.has_overrides:
        for version, segment_id, contact_id, *found in con.execute(SQL["overrides_found"]).fetchall():
            overrides[contact_id, version][segment_id] = found[0], found[1]
    rows = con.execute(
        "SELECT p.contact_id, p.version, p.instant, p.cause, p.seq, v.* EXCLUDE (version) "
        f"FROM {context.instants} p LEFT JOIN {context.versions} v ON v.id = p.contact_id AND v.version = p.version "
        "ORDER BY p.contact_id, p.seq"
    ).fetchall()
    events = read_events(context, sorted({row[0] for row in rows}))
    applied = _applied_contacts(context)
    return [
        Evaluation(
            contact_id,
            seq,
            _evaluation_time(as_of, seq, instant),
            instant,
            cause,
            Version(
                stored_values(id_, values, fields) if id_ else None,
                overrides.get((contact_id, version), NO_OVERRIDES),
                events.get(contact_id, WITHOUT_EVENTS)[1 if contact_id in applied else version],
            ),
        )
        for contact_id, version, instant, cause, seq, id_, *values in rows
    ]


def _applied_contacts(context: TypeContext) -> Collection[int]:
    """Return the contacts whose added events were stored in an earlier window."""
    since = to_micros(context.this_window.since)
    return (
        {id_ for id_, group in last_changes(context.changes.all_changed).items() if group.instant < since}
        if context.this_window.number
        else ()
    )


def _evaluation_time(as_of: Sequence[AsOf], seq: int, instant: datetime) -> EvaluationTime:
    found = as_of[seq if len(as_of) > 1 else 0]
    return EvaluationTime(instant.replace(tzinfo=UTC), found.time.zone) if found.by_row else found.time


def stored_values(
    contact_id: int, values: Sequence[Value | list[str] | None], fields: Sequence[Field]
) -> dict[int, Value]:
    """Return values of a contact as columns have them in comparable form, by field id."""
    return {CONTACT_ID.id: contact_id} | {
        field.id: comparable(_typed(value)) for field, value in zip(fields, values, strict=True) if value is not None
    }


def _typed(value: Value | list[str]) -> Value:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return tuple(value) if isinstance(value, list) else value
