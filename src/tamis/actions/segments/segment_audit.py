"""Entries of segments in the audit log."""

from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.domain.audit import AuditAction, Detail, segment_subject
from tamis.domain.segments import Segment
from tamis.records.handles import Transaction


def record_segment(db: Transaction, now: datetime, segment: Segment, action: AuditAction, **details: Detail) -> None:
    """Record what is done to a segment."""
    record_entry(db, now, segment.account_id, action, segment_subject(segment), **details)


def record_segment_edit(db: Transaction, now: datetime, before: Segment, after: Segment) -> None:
    """Record what an edit changed. Rules are not recorded: they may have values and emails of contacts."""
    details: dict[str, Detail] = {}
    if after.name != before.name:
        details["previous_name"] = before.name
    if after.rule != before.rule:
        details["rule_changed"] = True
    if after.description != before.description:
        details["description_changed"] = True
    record_segment(db, now, after, AuditAction.SEGMENT_CHANGED, **details)
