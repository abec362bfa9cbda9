"""Uploaded files in the records: their account and contact type, and since when they wait."""

from tamis.domain.files.imports import ImportSubject, Upload
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import run, select, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("uploads")


def insert(db: Transaction, upload: Upload) -> None:
    """Insert a complete upload."""
    created_at = to_micros(upload.created_at)
    row = (upload.id, upload.account_id, upload.contact_type_id, upload.name, upload.size, created_at, upload.subject)
    run(db, SQL["insert"], row)


def by_id(db: Reader, account_id: int, upload_id: str) -> Upload | None:
    """Return an upload of an account by its ID, or None."""
    return select_one(db, _upload, SQL["by_id"], (upload_id, account_id))


def of_account(db: Reader, account_id: int) -> list[Upload]:
    """List the uploads of an account, newest first."""
    return select(db, _upload, SQL["of_account"], (account_id,))


def every(db: Reader) -> list[Upload]:
    """List the uploads of all accounts."""
    return select(db, _upload, SQL["all"])


def delete(db: Transaction, upload_id: str) -> None:
    """Delete an upload, which may be gone already."""
    run(db, SQL["delete"], (upload_id,))


def _upload(id_: str, account_id: int, type_id: int, name: str, size: int, created_at: int, subject: str) -> Upload:
    return Upload(id_, account_id, type_id, name, size, from_micros(created_at), ImportSubject(subject))
