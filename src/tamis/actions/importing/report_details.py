"""The details of an import report beside its figures, as stored, printed and shown."""

from tamis.actions.importing.report import ImportReport
from tamis.domain.import_reports import CleanedEmail, CreatedField, Details, OmittedValue, OmittedValues, SampleLine


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
    )
