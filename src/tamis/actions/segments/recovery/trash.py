"""The trash: deleted segments, which can be restored for some days with their history, overrides and versions."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from tamis import log
from tamis.actions.segments.segment_audit import record_segment
from tamis.actions.segments.segments import free_name
from tamis.actions.segments.validation import build_or_collect, problems_with_names
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.errors import Message, NotFound, Problem, Refused, TamisError
from tamis.domain.segments.segments import Segment
from tamis.records import types
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import trash
from tamis.rules.syntaxes.json import from_json

SEGMENTS_A_STEP = 20


@dataclass(frozen=True, slots=True)
class DeletedSegment:
    """A segment in the trash: when it was deleted, and until when it can be restored. `contact_type` is the name of its
    contact type, which may be deleted, too."""

    segment: Segment
    contact_type: str
    deleted_at: datetime
    restorable_until: datetime


def list_trash(db: Reader, now: datetime, account: Account, kept_days: int) -> list[DeletedSegment]:
    """List the segments in the trash of an account, the last deleted first."""
    kept = timedelta(days=kept_days)
    names = types.names_of_types(db, account.id)
    return [
        DeletedSegment(found.segment, names[found.segment.contact_type_id], found.deleted_at, found.deleted_at + kept)
        for found in trash.trash_of_account(db, account.id, now - kept)
    ]


def find_deleted(db: Reader, now: datetime, account: Account, kept_days: int, reference: str) -> DeletedSegment:
    """Find a segment in the trash by id or name, of several with the name the last deleted; raises NotFound."""
    for found in list_trash(db, now, account, kept_days):
        if reference in (str(found.segment.id), found.segment.name):
            return found
    raise NotFound("segment_not_in_trash", segment=reference)


def restore_deleted(db: Transaction, now: datetime, account: Account, kept_days: int, segment_id: int) -> Segment:
    """Restore a segment from the trash, with its id, overrides, history and versions. Where its name is taken, it gets
    a number: "Name (2)".

    Raises NotFound, and Refused if the contact type, or anything that the rule needs, is gone.
    """
    segment = find_deleted(db, now, account, kept_days, str(segment_id)).segment
    if types.type_by_id(db, account.id, segment.contact_type_id) is None:
        name = types.names_of_types(db, account.id)[segment.contact_type_id]
        raise Refused("deleted_segment_without_type", segment=segment.name, contact_type=name)
    problems: list[Problem] = []
    rule = build_or_collect(db, segment.contact_type_id, from_json(segment.rule), problems)
    problems += problems_with_names(db, segment.contact_type_id, segment, rule)
    if problems:
        reasons = [Message(problem.code, **problem.params) for problem in problems]
        raise Refused("deleted_segment_not_restorable", segment=segment.name, reasons=reasons)
    restored = trash.restore(db, segment, free_name(db, account, segment.name), now)
    previous = {"previous_name": segment.name} if restored.name != segment.name else {}
    record_segment(db, now, restored, AuditAction.SEGMENT_RESTORED, **previous)
    return restored


def empty_trash(services: Services, account: Account) -> int:
    """Delete the segments in the trash of an account for good; return how many. Raises Unavailable."""
    now = services.clock()
    found = list_trash(services.records.reader(), now, account, services.settings.trash_days)
    return _purge(services, [deleted.segment.id for deleted in found])


def purge_expired(services: Services) -> None:
    """Delete for good the segments that have been in the trash for too long; a failure is logged, and it is tried again
    the next day."""
    until = services.clock() - timedelta(days=services.settings.trash_days)
    try:
        _purge(services, trash.deleted_before(services.records.reader(), until))
    except TamisError as error:
        log.event("trash_not_emptied", level=logging.ERROR, reason=str(error))


def _purge(services: Services, segment_ids: Sequence[int]) -> int:
    """Delete segments in the trash for good, some in each transaction, so that others can write in between."""
    purged = 0
    for start in range(0, len(segment_ids), SEGMENTS_A_STEP):
        purged += services.write(partial(_purge_some, segment_ids=segment_ids[start : start + SEGMENTS_A_STEP]))
    return purged


def _purge_some(db: Transaction, now: datetime, segment_ids: Sequence[int]) -> int:
    found = trash.still_deleted(db, segment_ids)
    for segment in found:
        record_segment(db, now, segment, AuditAction.SEGMENT_PURGED)
    trash.purge(db, [segment.id for segment in found], now)
    return len(found)
