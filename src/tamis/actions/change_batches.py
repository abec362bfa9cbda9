"""Build the batches of changes that the projector applies, from the change log and the rows of the records."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from tamis import log
from tamis.actions.batches import batched
from tamis.actions.event_changes import EventDelta, all_event_rows, event_changes, event_deltas
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
from tamis.domain.segments.history import Position
from tamis.domain.values.fields import FieldSet
from tamis.domain.values.instants import UTC_ZONE, from_micros, zone_named
from tamis.records import change_log, contacts, types
from tamis.records.accounts import accounts
from tamis.records.events import catalogue as event_catalogue
from tamis.records.handles import Reader
from tamis.records.segments import externals, overrides, segment_versions
from tamis.rules.evaluation.dependencies import sort_into_levels
from tamis.rules.time.breakpoints import time_dependent_conditions
from tamis.rules.tree import Rule, referenced_events, referenced_segments

DOCUMENTS_PER_READ = 50_000


def changes_batch(db: Reader, after: int, up_to: int, last: int, due: Iterable[int], now: datetime) -> ChangeBatch:
    """Build the batch of the changes above `after` up to `up_to`, in which time also passes for the contact types that
    are `due`. `last` is the newest change of the records."""
    deltas = _deltas_between(db, after, up_to, last)
    type_ids = sorted(deltas.keys() | set(due))
    span = after, up_to
    return ChangeBatch(up_to, (_changes_of_type(db, type_id, deltas[type_id], span, now) for type_id in type_ids))


def rewind_batch(db: Reader, applied: int, ahead: Mapping[int, datetime]) -> ChangeBatch:
    """Build the batch that evaluates contact types again as of an earlier instant, since the clock was set back."""
    return ChangeBatch(applied, (_rewound_changes(db, type_id, now) for type_id, now in ahead.items()), Purpose.REWIND)


def restore_batch(db: Reader, kept: Position, now: datetime, last: int) -> ChangeBatch:
    """Build the batch that completes a projection after its history was loaded: all contacts and overrides, and what
    the change log has had since."""
    deltas = _deltas_between(db, kept.change, last, last)  # includes types deleted since
    type_ids = sorted({*types.all_type_ids(db), *deltas})
    fields = {type_id: types.fields_of_type(db, type_id) for type_id in type_ids}
    excluded = overrides.exclusions_for_columns(db, None)
    excluded += [pair for type_id in fields for pair in externals.exclusions_for_columns(db, type_id, None)]
    changes = OverrideChanges(included=overrides.inclusions_for_columns(db, None), excluded=excluded)
    catalogues = {type_id: event_catalogue.catalogue_of_type(db, type_id) for type_id in type_ids}
    return ChangeBatch(
        last,
        (_restored_changes(db, id_, known, deltas[id_], kept.as_of.get(id_), now) for id_, known in fields.items()),
        Purpose.RESTORE,
        FullLoad(fields, _all_documents(db), changes, catalogues, all_event_rows(db)),
    )


def _restored_changes(
    db: Reader, type_id: int, fields: FieldSet, delta: "_TypeDelta", as_of: datetime | None, now: datetime
) -> TypeChanges:
    """Build the changes of a contact type since its history was kept. Time passes up to the last of them only: ordinary
    batches follow with the rest."""
    rules = _segment_rules(db, type_id, fields, delta.segments.keys())
    return TypeChanges(
        type_id,
        fields,
        rules,
        max(delta.latest(as_of or now), *delta.segments.values(), as_of or now),
        changed=sorted([*delta.events.changed, *delta.contacts], key=attrgetter("instant")),
        overrides=OverrideChanges(delta.included),
        since=ChangesSinceHistory(as_of, _edited(rules, delta.segments), delta.overridden),
    )


def _edited(rules: SegmentRules, changed: Mapping[int, datetime]) -> dict[int, datetime]:
    """Return when the rules of segments, or of the segments that they name, were last edited."""
    edited = dict(changed)
    for level in rules.refreshed:
        for segment_id, rule in level.items():
            edited[segment_id] = max(edited[id_] for id_ in {segment_id, *referenced_segments(rule)} if id_ in edited)
    return edited


@dataclass
class _TypeDelta:
    """What a range of changes has changed in one contact type."""

    contacts: list[ChangeGroup] = field(default_factory=list)
    included: list[ChangeGroup] = field(default_factory=list)
    segments: dict[int, datetime] = field(default_factory=dict)
    """When each created, edited or deleted segment was."""
    overridden: dict[int, datetime] = field(default_factory=dict)
    """When the manual overrides of each segment last changed."""
    fields: bool = False
    events: EventDelta = field(default_factory=EventDelta)

    def latest(self, now: datetime) -> datetime:
        """Return the newest instant at which anything was delta, or `now` if that is later: clocks get set back."""
        changed = [group.instant for group in (*self.contacts, *self.included, *self.events.changed)]
        removed = [removal.instant for removal in self.events.removed]
        return max([now, *map(from_micros, [*changed, *removed])])


def _deltas_between(db: Reader, after: int, up_to: int, last: int) -> dict[int, _TypeDelta]:
    """Collect what a range of changes delta, by contact type.

    Documents, fields and rules are read as they are after the `last` change. Where a batch ends earlier, it therefore
    includes all later changes of fields and segments: otherwise the rows that are read would not fit the columns.
    """
    deltas: dict[int, _TypeDelta] = defaultdict(_TypeDelta)
    for group in change_log.list_contact_changes(db, after, up_to):
        deltas[group.contact_type_id].contacts.append(ChangeGroup(group.at, group.cause, group.contact_ids))
    for type_id, of_events in event_deltas(db, after, up_to, last).items():
        deltas[type_id].events = of_events
    for change in change_log.list_other_changes(db, after, last):
        delta = deltas[change.contact_type_id]
        if change.subject == "segment" and change.segment_id:
            delta.segments[change.segment_id] = from_micros(change.at)
        if change.subject == "recipient" and change.segment_id:
            delta.overridden[change.segment_id] = from_micros(change.at)
        if change.subject == "fields":
            delta.fields = True
        if change.subject == "catalogue":
            delta.events.has_new_kinds = True
        if change.inclusion_id and change.change <= up_to:
            delta.included.append(ChangeGroup(change.at, change.cause, [change.inclusion_id]))
    return deltas


def _changes_of_type(db: Reader, type_id: int, delta: _TypeDelta, span: tuple[int, int], now: datetime) -> TypeChanges:
    fields = types.fields_of_type(db, type_id)
    ids = sorted({id_ for group in delta.contacts for id_ in group.ids})
    return TypeChanges(
        type_id,
        fields,
        _segment_rules(db, type_id, fields, delta.segments.keys(), new_kinds=delta.events.has_new_kinds),
        delta.latest(now),
        delta.fields,
        delta.contacts,
        (contacts.documents(db, type_id, part) for part in batched(ids, DOCUMENTS_PER_READ)),
        _overrides(db, type_id, delta, ids),
        event_changes(db, type_id, *span, delta.events, ids),
    )


def _overrides(db: Reader, type_id: int, delta: _TypeDelta, ids: Sequence[int]) -> OverrideChanges:
    """Read the changed inclusions, those of contacts that changed or have new events, and the exclusions of changed
    contacts and external recipients."""
    changed_ids = {id_ for group in delta.included for id_ in group.ids}
    contact_groups = [*delta.events.changed, *delta.contacts]
    contact_ids = sorted({id_ for group in contact_groups for id_ in group.ids})
    of_contacts = overrides.inclusions_of_contacts(db, contact_ids) if contact_ids else {}
    by_contact = of_contacts.keys() - changed_ids  # their email has just become, or stopped being, that of a contact
    groups = _changed_inclusions(contact_groups, {id_: of_contacts[id_] for id_ in by_contact}) if by_contact else []
    excluded = [
        pair for part in batched(ids, DOCUMENTS_PER_READ) for pair in overrides.exclusions_for_columns(db, part)
    ]
    inclusion_ids = sorted(changed_ids | by_contact)
    if inclusion_ids:
        excluded += externals.exclusions_for_columns(db, type_id, inclusion_ids)
    return OverrideChanges([*groups, *delta.included], overrides.inclusions_for_columns(db, inclusion_ids), excluded)


def _changed_inclusions(groups: Sequence[ChangeGroup], of_contacts: dict[int, int]) -> list[ChangeGroup]:
    """Group the inclusions of changed contacts like the contacts: `of_contacts` maps inclusions to contacts."""
    found = []
    for group in groups:
        ids = set(of_contacts.values()).intersection(group.ids)
        if ids:
            added = [id_ for id_, contact_id in of_contacts.items() if contact_id in ids]
            found.append(ChangeGroup(group.instant, group.cause, added))
    return found


def _rewound_changes(db: Reader, type_id: int, now: datetime) -> TypeChanges:
    fields = types.fields_of_type(db, type_id)
    rules = rules_of_type(db, type_id, fields)
    timed_ids = {id_ for id_, rule in rules.items() if time_dependent_conditions(rule) or referenced_events(rule)}
    segments = _segment_rules(db, type_id, fields, timed_ids)
    return TypeChanges(type_id, fields, replace(segments, versions={}), now)  # no rule has changed


def _all_documents(db: Reader) -> Iterator[tuple[int, Sequence[str]]]:
    for part in batched(contacts.all_documents(db), DOCUMENTS_PER_READ):
        by_type: dict[int, list[str]] = defaultdict(list)
        for type_id, document in part:
            by_type[type_id].append(document)
        yield from by_type.items()


def _segment_rules(
    db: Reader, type_id: int, fields: FieldSet, changed: Set[int], *, new_kinds: bool = False
) -> SegmentRules:
    """Sort the segments of a type into unchanged and refreshed ones; `changed` were created, edited or deleted. With
    `new_kinds` of properties of events, all rules about events have changed.

    While the account's time zone is unknown on this machine, no rule selects anybody (§ Fail closed).
    """
    rules, zone = rules_of_type(db, type_id, fields), zone_named(accounts.timezone_of_type(db, type_id))
    if zone is None:  # the zone was chosen on a machine with another time zone database
        log.event("time_zone_not_known", level=logging.ERROR, contact_type=type_id)
        rules, zone = dict.fromkeys(rules), UTC_ZONE
    unchanged: list[dict[int, Rule]] = []
    refreshed: list[dict[int, Rule]] = []
    to_refresh = set(changed)
    if new_kinds:
        to_refresh.update(id_ for id_, rule in rules.items() if referenced_events(rule))
    for level in sort_into_levels(rules):
        to_refresh.update(id_ for id_ in level if referenced_segments(rules[id_]) & to_refresh)
        unchanged.append({id_: rules[id_] for id_ in level if id_ not in to_refresh})
        refreshed.append({id_: rules[id_] for id_ in level if id_ in to_refresh})
    versions = segment_versions.versions_without_size(db, changed & rules.keys())
    deleted = frozenset(changed) - rules.keys()
    return SegmentRules(zone, _without_empty(unchanged), _without_empty(refreshed), deleted, versions)


def _without_empty(levels: list[dict[int, Rule]]) -> list[dict[int, Rule]]:
    return [level for level in levels if level]
