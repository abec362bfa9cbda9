"""Build the batches of changes that the projector applies, from the change log and the rows of the records."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tamis import log
from tamis.actions.batches import batched
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.columns.projector.batch import (
    ChangeBatch,
    ChangeGroup,
    ChangesSinceHistory,
    FullLoad,
    OverrideChanges,
    Purpose,
    SegmentRules,
    TypeChanges,
)
from tamis.domain.fields import FieldSet
from tamis.domain.history import Position
from tamis.domain.instants import UTC_ZONE, from_micros, zone_named
from tamis.records import accounts, change_log, contacts, externals, overrides, types
from tamis.records.handles import Reader
from tamis.rules.evaluation.dependencies import sort_into_levels
from tamis.rules.time.breakpoints import time_dependent_conditions
from tamis.rules.tree import Rule, referenced_segments

DOCUMENTS_A_LOAD = 50_000


def changes_batch(db: Reader, after: int, up_to: int, last: int, due: Iterable[int], now: datetime) -> ChangeBatch:
    """Build the batch of the changes above `after` up to `up_to`, in which time also passes for the contact types that
    are `due`. `last` is the newest change of the records."""
    touched = _deltas_between(db, after, up_to, last)
    type_ids = sorted(touched.keys() | set(due))
    return ChangeBatch(up_to, (_changes_of_type(db, type_id, touched[type_id], now) for type_id in type_ids))


def rewind_batch(db: Reader, applied: int, ahead: Mapping[int, datetime]) -> ChangeBatch:
    """Build the batch that evaluates contact types again as of an earlier instant, since the clock was set back."""
    return ChangeBatch(applied, (_rewound_changes(db, type_id, now) for type_id, now in ahead.items()), Purpose.REWIND)


def restore_batch(db: Reader, kept: Position, now: datetime, last: int) -> ChangeBatch:
    """Build the batch that completes a projection after its history was loaded: all contacts and overrides, and what
    the change log has had since."""
    touched = _deltas_between(db, kept.change, last, last)  # includes types deleted since
    type_ids = sorted({*types.all_type_ids(db), *touched})
    fields = {type_id: types.fields_of_type(db, type_id) for type_id in type_ids}
    excluded = overrides.exclusions_for_columns(db, None)
    excluded += [pair for type_id in fields for pair in externals.exclusions_for_columns(db, type_id, None)]
    changes = OverrideChanges(included=overrides.inclusions_for_columns(db, None), excluded=excluded)
    return ChangeBatch(
        last,
        (_restored_changes(db, id_, known, touched[id_], kept.as_of.get(id_), now) for id_, known in fields.items()),
        Purpose.RESTORE,
        FullLoad(fields, _all_documents(db), changes),
    )


def _restored_changes(
    db: Reader, type_id: int, fields: FieldSet, touched: "_TypeDelta", as_of: datetime | None, now: datetime
) -> TypeChanges:
    """Build the changes of a contact type since its history was kept. Time passes up to the last of them only: ordinary
    batches follow with the rest."""
    plans = _plans(db, type_id, fields, touched.segments.keys())
    return TypeChanges(
        type_id,
        fields,
        plans,
        max(touched.latest(as_of or now), *touched.segments.values(), as_of or now),
        changed=touched.contacts,
        overrides=OverrideChanges(touched.included),
        since=ChangesSinceHistory(as_of, _edited(plans, touched.segments), touched.overridden),
    )


def _edited(plans: SegmentRules, changed: Mapping[int, datetime]) -> dict[int, datetime]:
    """Return when the rules of segments, or of the segments that they name, were last edited."""
    edited = dict(changed)
    for level in plans.refreshed:
        for segment_id, rule in level.items():
            edited[segment_id] = max(edited[id_] for id_ in {segment_id, *referenced_segments(rule)} if id_ in edited)
    return edited


@dataclass
class _TypeDelta:
    """What a range of changes touched in one contact type."""

    contacts: list[ChangeGroup] = field(default_factory=list)
    included: list[ChangeGroup] = field(default_factory=list)
    segments: dict[int, datetime] = field(default_factory=dict)
    """When each created, edited or deleted segment was."""
    overridden: dict[int, datetime] = field(default_factory=dict)
    """When the manual overrides of each segment last changed."""
    fields: bool = False

    def latest(self, now: datetime) -> datetime:
        """Return the newest instant at which anything was touched, or `now` if that is later: clocks get set back."""
        return max([now, *(from_micros(group.instant) for group in (*self.contacts, *self.included))])


def _deltas_between(db: Reader, after: int, up_to: int, last: int) -> dict[int, _TypeDelta]:
    """Collect what a range of changes touched, by contact type.

    Documents, fields and rules are read as they are after the `last` change. Where a batch ends earlier, it therefore
    includes all later changes of fields and segments: otherwise the rows that are read would not fit the columns.
    """
    touched: dict[int, _TypeDelta] = defaultdict(_TypeDelta)
    for group in change_log.list_contact_changes(db, after, up_to):
        touched[group.contact_type_id].contacts.append(ChangeGroup(group.at, group.cause, group.contact_ids))
    for change in change_log.list_other_changes(db, after, last):
        of_type = touched[change.contact_type_id]
        if change.subject == "segment" and change.segment_id:
            of_type.segments[change.segment_id] = from_micros(change.at)
        if change.subject == "recipient" and change.segment_id:
            of_type.overridden[change.segment_id] = from_micros(change.at)
        if change.subject == "fields":
            of_type.fields = True
        if change.inclusion_id and change.change <= up_to:
            of_type.included.append(ChangeGroup(change.at, change.cause, [change.inclusion_id]))
    return touched


def _changes_of_type(db: Reader, type_id: int, touched: _TypeDelta, now: datetime) -> TypeChanges:
    fields = types.fields_of_type(db, type_id)
    ids = sorted({id_ for group in touched.contacts for id_ in group.ids})
    return TypeChanges(
        type_id,
        fields,
        _plans(db, type_id, fields, touched.segments.keys()),
        touched.latest(now),
        touched.fields,
        touched.contacts,
        (contacts.documents(db, type_id, part) for part in batched(ids, DOCUMENTS_A_LOAD)),
        _overrides(db, type_id, touched, ids),
    )


def _overrides(db: Reader, type_id: int, touched: _TypeDelta, ids: Sequence[int]) -> OverrideChanges:
    """Read the touched inclusions, and the exclusions of touched contacts and external recipients."""
    added = {id_ for group in touched.included for id_ in group.ids}
    of_contacts = overrides.inclusions_of_contacts(db, ids) if ids else {}
    by_contact = of_contacts.keys() - added  # their address is a contact now, or a contact's no more
    groups = _touched_inclusions(touched.contacts, {id_: of_contacts[id_] for id_ in by_contact}) if by_contact else []
    excluded = [pair for part in batched(ids, DOCUMENTS_A_LOAD) for pair in overrides.exclusions_for_columns(db, part)]
    additions = sorted(added | by_contact)
    if additions:
        excluded += externals.exclusions_for_columns(db, type_id, additions)
    return OverrideChanges([*groups, *touched.included], overrides.inclusions_for_columns(db, additions), excluded)


def _touched_inclusions(groups: Sequence[ChangeGroup], of_contacts: dict[int, int]) -> list[ChangeGroup]:
    """Group the inclusions of touched contacts like the contacts: `of_contacts` maps inclusions to contacts."""
    found = []
    for group in groups:
        ids = set(of_contacts.values()).intersection(group.ids)
        if ids:
            added = [id_ for id_, contact_id in of_contacts.items() if contact_id in ids]
            found.append(ChangeGroup(group.instant, group.cause, added))
    return found


def _rewound_changes(db: Reader, type_id: int, now: datetime) -> TypeChanges:
    fields = types.fields_of_type(db, type_id)
    timed_ids = {id_ for id_, rule in rules_of_type(db, type_id, fields).items() if time_dependent_conditions(rule)}
    return TypeChanges(type_id, fields, _plans(db, type_id, fields, timed_ids), now)


def _all_documents(db: Reader) -> Iterator[tuple[int, Sequence[str]]]:
    for part in batched(contacts.all_documents(db), DOCUMENTS_A_LOAD):
        by_type: dict[int, list[str]] = defaultdict(list)
        for type_id, document in part:
            by_type[type_id].append(document)
        yield from by_type.items()


def _plans(db: Reader, type_id: int, fields: FieldSet, changed: Collection[int]) -> SegmentRules:
    """Sort the segments of a type into those that are kept and refreshed; `changed` were created, edited or deleted.

    While the account's time zone is unknown on this machine, no rule selects anybody (§ Fail closed).
    """
    rules, zone = rules_of_type(db, type_id, fields), zone_named(accounts.timezone_of_type(db, type_id))
    if zone is None:  # the zone was chosen on a machine with another time zone database
        log.event("time_zone_not_known", level=logging.ERROR, contact_type=type_id)
        rules, zone = dict.fromkeys(rules), UTC_ZONE
    kept: list[dict[int, Rule]] = []
    refreshed: list[dict[int, Rule]] = []
    to_refill: set[int] = set(changed)
    for level in sort_into_levels(rules):
        to_refill.update(id_ for id_ in level if referenced_segments(rules[id_]) & to_refill)
        kept.append({id_: rules[id_] for id_ in level if id_ not in to_refill})
        refreshed.append({id_: rules[id_] for id_ in level if id_ in to_refill})
    return SegmentRules(zone, _without_empty(kept), _without_empty(refreshed), frozenset(changed) - rules.keys())


def _without_empty(levels: list[dict[int, Rule]]) -> list[dict[int, Rule]]:
    return [level for level in levels if level]
