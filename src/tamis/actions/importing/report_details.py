"""What the report of an import says beside its figures, as it is kept, printed and shown."""

from tamis.actions.importing.report import ImportReport
from tamis.domain.import_reports import BlankedCell, BlankedCells, CleanedEmail, CreatedField, Details, SampleLine


def to_details(report: ImportReport) -> Details:
    """Return what a report says beside its figures."""
    return Details(
        rejects_file=report.rejects_file,
        reasons=report.reasons,
        ignored_columns=report.ignored_columns,
        created_fields=tuple(CreatedField(field.key, field.kind) for field in report.created_fields),
        notices=report.notices,
        added_options=report.added_options,
        unknown_options=report.unknown_options,
        blanked={
            column.column: BlankedCells(column.count, tuple(BlankedCell(*cell) for cell in column.examples))
            for column in report.blanked
        },
        blanked_file=report.blanked_file,
        encoding=report.encoding,
        sample=tuple(SampleLine(*line) for line in report.sample),
        sheet=report.sheet,
        misfits=report.misfits,
        cleaned_emails=report.cleaned_emails,
        cleaned_examples=tuple(CleanedEmail(*example) for example in report.cleaned_examples),
    )
