"""What the projection is given: batches of changes, built from the change log and the rows of the records."""

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
    FullLoad,
    OverrideChanges,
    Purpose,
    SegmentPlans,
    Since,
    Touched,
    TypeChanges,
)
from tamis.domain.fields import FieldSet
from tamis.domain.history import Position
from tamis.domain.instants import UTC_ZONE, from_micros, zone_named
from tamis.records import accounts, change_log, contacts, externals, recipients, types
from tamis.records.handles import Reader
from tamis.rules.evaluation.segments import in_order
from tamis.rules.time.breakpoints import time_dependent_conditions
from tamis.rules.tree import Rule, segments_named

DOCUMENTS_A_LOAD = 50_000


def changes_between(db: Reader, after: int, up_to: int, last: int, due: Iterable[int], now: datetime) -> ChangeBatch:
    """Build the batch of the changes after one and up to another; time passes for the contact types that are `due`,
    too. `last` is the newest change of the records."""
    touched = _touched_between(db, after, up_to, last)
    type_ids = sorted(touched.keys() | set(due))
    return ChangeBatch(up_to, (_changes_of_type(db, type_id, touched[type_id], now) for type_id in type_ids))


def set_back(db: Reader, applied: int, ahead: Mapping[int, datetime]) -> ChangeBatch:
    """Build the batch that makes contact types right as of an earlier instant than that to which they were followed."""
    return ChangeBatch(applied, (_rewound(db, type_id, now) for type_id, now in ahead.items()), Purpose.REWIND)


def everything(db: Reader, kept: Position, now: datetime, last: int) -> ChangeBatch:
    """Build the batch that completes a projection which has the kept history: contacts and overrides as they are now,
    and what the change log has since."""
    touched = _touched_between(db, kept.change, last, last)  # with types that were deleted since
    type_ids = sorted({*types.all_type_ids(db), *touched})
    fields = {type_id: types.fields_of_type(db, type_id) for type_id in type_ids}
    excluded = recipients.exclusions_for_columns(db, None)
    excluded += [pair for type_id in fields for pair in externals.exclusions_for_columns(db, type_id, None)]
    overrides = OverrideChanges(included=recipients.inclusions_for_columns(db, None), excluded=excluded)
    return ChangeBatch(
        last,
        (_restored(db, id_, known, touched[id_], kept.as_of.get(id_), now) for id_, known in fields.items()),
        Purpose.RESTORE,
        FullLoad(fields, _all_documents(db), overrides),
    )


def _restored(
    db: Reader, type_id: int, fields: FieldSet, touched: "_TouchedOfType", as_of: datetime | None, now: datetime
) -> TypeChanges:
    """Describe what was written in a contact type since the history was kept. Time passes up to the last of it only:
    the rest is followed as ever."""
    plans = _plans(db, type_id, fields, touched.segments.keys())
    return TypeChanges(
        type_id,
        fields,
        plans,
        max(touched.latest(as_of or now), *touched.segments.values(), as_of or now),
        touched=touched.contacts,
        overrides=OverrideChanges(touched.included),
        since=Since(as_of, _edited(plans, touched.segments), touched.overridden),
    )


def _edited(plans: SegmentPlans, changed: Mapping[int, datetime]) -> dict[int, datetime]:
    """Tell when the rules of segments, or of those that they name, were edited last."""
    edited = dict(changed)
    for level in plans.refilled:
        for segment_id, rule in level.items():
            edited[segment_id] = max(edited[id_] for id_ in {segment_id, *segments_named(rule)} if id_ in edited)
    return edited


@dataclass
class _TouchedOfType:
    """What a span of changes touched in one contact type."""

    contacts: list[Touched] = field(default_factory=list)
    included: list[Touched] = field(default_factory=list)
    segments: dict[int, datetime] = field(default_factory=dict)
    """When those that were made, edited or deleted were, and when anything was done by hand in others."""
    overridden: dict[int, datetime] = field(default_factory=dict)
    fields: bool = False

    def latest(self, now: datetime) -> datetime:
        """Return the newest instant at which anything was touched, if it is after `now`: clocks are set back, too."""
        return max([now, *(from_micros(group.instant) for group in (*self.contacts, *self.included))])


def _touched_between(db: Reader, after: int, up_to: int, last: int) -> dict[int, _TouchedOfType]:
    """Collect what a span of changes touched.

    Documents, fields and rules are read as they are after the `last` change. So where a batch ends earlier, fields and
    segments that change after it belong to it already: without them, what is read would not fit what is there.
    """
    touched: dict[int, _TouchedOfType] = defaultdict(_TouchedOfType)
    for group in change_log.list_contact_changes(db, after, up_to):
        touched[group.contact_type_id].contacts.append(Touched(group.at, group.cause, group.contact_ids))
    for change in change_log.list_other_changes(db, after, last):
        of_type = touched[change.contact_type_id]
        if change.subject == "segment" and change.segment_id:
            of_type.segments[change.segment_id] = from_micros(change.at)
        if change.subject == "recipient" and change.segment_id:
            of_type.overridden[change.segment_id] = from_micros(change.at)
        if change.subject == "fields":
            of_type.fields = True
        if change.added_id and change.change <= up_to:
            of_type.included.append(Touched(change.at, change.cause, [change.added_id]))
    return touched


def _changes_of_type(db: Reader, type_id: int, touched: _TouchedOfType, now: datetime) -> TypeChanges:
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


def _overrides(db: Reader, type_id: int, touched: _TouchedOfType, ids: Sequence[int]) -> OverrideChanges:
    """Read the additions that were touched, and the exclusions of contacts and external recipients that were."""
    added = {id_ for group in touched.included for id_ in group.ids}
    of_contacts = recipients.inclusions_of_contacts(db, ids) if ids else {}
    by_contact = of_contacts.keys() - added  # their address is a contact now, or a contact's no more
    groups = _touched_with(touched.contacts, {id_: of_contacts[id_] for id_ in by_contact}) if by_contact else []
    excluded = [pair for part in batched(ids, DOCUMENTS_A_LOAD) for pair in recipients.exclusions_for_columns(db, part)]
    additions = sorted(added | by_contact)
    if additions:
        excluded += externals.exclusions_for_columns(db, type_id, additions)
    return OverrideChanges([*groups, *touched.included], recipients.inclusions_for_columns(db, additions), excluded)


def _touched_with(groups: Sequence[Touched], of_contacts: dict[int, int]) -> list[Touched]:
    """Say of additions, each given with its contact, that they were touched when the contact was."""
    found = []
    for group in groups:
        ids = set(of_contacts.values()).intersection(group.ids)
        if ids:
            added = [id_ for id_, contact_id in of_contacts.items() if contact_id in ids]
            found.append(Touched(group.instant, group.cause, added))
    return found


def _rewound(db: Reader, type_id: int, now: datetime) -> TypeChanges:
    fields = types.fields_of_type(db, type_id)
    by_time = {id_ for id_, rule in rules_of_type(db, type_id, fields).items() if time_dependent_conditions(rule)}
    return TypeChanges(type_id, fields, _plans(db, type_id, fields, by_time), now)


def _all_documents(db: Reader) -> Iterator[tuple[int, Sequence[str]]]:
    for part in batched(contacts.all_documents(db), DOCUMENTS_A_LOAD):
        by_type: dict[int, list[str]] = defaultdict(list)
        for type_id, document in part:
            by_type[type_id].append(document)
        yield from by_type.items()


def _plans(db: Reader, type_id: int, fields: FieldSet, changed: Collection[int]) -> SegmentPlans:
    """Sort the segments of a type: `changed` are those that were made, edited or deleted. Where nobody knows when the
    account's days begin, no rule selects anybody."""
    rules, zone = rules_of_type(db, type_id, fields), zone_named(accounts.timezone_of_type(db, type_id))
    if zone is None:  # this machine has other time zones than that on which it was chosen
        log.event("time_zone_not_known", level=logging.ERROR, contact_type=type_id)
        rules, zone = dict.fromkeys(rules), UTC_ZONE
    kept: list[dict[int, Rule]] = []
    refilled: list[dict[int, Rule]] = []
    to_fill: set[int] = set(changed)
    for level in in_order(rules):
        to_fill.update(id_ for id_ in level if segments_named(rules[id_]) & to_fill)
        kept.append({id_: rules[id_] for id_ in level if id_ not in to_fill})
        refilled.append({id_: rules[id_] for id_ in level if id_ in to_fill})
    return SegmentPlans(zone, _some(kept), _some(refilled), frozenset(changed) - rules.keys())


def _some(levels: list[dict[int, Rule]]) -> list[dict[int, Rule]]:
    return [level for level in levels if level]
