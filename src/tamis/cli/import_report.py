"""What became of the rows of an import, for people."""

from collections.abc import Mapping
from typing import Any

from tamis.cli.import_bad_values import bad_value_lines
from tamis.domain.fields import Kind
from tamis.domain.text import counted, short

FIGURES = ("created", "updated", "unchanged", "repeated", "rejected")
MOST_REASONS = 10


def report_lines(document: Mapping[str, Any], *, dry_run: bool = False) -> list[str]:
    """Write the figures of an import and what else is known of it, from the document that `--json` prints."""
    rows = document["rows"]
    lines = [] if rows is None else [f"{rows:>12,}  {'row' if rows == 1 else 'rows'}"]
    lines += [f"{document[name]:>12,}  {name}" for name in FIGURES]
    reasons: Mapping[str, int] = document.get("reasons") or {}
    lines += [f"{count:>16,}  {reason}" for reason, count in list(reasons.items())[:MOST_REASONS]]
    if document.get("cleaned_emails"):
        examples = [f'"{each["before"]}" → {each["after"]}' for each in document["cleaned_examples"]]
        lines.append(f"Emails cleaned: {document['cleaned_emails']:,}{': ' if examples else ''}{'; '.join(examples)}")
    lines += bad_value_lines(document, dry_run=dry_run)
    lines += [misfits_line(odd) for odd in document.get("misfits") or () if not _is_said(odd, document)]
    if document.get("rejects_file"):
        lines.append(f"Rejected rows, with their reasons: {document['rejects_file']}")
    for segment in document.get("segments") or ():
        lines.append(f"Segment {segment['name']}: {segment['entered']:,} entered, {segment['left']:,} left")
    return lines


def _is_said(odd: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Tell whether another line says of a column what does not fit."""
    return Kind(odd["kind"]).has_options or odd["column"] in (document.get("blanked") or {})


def misfits_line(odd: Mapping[str, Any]) -> str:
    """Say of a column how many cells do not fit its kind, and what stands in some."""
    examples = ", ".join(f'"{short(text)}"' for text in odd["examples"])
    cells = counted(odd["count"], "cell")
    verb = "is" if odd["count"] == 1 else "are"
    return f'Column "{odd["column"]}": {cells} {verb} no {odd["kind"]}' + (f", such as {examples}" if examples else "")


def column_names(names: list[str]) -> str:
    """List columns of a file."""
    return ", ".join(f'"{name}"' if name else "one without a name" for name in names)


def field_names(fields: list[Mapping[str, str]]) -> str:
    """List fields with their kinds."""
    return ", ".join(f"{field['key']} ({field['kind']})" for field in fields)
