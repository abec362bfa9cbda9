"""What the report of an import says beside its figures, as a JSON object."""

from dataclasses import asdict
from typing import Any

from tamis.actions.importing.report import ImportReport


def details(report: ImportReport) -> dict[str, Any]:
    """Give what a report says beside its figures, as a JSON object."""
    return {
        "rejects_file": report.rejects_file,
        "reasons": dict(report.reasons),
        "ignored_columns": list(report.ignored_columns),
        "created_fields": [{"key": field.key, "kind": str(field.kind)} for field in report.created_fields],
        "notices": list(report.notices),
        "added_options": {key: list(options) for key, options in report.added_options.items()},
        "unknown_options": {key: dict(options) for key, options in report.unknown_options.items()},
        "blanked": {
            column.column: {
                "count": column.count,
                "examples": [{"line": line, "value": text} for line, text in column.examples],
            }
            for column in report.blanked
        },
        "blanked_file": report.blanked_file,
        "encoding": report.encoding,
        "sample": [sample._asdict() for sample in report.sample],
        "sheet": report.sheet,
        "misfits": [asdict(odd) for odd in report.misfits],
        "cleaned_emails": report.cleaned_emails,
        "cleaned_examples": [{"before": before, "after": after} for before, after in report.cleaned_examples],
    }
