"""Imports as jobs in the records: their options, progress and report."""

from datetime import datetime

import msgspec

from tamis.domain.files.import_reports import Details, RequestedOptions
from tamis.domain.files.imports import HIGHEST_ID, ImportJob, ImportState, ImportSubject
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import insert as add_row
from tamis.records.engine.sql import run, select, select_one, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("imports")
_OPTIONS = msgspec.json.Decoder(RequestedOptions)
_REPORT = msgspec.json.Decoder(Details)


def insert(
    db: Transaction,
    account_id: int,
    type_id: int,
    source: str,
    options: RequestedOptions,
    now: datetime,
    subject: ImportSubject = ImportSubject.CONTACTS,
) -> ImportJob:
    """Insert an import that starts now."""
    values = (account_id, type_id, subject, source, _json(options), to_micros(now))
    job = by_id(db, account_id, add_row(db, int, SQL["insert"], values))
    assert job
    return job


def by_id(db: Reader, account_id: int, import_id: int) -> ImportJob | None:
    """Return an import of an account by its ID, or None."""
    if not 0 < import_id <= HIGHEST_ID:
        return None
    return select_one(db, _job, SQL["by_id"], (import_id, account_id))


def of_account(db: Reader, account_id: int, limit: int, before: int | None = None) -> list[ImportJob]:
    """List the imports of an account, newest first, at most `limit`, with IDs below `before`."""
    return select(db, _job, SQL["of_account"], (account_id, HIGHEST_ID if before is None else before, limit))


def set_state(
    db: Transaction,
    import_id: int,
    state: ImportState,
    finished_at: datetime | None = None,
    error: str | None = None,
) -> None:
    """Set the state of an import, when it finished, and the error if it failed."""
    end = to_micros(finished_at) if finished_at else None
    run(db, SQL["set_state"], (import_id, state, end, error))


def set_phase(db: Transaction, import_id: int, phase: str, rows_total: int | None) -> None:
    """Set the phase of an import, and its number of rows unless None."""
    run(db, SQL["set_phase"], (import_id, phase, rows_total))


def add_stored(db: Transaction, import_id: int, rows_done: int, created: int, updated: int, unchanged: int) -> None:
    """Add the figures of a batch stored in the same transaction; `rows_done` rows of the file are done now."""
    run(db, SQL["add_stored"], (import_id, rows_done, created, updated, unchanged))


def add_events(db: Transaction, import_id: int, rows: int, accepted: int, repeated: int) -> None:
    """Add the figures of events stored in the same transaction; so many more rows of the file are done."""
    run(db, SQL["add_events"], (import_id, rows, accepted, repeated))


def set_left_out(db: Transaction, import_id: int, rows_total: int, repeated: int, rejected: int) -> None:
    """Set the number of rows of a file, and how many of them are not stored."""
    run(db, SQL["set_left_out"], (import_id, rows_total, repeated, rejected))


def set_report(db: Transaction, import_id: int, report: Details) -> None:
    """Store the report of an import."""
    run(db, SQL["set_report"], (import_id, _json(report)))


def totals(db: Reader) -> tuple[dict[str, int], int]:
    """Return how many imports of all accounts are in each state, and how many rows they have processed."""
    rows = select_tuples(db, tuple[str, int, int], SQL["totals"])
    counts = {str(state): 0 for state in ImportState} | {state: count for state, count, _ in rows}
    return counts, sum(done for *_, done in rows)


def _json(document: RequestedOptions | Details) -> str:
    return msgspec.json.encode(document).decode()


def _job(
    id_: int,
    account_id: int,
    type_id: int,
    source: str,
    options: str,
    state: str,
    phase: str,
    started_at: int,
    finished_at: int | None,
    rows_total: int | None,
    rows_done: int,
    created: int,
    updated: int,
    unchanged: int,
    repeated: int,
    rejected: int,
    report: str,
    error: str | None,
    subject: str,
    accepted: int,
) -> ImportJob:
    return ImportJob(
        id_,
        account_id,
        type_id,
        source,
        _OPTIONS.decode(options),
        ImportState(state),
        phase,
        from_micros(started_at),
        None if finished_at is None else from_micros(finished_at),
        rows_total,
        rows_done,
        created,
        updated,
        unchanged,
        repeated,
        rejected,
        _REPORT.decode(report),
        error,
        ImportSubject(subject),
        accepted,
    )
