"""Entries of imports in the audit log."""

from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.domain.accounts.audit import AuditAction, Detail, Subject
from tamis.domain.files.imports import ImportJob
from tamis.records.handles import Transaction
from tamis.records.importing import imports


def record_import(db: Transaction, now: datetime, job: ImportJob, action: AuditAction, **details: Detail) -> None:
    """Record what happens with an import. Its figures are counts; its name is that of the file."""
    subject = Subject("import", job.id, job.source)
    record_entry(db, now, job.account_id, action, subject, contact_type=job.contact_type_id, **details)


def record_end(db: Transaction, now: datetime, account_id: int, import_id: int, action: AuditAction) -> None:
    """Record that an import has finished or failed, with its figures so far."""
    job = imports.by_id(db, account_id, import_id)
    if job:
        record_import(db, now, job, action, **job.figures._asdict())
