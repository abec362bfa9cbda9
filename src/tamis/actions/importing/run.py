"""Running an import: from a file to a report."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tamis.actions.batches import collector_paused, prefetch
from tamis.actions.contacts.forgotten_emails import email_check
from tamis.actions.importing.concurrent_projection import projecting
from tamis.actions.importing.jobs.jobs import ImportCreated, RunningJob, running_job
from tamis.actions.importing.mapping import consent_column, topic_columns
from tamis.actions.importing.mapping.email_column import summarize_columns
from tamis.actions.importing.mapping.field_creation import add_new_options, make_fields, new_field_name
from tamis.actions.importing.mapping.format_inference import infer_column_formats
from tamis.actions.importing.mapping.mapping import ColumnMap, has_email_header, map_columns
from tamis.actions.importing.mapping.option_additions import find_added_options
from tamis.actions.importing.reports.report import ImportOptions, ImportReport, Progress, ignore_import_id, no_progress
from tamis.actions.importing.reports.report_details import to_details, to_requested_options
from tamis.actions.importing.rows import row_preparation
from tamis.actions.importing.rows.bad_values import check_policies, policies
from tamis.actions.importing.rows.batch_writer import BatchWriter
from tamis.actions.importing.rows.rejects import OMITTED, write_rejects
from tamis.actions.importing.rows.row_preparation import ParseSettings, PreparedRows
from tamis.actions.importing.sources import ContactFile, StagedFile, stage_file
from tamis.actions.scratch_directories import SPOOL, scratch_directory
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.files.import_reports import InvalidValues
from tamis.domain.files.imports import Upload
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.values.fields import Field, FieldSet
from tamis.files.header import clean_name
from tamis.records import types
from tamis.records.consent import forgotten_emails
from tamis.staging.cells import find_fast_columns, find_padded_columns
from tamis.staging.connection import open_staging
from tamis.staging.documents import iter_batches
from tamis.staging.handle import StagingDatabase
from tamis.staging.problems import count_bad_rows, count_reasons, create_problems
from tamis.staging.sampling import sample_rows
from tamis.staging.text_markers import MarkedAsText, strip_text_markers

ROWS_A_BATCH, CELLS_A_BATCH = 50_000, 2_000_000


@dataclass(frozen=True, slots=True)
class _ParsedFile:
    """A file with all cells parsed: its mapping, the fields of the type with new ones, added options, the prepared
    rows, the number of the email forgotten last that was checked, and columns that say who may be mailed, and those of
    topics."""

    columns: ColumnMap
    fields: FieldSet
    made: tuple[Field, ...]
    added_options: dict[str, tuple[str, ...]]
    prepared: PreparedRows
    checked: int
    consent: consent_column.ConsentColumns | None
    topics: topic_columns.TopicColumns | None


def import_file(
    services: Services,
    account: Account,
    contact_type: ContactType,
    path: Path,
    options: ImportOptions,
    progress: Progress = no_progress,
    *,
    upload: Upload | None = None,
    begun: Callable[[int | None], None] = ignore_import_id,
    created: ImportCreated | None = None,
) -> ImportReport:
    """Import a file into a contact type; raises Invalid when nothing of the file can be imported.

    A batch is atomic: a killed import has stored it or not, and running the import again ends in the same state. Rows
    with the same email count as if stored one after the other. Unless it is a dry run, the import is a job in the
    records, whose ID `begun` is called with, and to whose transaction `created` adds. The file of an `upload` is called
    by the upload's name."""
    name = upload.name if upload else ContactFile(path).name
    chosen = {clean_name(column): field for column, field in options.chosen.items()}
    options = replace(options, chosen=chosen, consent=frozenset(map(clean_name, options.consent)))
    requested = to_requested_options(options, upload)
    with running_job(services, account, contact_type, name, requested, created=created, dry_run=options.dry_run) as job:
        begun(job.id)
        known = name if upload else None
        file = ContactFile(path, known, options.format, options.encoding, options.sheet)
        with job.partial_result.added_to_errors():
            report = _take(services, account, contact_type, file, options, job, job.record_phases(progress))
        job.finish(report.rows, report.figures, to_details(report))
    return report


def _take(
    services: Services,
    account: Account,
    contact_type: ContactType,
    file: ContactFile,
    options: ImportOptions,
    job: RunningJob,
    progress: Progress,
) -> ImportReport:
    settings, name = services.settings, file.name
    with ExitStack() as stack:
        stack.enter_context(collector_paused())
        spool = stack.enter_context(scratch_directory(settings.data / SPOOL))
        staging = stack.enter_context(
            open_staging(spool, settings.import_memory, settings.columns_threads, settings.import_step_time)
        )
        source = stage_file(staging, file, spool, lambda cells: has_email_header(cells, options.chosen), progress)
        job.phase("checking", source.staged.count)
        progress("Checking", 0, 0)
        parsed = _parse(services, account, contact_type, staging, source, options)
        job.partial_result.made_fields = 0 if options.dry_run else len(parsed.made)
        prepared = parsed.prepared
        count = source.staged.count
        job.record_left_out(count, prepared.repeated, prepared.rejected)
        rejects_file = omitted_file = None
        now = services.clock().astimezone(account.zone)
        if prepared.rejected:
            found = row_preparation.rejected_rows(staging, source)
            rejects_file = write_rejects(settings.data, name, source.header, found, now)
        if omitted := row_preparation.find_omissions(staging, source):
            found = row_preparation.rows_with_omissions(staging, source)
            omitted_file = write_rejects(settings.data, name, source.header, found, now, OMITTED)
        consent = consent_column.suppress_by_columns(
            services, account, staging, parsed.consent, job.id, write=not options.dry_run
        )
        if count > ROWS_A_BATCH and not options.dry_run:
            stack.enter_context(projecting(services))
        progress("Storing", 0, count)
        with BatchWriter(
            services,
            account.id,
            contact_type.id,
            parsed.fields,
            [field.id for field in parsed.columns.fields.values()] if options.erase else [],
            write=not options.dry_run,
            checked=parsed.checked,
            import_id=job.id,
        ) as writer:
            job.partial_result.stored = lambda: 0 if options.dry_run else writer.total.created + writer.total.updated
            addresses, parts = prepared.addresses, prepared.parts
            batches = iter_batches(staging, count, addresses, parts, _rows_a_batch(len(parts)), merged=prepared.merged)
            for done, rows in prefetch(batches):
                writer.write(rows, done)
                progress("Storing", done, count)
        subscribed = topic_columns.set_states_by_columns(
            services, account, contact_type, staging, parsed.topics, job.id, options
        )
        return ImportReport(
            rows=count,
            created=writer.total.created,
            updated=writer.total.updated,
            unchanged=writer.total.unchanged,
            repeated=prepared.repeated,
            rejected=prepared.rejected,
            rejects_file=str(rejects_file) if rejects_file else None,
            reasons=count_reasons(staging),
            ignored_columns=tuple(source.header[p] for p in parsed.columns.ignored),
            created_fields=parsed.made,
            notices=(*source.notices, *parsed.columns.notices, *prepared.added.notices),
            import_id=job.id,
            added_options=parsed.added_options,
            unknown_options=prepared.unknown_options,
            omitted=omitted,
            omitted_file=str(omitted_file) if omitted_file else None,
            cleaned_emails=prepared.cleaned.count,
            cleaned_examples=prepared.cleaned.examples,
            encoding=source.encoding,
            sample=source.sample,
            sheet=source.sheet,
            consent=consent,
            topics=subscribed,
            invalid_values=tuple(
                InvalidValues(
                    source.header[invalid.position],
                    parsed.columns.fields[invalid.position].kind,
                    invalid.count,
                    invalid.examples,
                )
                for invalid in prepared.invalid_values
            ),
        )


def _rows_a_batch(width: int) -> int:
    """Return the rows per batch: fewer where they are wide, since a batch is held in memory."""
    return max(min(ROWS_A_BATCH, CELLS_A_BATCH // max(width, 1)), 1)


def _parse(
    services: Services,
    account: Account,
    contact_type: ContactType,
    staging: StagingDatabase,
    source: StagedFile,
    options: ImportOptions,
) -> _ParsedFile:
    """Map the columns of a file and parse its cells; fields are created only if any row can be stored."""
    db = services.records.reader()
    present, checked = types.fields_of_type(db, contact_type.id), forgotten_emails.last_forgotten(db)
    width = len(source.header)
    unescaped = source.is_spreadsheet and not options.keep_formulas
    if unescaped and (marked := strip_text_markers(staging, width)):
        source = replace(source, typed=MarkedAsText(source.typed, marked))
    contents = summarize_columns(sample_rows(staging, source.staged.count, width), source.header, source.typed.nested)
    topics = topic_columns.find_topics(source.header, options, present)
    columns = map_columns(
        source.header,
        contents,
        present,
        {column: field for column, field in options.chosen.items() if column not in topics},
        options.create_fields,
        options.left_out,
        options.consent,
        options.words,
        topics,
    )
    source.typed.reject_nested([columns.email, *columns.fields, *columns.unknown])
    declared = source.typed.declared_types(columns.unknown)
    padded, utc = find_padded_columns(staging, width), account.zone.key == "UTC"
    create_problems(staging, source.staged.broken)
    email_sql = row_preparation.parse_email_column(
        staging,
        columns.email,
        padded,
        email_check(db, account, contact_type, options.words) if checked else None,
        unescaped=unescaped,
    )
    consent = consent_column.parse_columns(staging, source.header, columns.consent, email_sql, padded, options)
    subscriptions = topic_columns.parse_columns(staging, source.header, topics, email_sql, padded, options)
    default_formats = {position: ColumnFormat(field.kind) for position, field in columns.fields.items()}
    fast = find_fast_columns(staging, default_formats, padded, utc=utc)
    inferred = infer_column_formats(staging, source, columns, options, account, fast, padded, declared)
    new_kinds = {position: inferred.formats[position].kind for position in columns.unknown}
    check_policies(
        source.header, columns.email, {p: format_.kind for p, format_ in default_formats.items()} | new_kinds, options
    )
    made: dict[int, Field] = {}
    if count_bad_rows(staging) < source.staged.count:
        new = {position: inferred.formats[position] for position in columns.unknown}
        names = [new_field_name(name, declared.get(position)) for position, name in enumerate(columns.names)]
        made = make_fields(services, contact_type, names, new, options.dry_run)
        columns = replace(columns, fields=columns.fields | made)
    columns = replace(columns, notices=(*columns.notices, *inferred.notices))
    formats = {p: inferred.formats.get(p) or ColumnFormat(field.kind) for p, field in columns.fields.items()}
    changed_formats = {p: format_ for p, format_ in formats.items() if format_ != default_formats.get(p)}
    fast = (fast - changed_formats.keys()) | find_fast_columns(staging, changed_formats, padded, utc=utc)
    settings = ParseSettings(account.zone, formats, fast, padded, unescaped)
    chosen = policies(source.header, columns.fields, options)

    def add(new: Mapping[int, Sequence[str]]) -> dict[int, Field]:
        return add_new_options(services, contact_type, columns.fields, new, chosen, options.dry_run)

    prepared = row_preparation.prepare_rows(
        staging, columns, email_sql, settings, chosen, add, erase=options.erase, words=options.words
    )
    extended = prepared.added.fields
    columns = replace(columns, fields=columns.fields | extended)
    changed = {field.id: field for field in extended.values()}
    return _ParsedFile(
        columns,
        FieldSet(tuple(changed.get(field.id, field) for field in (*present.fields, *made.values()))),
        tuple(columns.fields[position] for position in made),
        {
            field.key: find_added_options(present.by_id[field.id], field)
            for field in extended.values()
            if field.id in present.by_id
        },
        prepared,
        checked,
        consent,
        subscriptions,
    )
