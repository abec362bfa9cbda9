"""The report of an import as lines of text."""

from collections.abc import Mapping, Sequence

from tamis.cli.importing.import_bad_values import bad_value_lines
from tamis.domain.files.import_reports import (
    CreatedField,
    Details,
    Figures,
    ImportedConsent,
    ImportedName,
    ImportedTopic,
    InvalidValues,
)
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.text import pluralize, shorten

MOST_REASONS = 10


def report_lines(
    rows: int | None, figures: Figures, report: Details, names: Mapping[str, str], *, dry_run: bool = False
) -> list[str]:
    """Return the lines of a report: `rows` by outcome, and the details. `names` are those of the fields, by key."""
    lines = [] if rows is None else [f"{rows:>12,}  {'row' if rows == 1 else 'rows'}"]
    lines += [f"{count:>12,}  {name}" for name, count in figures._asdict().items()]
    lines += [f"{count:>16,}  {reason}" for reason, count in list(report.reasons.items())[:MOST_REASONS]]
    if report.cleaned_emails:
        examples = [f'"{each.before}" → {each.after}' for each in report.cleaned_examples]
        lines.append(f"Emails cleaned up: {report.cleaned_emails:,}{': ' if examples else ''}{'; '.join(examples)}")
    lines += bad_value_lines(report, names, dry_run=dry_run)
    lines += [
        invalid_values_line(invalid) for invalid in report.invalid_values if not _is_reported_elsewhere(invalid, report)
    ]
    if report.consent:
        lines += consent_lines(report.consent, dry_run=dry_run)
    lines += [line for topic in report.topics or () for line in topic_lines(topic, dry_run=dry_run)]
    if report.contacts_created:
        lines.append(f"Contacts created: {report.contacts_created:,}")
    lines += map(event_name_line, report.events or ())
    if report.rejects_file:
        lines.append(f"Rejected rows are saved with reasons in {report.rejects_file}")
    for segment in report.segments or ():
        lines.append(f"Segment {segment.name}: {segment.entered:,} entered, {segment.left:,} left")
    return lines


def consent_lines(consent: ImportedConsent, *, dry_run: bool) -> list[str]:
    """Return the lines that report what columns of consent have said."""
    done = consent.suppressed + consent.updated
    already = f", {pluralize(consent.unchanged, 'email')} already suppressed" if consent.unchanged else ""
    verb = "would be" if dry_run else "were"
    lines = [f"Consent: {pluralize(done, 'email')} {verb if done != 1 or dry_run else 'was'} suppressed{already}"]
    lines += [f"{count:>16,}  {meaning}" for meaning, count in consent.emails.items()]
    if consent.unknown_values:
        values = ", ".join(f'"{shorten(text)}" ({count:,})' for text, count in consent.unknown_values.items())
        lines.append(f"Values of consent that are not known: {values}")
    return lines


def topic_lines(topic: ImportedTopic, *, dry_run: bool) -> list[str]:
    """Return the lines that report what a column of a topic has said."""
    lines = [f"Topic {topic.topic}: {pluralize(topic.changed, 'contact')} updated"] if not dry_run else []
    lines += [f"{count:>16,}  {state}" for state, count in topic.emails.items()]
    if topic.refused:
        left = pluralize(topic.refused, "contact")
        lines.append(f"Not subscribed again to {topic.topic}, because they have unsubscribed: {left}")
    if topic.unknown_values:
        values = ", ".join(f'"{shorten(text)}" ({count:,})' for text, count in topic.unknown_values.items())
        lines.append(f"Values of {topic.topic} that are not known: {values}")
    return lines


def _is_reported_elsewhere(invalid: InvalidValues, report: Details) -> bool:
    """Return whether another line reports the invalid values of a column."""
    return invalid.kind.has_options or invalid.column in report.omitted


def event_name_line(name: ImportedName) -> str:
    """Return the line about a name of the events of a file."""
    properties = ", ".join(f"{each.key} ({KIND_NAMES[each.kind]})" for each in name.properties)
    return f"{name.name}{' (new)' if name.new else ''}: {properties or 'no properties'}"


def invalid_values_line(invalid: InvalidValues) -> str:
    """Return the line that reports the invalid values of a column."""
    examples = ", ".join(f'"{shorten(text)}"' for text in invalid.examples)
    cells = pluralize(invalid.count, "cell")
    reason = f"is not a valid {invalid.kind}" if invalid.count == 1 else f"are not valid {invalid.kind}s"
    return f'Column "{invalid.column}": {cells} {reason}' + (f", such as {examples}" if examples else "")


def column_names(names: Sequence[str]) -> str:
    """Format a list of columns."""
    return ", ".join(f'"{name}"' if name else "(unnamed)" for name in names)


def field_names(fields: Sequence[CreatedField], names: Mapping[str, str]) -> str:
    """Format a list of fields with their kinds, by their `names` or else their keys."""
    return ", ".join(f"{names.get(field.key, field.key)} ({KIND_NAMES[field.kind]})" for field in fields)
