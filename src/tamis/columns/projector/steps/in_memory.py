"""In memory: the way of few changed contacts when nothing else has changed and no stored contact has a breakpoint.

Python holds each contact as it was and as it is now, evaluates the rules for both, and writes only what follows from
it. Every statement of DuckDB that this saves costs more than the evaluation of a contact.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from tamis.columns.history.daily_rollup import DailyChanges
from tamis.columns.layout.contacts import column, table
from tamis.columns.layout.events import ensure_event_tables
from tamis.columns.projector.context import (
    NO_OVERRIDES,
    Connection,
    ContactVersions,
    MembershipDifference,
    Overrides,
    TypeContext,
    Version,
    naive_utc,
)
from tamis.columns.projector.documents import insert_contacts
from tamis.columns.projector.event_rows import insert_events
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import used_fields
from tamis.columns.projector.steps.contact_events import WITHOUT_EVENTS, read_events
from tamis.columns.projector.steps.roll_up import update_sizes
from tamis.columns.projector.steps.small_batch import Evaluation, find_differences, stored_values
from tamis.columns.projector.steps.stage import last_changes
from tamis.domain.contacts.contacts import JsonValue, typed_value
from tamis.domain.segments.history import ChangeRow
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import SEGMENT_SHIFT
from tamis.domain.values.fields import CONTACT_ID, CREATED_AT, EMAIL, SUPPRESSED, UPDATED_AT, Field, Value
from tamis.domain.values.instants import LAST_INSTANT, MICROSECOND, day_of, from_micros, to_micros
from tamis.rules.evaluation.operands import comparable
from tamis.rules.time.evaluation_time import EvaluationTime

SQL = load("in_memory")
EXCLUDED = (False, False)
"""The override of a contact that is excluded from a segment."""


class _Document(msgspec.Struct):
    """A contact as the records hand it to the projection."""

    id: int
    email: str
    created_at: int
    updated_at: int
    values: dict[int, JsonValue]
    suppressed: bool = False


_DOCUMENTS = msgspec.json.Decoder(_Document)


def take_out(con: Connection, context: TypeContext) -> TypeContext:
    """Take the changed contacts out of the tables, with their exclusions; hold them as they were and as they are."""
    changes, fields = context.changes, used_fields(context.unchanged)
    groups = last_changes(changes.all_changed)
    ids = sorted(groups)
    written = sorted({id_ for group in changes.changed for id_ in group.ids})
    others = sorted(groups.keys() - set(written))  # of these, only events have changed
    documents = [text for part in changes.documents for text in part]
    kept, kept_excluded = _stored(con, context, others, fields, take=False)
    taken, taken_excluded = _stored(con, context, written, fields, take=True)
    stored, excluded = kept | taken, kept_excluded | taken_excluded
    present = kept | {found.id: _values(found, fields) for text in documents for found in _DOCUMENTS.decode_lines(text)}
    still_excluded = kept_excluded | _by_contact(changes.overrides.excluded)
    events = read_events(context, ids)
    # Before the clock of the type, its memberships are those of a later time already.
    floor = context.this_window.start if context.clock else None
    changed = [
        ContactVersions(
            id_,
            max(from_micros(groups[id_].instant), floor) if floor else from_micros(groups[id_].instant),
            groups[id_].cause,
            Version(stored.get(id_), excluded.get(id_, NO_OVERRIDES), events.get(id_, WITHOUT_EVENTS).before),
            Version(present.get(id_), still_excluded.get(id_, NO_OVERRIDES), events.get(id_, WITHOUT_EVENTS).after),
        )
        for id_ in ids
    ]
    return replace(context, changed=changed, documents=documents)


def compare_versions(_: Connection, context: TypeContext) -> TypeContext:
    """Find which segments the contacts enter and leave: with their change, and at the breakpoints of new values."""
    evaluations = (evaluation for contact in context.changed for evaluation in _evaluations(context, contact))
    return replace(context, differences=find_differences(context, evaluations))


def put_back(con: Connection, context: TypeContext) -> TypeContext:
    """Insert the contacts and their exclusions as they are now."""
    changes = context.changes
    if context.documents:
        insert_contacts(con, changes.type_id, changes.fields, context.documents)
    if changes.overrides.excluded:
        con.execute(SQL["insert_exclusions"], _columns(changes.overrides.excluded))
    return context


def add_events(con: Connection, context: TypeContext) -> TypeContext:
    """Add the new events of the contacts."""
    events = context.changes.events
    if events.changed:
        ensure_event_tables(con, events.catalogue)
    for name_id, rows in events.added:
        insert_events(con, name_id, events.catalogue.properties_of(name_id), rows)
    return context


def record_differences(con: Connection, context: TypeContext) -> TypeContext:
    """Append what was found to the log, and update the members and sizes of segments."""
    found = sorted(context.differences or (), key=lambda difference: (difference.instant, difference.seq))
    if not found:
        return context
    state = context.state
    rows = _rows(state.number, found)
    con.execute(SQL["log"], _columns(rows))
    last = {row.recipient_id: row for row in rows}
    con.execute(SQL["merge_recent"], _columns(row[1:4] for row in last.values()))
    growth: Counter[int] = Counter()
    for difference in found:
        growth[difference.segment_id] += difference.delta
    state = replace(
        state,
        number=rows[-1].number,
        sizes=update_sizes(con, state.sizes, list(growth.items())),
        days=state.days.apply(_by_day(found, context.changes.segments.zone)),
        logged=[*state.logged, *rows],
    )
    return replace(context, state=state)


def next_breakpoint(context: TypeContext) -> datetime | None:
    """Return the first instant after now at which a value of the changed contacts reaches a breakpoint."""
    versions = (contact.after for contact in context.changed)
    return min((at for one in versions for at in _breakpoints(context, one, context.now, LAST_INSTANT)), default=None)


def _stored(
    con: Connection, context: TypeContext, ids: Sequence[int], fields: Sequence[Field], *, take: bool
) -> tuple[dict[int, Mapping[int, Value]], dict[int, Overrides]]:
    """Return the values and overrides of those contacts that are stored; with `take`, delete both."""
    if not ids:
        return {}, {}
    names = "".join(f", {column(field)}" for field in fields)
    some = f"{table(context.changes.type_id)} WHERE id IN (SELECT unnest($1::BIGINT[]))"
    query = f"DELETE FROM {some} RETURNING id{names}" if take else f"SELECT id{names} FROM {some}"
    values: dict[int, Mapping[int, Value]] = {
        id_: stored_values(id_, found, fields) for id_, *found in con.execute(query, [ids]).fetchall()
    }
    query = SQL["take_exclusions" if take else "exclusions"]
    return values, _by_contact(con.execute(query, [ids]).fetchall() if context.has_overrides else ())


def _values(document: _Document, fields: Sequence[Field]) -> dict[int, Value]:
    """Return the values of a document in comparable form, by field id."""
    found: dict[int, Value] = {CONTACT_ID.id: document.id}
    for field in fields:
        if field.id == EMAIL.id:
            found[field.id] = comparable(document.email)
        elif field.id == CREATED_AT.id:
            found[field.id] = from_micros(document.created_at)
        elif field.id == UPDATED_AT.id:
            found[field.id] = from_micros(document.updated_at)
        elif field.id == SUPPRESSED.id:
            found[field.id] = document.suppressed
        elif (value := document.values.get(field.id)) is not None:
            found[field.id] = comparable(typed_value(value, field.kind))
    return found


def _by_contact(excluded: Iterable[tuple[int, int]]) -> dict[int, Overrides]:
    found: dict[int, dict[int, tuple[bool, bool]]] = defaultdict(dict)
    for segment_id, contact_id in excluded:
        found[contact_id][segment_id] = EXCLUDED
    return dict(found)


def _evaluations(context: TypeContext, contact: ContactVersions) -> Iterator[Evaluation]:
    """Yield what a contact was and what it is after its change, and at each breakpoint of its new values until now."""
    zone, end = context.changes.segments.zone, context.this_window.end
    changed = EvaluationTime(contact.instant, zone), naive_utc(contact.instant), contact.cause
    yield Evaluation(contact.id, 0, *changed, contact.before)
    yield Evaluation(contact.id, 1, *changed, contact.after)
    for seq, at in enumerate(sorted({*_breakpoints(context, contact.after, contact.instant, end)}), 2):
        yield Evaluation(contact.id, seq, EvaluationTime(at, zone), naive_utc(at), Cause.TIME, contact.after)


def _breakpoints(context: TypeContext, version: Version, after: datetime, before: datetime) -> Iterator[datetime]:
    """Yield the instants between two at which a value reaches a breakpoint."""
    first, last = to_micros(after), to_micros(before)
    for field, offset in context.breakpoints:
        value = version.values.get(field.id) if version.values else None
        if isinstance(value, datetime) and first < (at := to_micros(value) + offset // MICROSECOND) < last:
            yield from_micros(at)
    for name_id, field, offset in context.event_breakpoints:
        for event in version.events.get(name_id, ()):
            value = event.value_of(field)
            if isinstance(value, datetime) and first < (at := to_micros(value) + offset // MICROSECOND) < last:
                yield from_micros(at)


def _rows(last: int, found: Sequence[MembershipDifference]) -> list[ChangeRow]:
    """Number membership changes after the last number of the log."""
    micros = {instant: to_micros(instant.replace(tzinfo=UTC)) for instant in {one.instant for one in found}}
    return [
        ChangeRow(
            number, one.segment_id << SEGMENT_SHIFT | one.contact_id, one.delta, micros[one.instant], one.cause.value
        )
        for number, one in enumerate(found, last + 1)
    ]


def _by_day(found: Sequence[MembershipDifference], zone: ZoneInfo) -> list[DailyChanges]:
    """Count entries and exits by segment and day."""
    days = {instant: day_of(instant.replace(tzinfo=UTC), zone) for instant in {one.instant for one in found}}
    counts = Counter((one.segment_id, days[one.instant], one.delta) for one in found)
    return [
        DailyChanges(*of, counts[*of, 1], counts[*of, -1])
        for of in sorted({(segment_id, day) for segment_id, day, _ in counts})
    ]


def _columns(rows: Iterable[Sequence[object]]) -> list[list[object]]:
    return [list(values) for values in zip(*rows, strict=True)]
