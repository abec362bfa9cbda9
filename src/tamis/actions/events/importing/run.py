"""Importing events from a file, from its bytes to a report."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from tamis.actions.batches import collector_paused
from tamis.actions.events.importing import preparation
from tamis.actions.events.importing.batches import EventWriter
from tamis.actions.events.importing.contacts import resolve_contacts
from tamis.actions.events.importing.mapping import EventColumnMap, has_event_header, map_event_columns
from tamis.actions.events.importing.names import PreparedName, prepare_names
from tamis.actions.events.importing.options import (
    EventImportOptions,
    EventImportReport,
    to_details,
    to_requested_options,
)
from tamis.actions.events.importing.store import StoredEvents
from tamis.actions.importing.concurrent_projection import projecting
from tamis.actions.importing.jobs.jobs import ImportCreated, RunningJob, running_job
from tamis.actions.importing.mapping.email_column import summarize_columns
from tamis.actions.importing.reports.report import Progress, ignore_import_id, no_progress
from tamis.actions.importing.rows.rejects import write_rejects
from tamis.actions.importing.rows.row_preparation import rejected_rows
from tamis.actions.importing.sources import ContactFile, StagedFile, stage_file
from tamis.actions.scratch_directories import SPOOL, scratch_directory
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Message
from tamis.domain.files.imports import ImportSubject, Upload
from tamis.files.header import clean_name
from tamis.staging.connection import open_staging
from tamis.staging.events import cells, rows
from tamis.staging.handle import StagingDatabase
from tamis.staging.problems import count_bad_rows, count_reasons
from tamis.staging.sampling import sample_rows

EVENTS_TO_PROJECT = 50_000
"""More events than these are projected while they are stored."""


@dataclass(frozen=True, slots=True)
class _Import:
    """What all steps of an import work with."""

    services: Services
    account: Account
    contact_type: ContactType
    staging: StagingDatabase
    options: EventImportOptions
    job: RunningJob
    progress: Progress


def import_events(
    services: Services,
    account: Account,
    contact_type: ContactType,
    file: ContactFile,
    options: EventImportOptions,
    progress: Progress = no_progress,
    *,
    upload: Upload | None = None,
    begun: Callable[[int | None], None] = ignore_import_id,
    created: ImportCreated | None = None,
) -> EventImportReport:
    """Import a file of events of the contacts of a type; raises Invalid when nothing of the file can be imported.

    A batch is stored as a whole or not at all. Running a killed import again ends in the same state: what it has stored
    is repeated then. Identical rows without ids are as many events. Unless it is a dry run, the import is a job in the
    records, whose ID `begun` is called with, and to whose transaction `created` adds.
    """
    options = replace(options, chosen={clean_name(column): part for column, part in options.chosen.items()})
    file = replace(file, format=options.format, encoding=options.encoding, sheet=options.sheet)
    requested = to_requested_options(options, upload)
    with (
        running_job(
            services,
            account,
            contact_type,
            file.name,
            requested,
            ImportSubject.EVENTS,
            created,
            dry_run=options.dry_run,
        ) as job,
        ExitStack() as stack,
    ):
        begun(job.id)
        stack.enter_context(job.partial_result.added_to_errors())
        stack.enter_context(collector_paused())
        settings, progress = services.settings, job.record_phases(progress)
        spool = stack.enter_context(scratch_directory(settings.data / SPOOL))
        staging = stack.enter_context(
            open_staging(spool, settings.import_memory, settings.columns_threads, settings.import_step_time)
        )
        source = stage_file(staging, file, spool, lambda found: has_event_header(found, options.chosen), progress)
        report = _take(_Import(services, account, contact_type, staging, options, job, progress), source, file.name)
        job.finish(report.rows, report.figures, to_details(report))
    return report


def _take(run: _Import, source: StagedFile, name: str) -> EventImportReport:
    staging, options, width, count = run.staging, run.options, len(source.header), source.staged.count
    run.job.phase("checking", count)
    run.progress("Checking", 0, 0)
    contents = summarize_columns(sample_rows(staging, count, width), source.header, source.typed.nested)
    columns = map_event_columns(source.header, contents, source.typed.nested, options.chosen, options.event)
    prepared = preparation.prepare(staging, source, columns, run.account.zone, options)
    made = resolve_contacts(run.services, run.account, run.contact_type, staging, prepared.emails, options)
    rows.create_events(staging, prepared.emails, prepared.at, prepared.name, prepared.key, prepared.sources)
    names = prepare_names(run.services, run.account, run.contact_type, staging, columns, prepared.sources, options)
    rows.number_occurrences(staging, prepared.sources)
    rows.find_same_ids(staging, prepared.sources)
    run.job.record_left_out(count, 0, count_bad_rows(staging))
    stored = _store(run, names)
    _reject_unstored(run, columns, stored)
    rejected = count_bad_rows(staging)
    run.job.record_left_out(count, stored.repeated, rejected)
    rejects = None
    if rejected:
        now = run.services.clock().astimezone(run.account.zone)
        rejects = write_rejects(run.services.settings.data, name, source.header, rejected_rows(staging, source), now)
    return EventImportReport(
        count,
        stored.accepted,
        stored.repeated,
        rejected,
        made,
        str(rejects) if rejects else None,
        count_reasons(staging),
        tuple(each.shown for each in names),
        tuple(source.header[position] for position in columns.ignored),
        source.notices,
        source.encoding,
        source.sheet,
        run.job.id,
    )


def _store(run: _Import, names: Sequence[PreparedName]) -> StoredEvents:
    """Store the staged events."""
    total, done = sum(each.in_file.rows for each in names), 0
    writer = EventWriter(run.services, run.account, run.contact_type, run.staging, names, run.job.id)
    run.job.partial_result.stored_events = lambda: 0 if run.options.dry_run else writer.total.accepted
    with ExitStack() as stack:
        if total > EVENTS_TO_PROJECT and not run.options.dry_run:
            stack.enter_context(projecting(run.services))
        run.progress("Storing", 0, total)
        for start, end in writer.batches():
            done += writer.write(start, end)
            run.progress("Storing", done, total)
    return writer.total


def _reject_unstored(run: _Import, columns: EventColumnMap, stored: StoredEvents) -> None:
    """Reject the rows that could not be stored: their contact is gone, or their id is that of an event with other
    content."""
    render = run.options.words.render
    cells.reject_rows(run.staging, columns.email, stored.orphaned, render(Message("row_contact_gone")))
    if columns.id is not None:
        cells.reject_rows(run.staging, columns.id, stored.conflicting, render(Message("row_event_id_of_other_content")))
