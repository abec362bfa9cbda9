"""Entries of segments in the audit log."""

from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.domain.accounts.audit import AuditAction, Detail, segment_subject
from tamis.domain.segments.segments import Segment
from tamis.records.handles import Reader, Transaction
from tamis.records.segments.segment_versions import newest_number


def record_segment(db: Transaction, now: datetime, segment: Segment, action: AuditAction, **details: Detail) -> None:
    """Record what is done to a segment."""
    record_entry(db, now, segment.account_id, action, segment_subject(segment), **details)


def rule_change(db: Reader, after: Segment) -> dict[str, Detail]:
    """Return the details of a changed rule: the version before, and the one that it is now."""
    version = newest_number(db, after.id)
    return {"rule_changed": True, "previous_version": version - 1, "version": version}


def record_segment_edit(db: Transaction, now: datetime, before: Segment, after: Segment) -> None:
    """Record what an edit changed. Rules are recorded as the numbers of their versions, which have them: rules may have
    values and emails of contacts, and so stay where these are erased."""
    details: dict[str, Detail] = {}
    if after.name != before.name:
        details["previous_name"] = before.name
    if after.rule != before.rule:
        details |= rule_change(db, after)
    if after.description != before.description:
        details["description_changed"] = True
    record_segment(db, now, after, AuditAction.SEGMENT_CHANGED, **details)
