"""The one place that sees both stores: the columns follow the change feed of the records, and the time."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TypeVar

import duckdb

from tamis import log
from tamis.actions.batches import batched
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.columns.engine.one_moment import at_one_moment
from tamis.columns.engine.store import Columns
from tamis.columns.projector.fold import Fold
from tamis.columns.projector.plans import Plans, Touched
from tamis.domain.errors import Unavailable
from tamis.domain.fields import FieldSet
from tamis.domain.instants import from_micros
from tamis.records import accounts, contacts, externals, feed, recipients, types
from tamis.records.engine.store import Records
from tamis.records.handles import Reader, snapshot
from tamis.rules.evaluation.segments import in_order
from tamis.rules.time.breakpoints import timed
from tamis.rules.tree import Rule, segments_named

T = TypeVar("T")

TOUCHED_A_STEP = 200_000
DOCUMENTS_A_LOAD = 50_000
KEPT_CHANGES = 50_000


def catch_up(records: Records, columns: Columns, clock: Callable[[], datetime], account_id: int | None = None) -> None:
    """Let the columns follow the records up to the last acknowledged write, and time up to now, or rebuild them when
    they cannot; for an account, up to the last write of its own: what others have written, it does not wait for.
    Raises Unavailable."""
    db = records.reader()
    if account_id is not None and is_fresh_for(db, columns, clock, account_id):
        return
    with records.explaining():
        try:
            _follow_up(records, db, columns, clock)
        except Unavailable:
            if columns.trouble is None:
                raise
            _follow_up(records, db, columns, clock)  # it has recovered, or says why it cannot


def _follow_up(records: Records, db: Reader, columns: Columns, clock: Callable[[], datetime]) -> None:
    if columns.trouble:
        columns.recover()
    now, wanted = clock(), feed.last_change(db)  # what is written from here on is not waited for
    if _is_fresh(db, columns, now, wanted) and not _ahead(columns, clock):
        return
    with columns.lock:
        while True:
            now = min(now, clock())
            if not _is_fresh(db, columns, now, wanted):
                with snapshot(db):
                    _step(db, columns, now)
            elif ahead := _ahead(columns, clock):
                with snapshot(db):
                    _turn_back(db, columns, ahead)
            else:
                break
        _trim(records, db, columns)


@contextmanager
def both_at_one_moment(
    records: Records, columns: Columns, clock: Callable[[], datetime]
) -> Iterator[tuple[Reader, duckdb.DuckDBPyConnection, datetime]]:
    """Give both stores as they stand after the same change, and the instant as of which they do, for a block that only
    reads and is short; writes and other reads go on beside it. Raises Unavailable."""
    if columns.trouble:
        columns.recover()
    db = records.reader()
    with ExitStack() as moment:
        with columns.lock:
            moment.enter_context(snapshot(db))  # what is written from here on is not waited for
            now = _settle(db, columns, clock)
            con = moment.enter_context(columns.reading())
            moment.enter_context(at_one_moment(con))
        yield db, con, now


@contextmanager
def columns_at_one_moment(
    records: Records,
    columns: Columns,
    clock: Callable[[], datetime],
    look: Callable[[Reader, datetime], T],
) -> Iterator[tuple[T, duckdb.DuckDBPyConnection]]:
    """Give the columns as they stand at one moment, for a block that reads and may last, and before them what a short
    look at the records after the same change, and the instant, has found; nobody waits for the block to end, but for
    who replaces the file of the columns. Raises Unavailable."""
    if columns.trouble:
        columns.recover()
    db = records.reader()
    with ExitStack() as moment:
        moment.enter_context(columns.lasting())
        with columns.lock, snapshot(db):
            found = look(db, _settle(db, columns, clock))
            con = moment.enter_context(columns.reading())
            moment.enter_context(at_one_moment(con))
        yield found, con


def _settle(db: Reader, columns: Columns, clock: Callable[[], datetime]) -> datetime:
    """Let the columns follow up to what a snapshot of the records has; gives the instant as of which they are right."""
    now = clock()
    while not _is_fresh(db, columns, now, feed.last_change(db)):
        _step(db, columns, now)
    if ahead := _ahead(columns, clock):
        _turn_back(db, columns, ahead)
    return now


def _is_fresh(db: Reader, columns: Columns, now: datetime, wanted: int) -> bool:
    """Tell whether the columns have followed up to a wanted change, and time up to an instant."""
    if columns.applied is None or not wanted <= columns.applied <= feed.last_change(db):
        return False
    return not any(due <= now for due in columns.due.values())


def is_fresh_for(db: Reader, columns: Columns, clock: Callable[[], datetime], account_id: int) -> bool:
    """Tell whether nothing of an account is left to be followed, neither a change nor time."""
    applied = columns.applied  # read first: what is followed meanwhile only makes it fresher
    if columns.trouble or applied is None or applied > feed.last_change(db):
        return False
    if feed.has_changed_of_account(db, account_id, applied):
        return False
    of_account = {found.id for found in types.types_of_account(db, account_id)}
    if any(due <= clock() for type_id, due in columns.due.items() if type_id in of_account):
        return False
    return not _ahead(columns, clock).keys() & of_account


def _ahead(columns: Columns, clock: Callable[[], datetime]) -> dict[int, datetime]:
    """Find the contact types whose memberships are right as of a later instant than the clock shows, because somebody
    has set it back; gives what it shows."""
    reached = columns.as_of  # read before the clock is: otherwise another thread may have gone further meanwhile
    now = clock() if reached else None
    return {type_id: now for type_id, as_of in reached.items() if now and as_of > now}


def _step(db: Reader, columns: Columns, now: datetime) -> None:
    applied, first = columns.applied, feed.first_kept_change(db)
    last = feed.last_change(db)
    if applied is None or applied > last or (applied < last and (first is None or first > applied + 1)):
        _rebuild(db, columns, now, last)
        return
    up_to = feed.end_of_step(db, applied, TOUCHED_A_STEP) or last
    if up_to < last:
        now = feed.instant_of(db, up_to) or now
    with columns.fold() as fold:
        work = _work(db, applied, up_to, last)
        for type_id in sorted(work.keys() | {t for t, due in columns.due.items() if due <= now}):
            _follow(db, fold, type_id, work[type_id], now)
        fold.finish(up_to)


def _turn_back(db: Reader, columns: Columns, ahead: dict[int, datetime]) -> None:
    with columns.fold() as fold:
        for type_id, now in ahead.items():
            fields = types.fields_of_type(db, type_id)
            by_time = {id_ for id_, rule in rules_of_type(db, type_id, fields).items() if timed(rule)}
            fold.turn_back(type_id, _plans(db, type_id, fields, by_time), now)
        fold.finish(columns.applied or 0)


@dataclass
class _Work:
    """What a span of changes touched in one contact type."""

    contacts: list[Touched] = field(default_factory=list)
    added: list[Touched] = field(default_factory=list)
    segments: set[int] = field(default_factory=set)
    fields: bool = False

    def latest(self, now: datetime) -> datetime:
        """Give the newest instant at which anything was touched, if it is after `now`: clocks are turned back, too."""
        return max([now, *(from_micros(group.instant) for group in (*self.contacts, *self.added))])


def _work(db: Reader, after: int, up_to: int, last: int) -> dict[int, _Work]:
    """Collect what a span of changes touched.

    Documents, fields and rules are read as they are after the `last` change. So where a step ends earlier, fields and
    segments that change after it belong to it already: without them, what is read would not fit what is there.
    """
    work: dict[int, _Work] = defaultdict(_Work)
    for group in feed.touched_contacts(db, after, up_to):
        work[group.contact_type_id].contacts.append(Touched(group.at, group.cause, group.contact_ids))
    for change in feed.rare_changes(db, after, last):
        of_type = work[change.contact_type_id]
        if change.subject == "segment" and change.segment_id:
            of_type.segments.add(change.segment_id)
        if change.subject == "fields":
            of_type.fields = True
        if change.added_id and change.change <= up_to:
            of_type.added.append(Touched(change.at, change.cause, [change.added_id]))
    return work


def _follow(db: Reader, fold: Fold, type_id: int, work: _Work, now: datetime) -> None:
    fields = types.fields_of_type(db, type_id)
    if work.fields:
        fold.arrange(type_id, fields)
    ids = sorted({id_ for group in work.contacts for id_ in group.ids})
    added = {id_ for group in work.added for id_ in group.ids}
    of_contacts = recipients.added_of_contacts(db, ids) if ids else {}
    by_contact = of_contacts.keys() - added  # their address is a contact now, or a contact's no more
    if by_contact:
        work.added[:0] = _touched_with(work.contacts, {id_: of_contacts[id_] for id_ in by_contact})
    fold.touch(type_id, work.contacts, work.added)
    for part in batched(ids, DOCUMENTS_A_LOAD):
        fold.bring_contacts(type_id, fields, contacts.documents(db, type_id, part))
        fold.bring_hands((), recipients.removed_for_columns(db, part))
    touched = sorted(added | by_contact)
    excluded = externals.exclusions_for_columns(db, type_id, touched) if touched else []
    fold.bring_hands(recipients.added_for_columns(db, touched), excluded)
    fold.settle(type_id, _plans(db, type_id, fields, work.segments), work.latest(now))


def _touched_with(contacts: Sequence[Touched], of_contacts: dict[int, int]) -> list[Touched]:
    """Say of additions, each given with its contact, that they were touched when the contact was."""
    found = []
    for group in contacts:
        ids = set(of_contacts.values()).intersection(group.ids)
        if ids:
            added = [id_ for id_, contact_id in of_contacts.items() if contact_id in ids]
            found.append(Touched(group.instant, group.cause, added))
    return found


def _rebuild(db: Reader, columns: Columns, now: datetime, last: int) -> None:
    log.event("columns_build_started")
    began = monotonic()
    columns.start_over()
    with columns.fold() as fold:
        all_fields = {type_id: types.fields_of_type(db, type_id) for type_id in types.all_type_ids(db)}
        for type_id, fields in all_fields.items():
            fold.arrange(type_id, fields)
        for part in batched(contacts.all_documents(db), DOCUMENTS_A_LOAD):
            by_type: dict[int, list[str]] = defaultdict(list)
            for type_id, document in part:
                by_type[type_id].append(document)
            for type_id, documents in by_type.items():
                fold.load_contacts(type_id, all_fields[type_id], documents)
        excluded = recipients.removed_for_columns(db, None)
        excluded += [pair for type_id in all_fields for pair in externals.exclusions_for_columns(db, type_id, None)]
        fold.load_hands(recipients.added_for_columns(db, None), excluded)
        for type_id, fields in all_fields.items():
            fold.build(type_id, _plans(db, type_id, fields, None), now)
        fold.finish(last)
    log.event("columns_build_finished", seconds=round(monotonic() - began, 1))


def _plans(db: Reader, type_id: int, fields: FieldSet, changed: Collection[int] | None) -> Plans:
    """Sort the segments of a type: `changed` are those that were made, edited or deleted; None stands for all."""
    rules = rules_of_type(db, type_id, fields)
    kept: list[dict[int, Rule]] = []
    filled: list[dict[int, Rule]] = []
    to_fill: set[int] = set(rules if changed is None else changed)
    for level in in_order(rules):
        to_fill.update(id_ for id_ in level if segments_named(rules[id_]) & to_fill)
        kept.append({id_: rules[id_] for id_ in level if id_ not in to_fill})
        filled.append({id_: rules[id_] for id_ in level if id_ in to_fill})
    zone = accounts.zone_of_type(db, type_id)
    return Plans(zone, _some(kept), _some(filled), frozenset(changed or ()) - rules.keys())


def _some(levels: list[dict[int, Rule]]) -> list[dict[int, Rule]]:
    return [level for level in levels if level]


def _trim(records: Records, db: Reader, columns: Columns) -> None:
    first = feed.first_kept_change(db)
    if columns.applied and first and columns.applied - first > 2 * KEPT_CHANGES:
        keep_from = columns.applied - KEPT_CHANGES
        records.submit(lambda writer: feed.trim(writer, keep_from))
