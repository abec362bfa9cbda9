"""The options of an import, and the details of its report beside its figures, as stored, printed and shown."""

from pathlib import Path

from msgspec import UNSET, structs

from tamis.actions.importing.reports.report import BadValue, ImportOptions, ImportReport
from tamis.domain.consent.consent_values import CONSENT
from tamis.domain.files.import_reports import (
    CleanedEmail,
    CreatedField,
    Details,
    OmittedValue,
    OmittedValues,
    RequestedOptions,
    SampleLine,
)
from tamis.domain.files.imports import Upload


def to_requested_options(options: ImportOptions, upload: Upload | None) -> RequestedOptions:
    """Convert options to the terms of the command line, with those that only the console has."""
    return RequestedOptions(
        create_fields=options.create_fields,
        map={**options.chosen, **dict.fromkeys(sorted(options.consent), CONSENT)},
        blank="erase" if options.erase else "keep",
        date_order=options.order,
        formulas="keep" if options.keep_formulas else "unescape",
        format=options.format,
        encoding=options.encoding,
        sheet=options.sheet,
        on_bad_value=UNSET if options.on_bad_value is BadValue.REJECT else options.on_bad_value,
        on_bad_value_of=options.bad_values or UNSET,
        add_options=options.add_options or UNSET,
        resubscribe=options.resubscribe or UNSET,
        decimal=options.decimal or UNSET,
        kinds=options.kinds or UNSET,
        leave_out=tuple(sorted(options.left_out)) or UNSET,
        upload=upload.id if upload else UNSET,
    )


def to_details(report: ImportReport) -> Details:
    """Convert a report into its details."""
    return Details(
        rejects_file=report.rejects_file,
        reasons=report.reasons,
        ignored_columns=report.ignored_columns,
        created_fields=tuple(CreatedField(field.key, field.kind) for field in report.created_fields),
        notices=report.notices,
        added_options=report.added_options,
        unknown_options=report.unknown_options,
        omitted={
            column.column: OmittedValues(column.count, tuple(OmittedValue(*cell) for cell in column.examples))
            for column in report.omitted
        },
        omitted_file=report.omitted_file,
        encoding=report.encoding,
        sample=tuple(SampleLine(*line) for line in report.sample),
        sheet=report.sheet,
        invalid_values=report.invalid_values,
        cleaned_emails=report.cleaned_emails,
        cleaned_examples=tuple(CleanedEmail(*example) for example in report.cleaned_examples),
        consent=report.consent or UNSET,
        topics=report.topics or UNSET,
    )


def without_examples(details: Details) -> Details:
    """Return the details that are kept: examples would outlive their contacts, and the data directory can be moved or
    restored elsewhere, so only the names of files are stored."""
    return structs.replace(
        details,
        cleaned_examples=(),
        sample=(),
        unknown_options={},
        consent=structs.replace(details.consent, unknown_values={}) if details.consent else UNSET,
        topics=tuple(structs.replace(topic, unknown_values={}) for topic in details.topics or ()) or UNSET,
        invalid_values=tuple(structs.replace(invalid, examples=()) for invalid in details.invalid_values),
        omitted={column: structs.replace(cells, examples=()) for column, cells in details.omitted.items()},
        rejects_file=_name(details.rejects_file),
        omitted_file=_name(details.omitted_file),
    )


def _name(path: str | None) -> str | None:
    return Path(path).name if path else None
