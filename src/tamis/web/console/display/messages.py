"""Messages of the console: its own wording of some messages, and messages as sentences on a page."""

from collections.abc import Mapping

from tamis.domain.errors import Message, TamisError
from tamis.domain.messages import SHARED
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.segments.membership_changes import Cause

OWN: Mapping[str, str] = {
    "another_email_column": (
        'The column "{column}" is used as the email. {others:quoted and} contains emails too: to use that one, '
        'choose "{other}" below.'
    ),
    "blanked_rows_unknown": "there are no rows with blanked cells, or their file was deleted",
    "date_order_unclear": "{example} is {readings:plain or}: choose the date order below",
    "decimal_mark_unclear": "{example} is {readings:plain or}: choose the decimal mark below",
    "encoding_does_not_fit": (
        "cannot be read as {encoding}, because some bytes have no meaning in it: choose another encoding below"
    ),
    "encoding_mark_differs": "begins with the byte order mark of {mark}: choose another encoding below",
    "encoding_unclear": (
        'can be read in two ways: line {line:,} says "{one}" in {label}, and "{other}" in {other_label}: choose the '
        "encoding below"
    ),
    "event_column_missing": "choose the column that says when it happened",
    "event_name_column_missing": "choose the column with the names of the events, or enter a name for all of them",
    "event_part_twice": "two columns are the {part} of an event: choose one of them",
    "field_not_editable": "there is no field {field} to edit",
    "file_too_large": (
        "the file is larger than {most}, the upload limit: compress it with gzip, split it, or import it with the "
        "command tamis import"
    ),
    "import_has_no_memory": (
        "the file needs more memory than the {memory} an import may use, for example because it has very many "
        "columns: ask your administrator to raise TAMIS_IMPORT_MEMORY, or import fewer columns at a time"
    ),
    "lost_values_file_unknown": "this file is no longer available: such files are kept for a number of days",
    "email_missing": "enter an email",
    "email_taken": "this email is already in the segment",
    "email_not_one": '"{text}" is not a valid email',
    "other_email_columns": (
        'The column "{column}" is used as the email. {others:quoted and} contain emails too: to use another one, '
        'choose "{other}" below.'
    ),
    "question_not_read": "the request cannot be read",
    "recipient_not_there": "there is no such member",
    "rejects_of_upload_unknown": "there are no rejected rows",
    "rejects_unknown": "there are no rejected rows, or their file was deleted",
    "segment_name_taken": "another segment already has this name",
    "workbook_encoding_not_possible": "is a workbook, which has its own encoding: choose another below",
    "workbook_sheet_not_possible": "has no sheets: choose another below",
}
WORDS = MessageCatalog(SHARED, OWN)
CAUSES = {
    Cause.CONTACT: "Contact updated",
    Cause.IMPORT: "Import",
    Cause.UNDO: "Import undone",
    Cause.OVERRIDE: "Manual change",
    Cause.RULE: "Rule edited",
    Cause.TIME: "Time passed",
    Cause.DELETION: "Contact deleted",
    Cause.EVENT: "Event",
    Cause.CONSENT: "Consent",
    Cause.RETENTION: "Events expired",
    Cause.FIRST: "Initial build",
    Cause.REBUILD: "Rebuild",
    Cause.RESTORED: "Restored from trash",
    Cause.KEPT: "Older history summarized",
}
"""Why somebody entered or left a segment, or why it was built."""


def message_text(message: Message) -> str:
    """Return a message as text that continues another one."""
    return WORDS.render(message)


def first_message(error: TamisError) -> str:
    """Return the first problem as text."""
    return WORDS.render(error.problems[0])


def first_sentence(error: TamisError) -> str:
    """Return the first problem as a sentence."""
    return as_sentence(first_message(error))


def all_messages(error: TamisError) -> str:
    """Return all that is wrong, each as a sentence."""
    return " ".join(_with_subject(problem.path, WORDS.render(problem)) for problem in error.problems)


def _with_subject(path: str, text: str) -> str:
    """Name the field of a form that a message is about, or the file whose name the message continues."""
    if not path or path.isidentifier():
        return as_sentence(f"{path.replace('_', ' ')}: {text}" if path else text)
    return f"{path} {text}" + ("" if text.endswith((".", "?")) else ".")


def messages_by_path(error: TamisError) -> dict[str, str]:
    """Return what is wrong as sentences, by what it is about."""
    return {problem.path: as_sentence(WORDS.render(problem)) for problem in error.problems}


def as_sentence(text: str) -> str:
    """Return a text as a sentence."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
