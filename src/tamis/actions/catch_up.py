"""The one place that sees both stores: the columns follow the change feed of the records."""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import apsw

from tamis.actions.batches import batched
from tamis.columns.fold import Fold, Plan
from tamis.columns.store import Columns
from tamis.domain.errors import Invalid
from tamis.domain.fields import FieldSet
from tamis.domain.segments import SegmentRefs
from tamis.records import accounts, contacts, feed, recipients, segments, types
from tamis.records.database import snapshot
from tamis.records.store import Records
from tamis.rules.build import build
from tamis.rules.json import from_json
from tamis.rules.tree import Rule

log = logging.getLogger("tamis")
CHANGES_A_STEP = 100_000
DOCUMENTS_A_LOAD = 50_000
KEPT_CHANGES = 50_000


def catch_up(records: Records, columns: Columns, clock: Callable[[], datetime]) -> None:
    """Let the columns follow the records up to the last acknowledged write, or rebuild them when they cannot."""
    db = records.reader()
    if columns.damaged:
        columns.recover()
    if columns.applied == feed.last_change(db):
        return
    with columns.lock:
        while columns.applied != feed.last_change(db):
            with snapshot(db):
                _step(db, columns, clock())
        _trim(records, db, columns)


@lru_cache(maxsize=4096)
def stored_rule(document: str, fields: FieldSet, refs: SegmentRefs) -> Rule:
    """Build a segment's stored rule; `refs` are the segments that it may name.

    One that no longer fits its fields selects nobody (§ Fail closed) and is reported in the log.
    """
    try:
        return build(from_json(document), fields, refs)
    except Invalid as error:
        log.error("a stored rule cannot be evaluated and selects nobody: %s", error)
        return None


def _step(db: apsw.Connection, columns: Columns, now: datetime) -> None:
    applied, first = columns.applied, feed.first_kept_change(db)
    last = feed.last_change(db)
    if applied is None or applied > last or (applied < last and (first is None or first > applied + 1)):
        _rebuild(db, columns, now, last)
        return
    if applied < last:
        with columns.fold(now) as fold:
            _apply(db, fold, applied, min(last, applied + CHANGES_A_STEP))


def _apply(db: apsw.Connection, fold: Fold, after: int, up_to: int) -> None:
    touched: dict[int, set[int]] = defaultdict(set)
    for group in feed.touched_contacts(db, after, up_to):
        touched[group.contact_type_id].update(group.contact_ids)
    whole: dict[int, set[int]] = defaultdict(set)
    added: set[int] = set()
    for change in feed.rare_changes(db, after, up_to):
        touched.setdefault(change.contact_type_id, set())
        if change.subject == "segment" and change.segment_id:
            whole[change.contact_type_id].add(change.segment_id)
        if change.added_id:
            added.add(change.added_id)
    all_fields = {type_id: types.fields_of_type(db, type_id) for type_id in touched}
    for type_id, ids in touched.items():
        fold.arrange(type_id, all_fields[type_id])
        fold.drop_contacts(type_id, list(ids))
    for type_id, ids in touched.items():
        for part in batched(sorted(ids), DOCUMENTS_A_LOAD):
            fold.load_contacts(type_id, all_fields[type_id], contacts.documents(db, type_id, part))
            fold.load_removed(recipients.removed_for_columns(db, part))
            added.update(recipients.added_of_contacts(db, part))
    fold.load_added(sorted(added), recipients.added_for_columns(db, sorted(added)))
    for type_id in touched:
        plans = _plans(db, type_id, all_fields[type_id])
        fold.settle(type_id, plans, whole[type_id])
        for segment_id in whole[type_id] - {plan.segment_id for plan in plans}:
            fold.forget_segment(segment_id)
    fold.finish(up_to)


def _rebuild(db: apsw.Connection, columns: Columns, now: datetime, last: int) -> None:
    log.info("building the column store from the records")
    columns.start_over()
    with columns.fold(now) as fold:
        all_fields = {type_id: types.fields_of_type(db, type_id) for type_id in types.all_type_ids(db)}
        for type_id, fields in all_fields.items():
            fold.arrange(type_id, fields)
        for part in batched(contacts.all_documents(db), DOCUMENTS_A_LOAD):
            by_type: dict[int, list[str]] = defaultdict(list)
            for type_id, document in part:
                by_type[type_id].append(document)
            for type_id, documents in by_type.items():
                fold.load_contacts(type_id, all_fields[type_id], documents)
        fold.load_added((), recipients.added_for_columns(db, None))
        fold.load_removed(recipients.removed_for_columns(db, None))
        for type_id, fields in all_fields.items():
            plans = _plans(db, type_id, fields)
            fold.settle(type_id, plans, {plan.segment_id for plan in plans})
        fold.finish(last)


def _plans(db: apsw.Connection, type_id: int, fields: FieldSet) -> list[Plan]:
    live: Any = segments.live_of_type(db, type_id)
    if not live:
        return []
    account = accounts.account_by_id(db, live[0].account_id)
    assert account
    refs = {s.id: segments.refs_for(db, type_id, [s.rule]) for s in live}
    return [Plan(s.id, stored_rule(s.rule, fields, refs[s.id]), account.zone) for s in live]


def _trim(records: Records, db: apsw.Connection, columns: Columns) -> None:
    first = feed.first_kept_change(db)
    if columns.applied and first and columns.applied - first > 2 * KEPT_CHANGES:
        keep_from = columns.applied - KEPT_CHANGES
        records.submit(lambda writer: feed.trim(writer, keep_from))
