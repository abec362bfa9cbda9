"""Messages of the console: its own wording of some messages, and messages as sentences on a page."""

from collections.abc import Mapping

from tamis.domain.errors import Message, TamisError
from tamis.domain.messages import SHARED
from tamis.domain.messages.catalog import MessageCatalog

OWN: Mapping[str, str] = {
    "another_email_column": (
        'The column "{column}" is taken as the email; {others:quoted and} holds emails too: to take that one, '
        'choose "{other}" below.'
    ),
    "blanked_rows_unknown": "there are no rows with cells left blank, or their file was deleted",
    "date_order_unclear": "{example} is {readings:plain or}: choose the order of dates below",
    "decimal_mark_unclear": "{example} is {readings:plain or}: choose the decimal mark below",
    "encoding_does_not_fit": (
        "cannot be read as {encoding}: it has bytes that mean nothing in it; choose another one below"
    ),
    "encoding_mark_differs": "begins with the mark of {mark}: choose another one below",
    "encoding_unclear": (
        'can be read in two ways: in line {line:,} stands "{one}" if it is {label}, and "{other}" if it is '
        "{other_label}: choose the encoding below"
    ),
    "export_format_unknown": "there is no such format",
    "field_not_editable": "there is no field {field} to edit",
    "file_too_large": (
        "the file is larger than {most}, which is the most that is taken here: compress it with gzip, cut it in "
        "parts, or import it with the command tamis import"
    ),
    "import_has_no_memory": (
        "the file needs more than the {memory} of memory that an import may have, for example because it has "
        "very many columns: have TAMIS_IMPORT_MEMORY raised, or import fewer columns at a time"
    ),
    "lost_values_file_unknown": "this file is not here any more: such files are kept for a number of days",
    "email_missing": "Write an e-mail address",
    "email_not_one": '"{text}" is no e-mail address',
    "other_email_columns": (
        'The column "{column}" is taken as the email; {others:quoted and} hold emails too: to take another, '
        'choose "{other}" below.'
    ),
    "question_not_read": "the question cannot be read",
    "recipient_not_there": "there is no such recipient",
    "rejects_of_upload_unknown": "there are no rejected rows",
    "rejects_unknown": "there are no rejected rows, or their file was deleted",
    "version_unknown": "there was no such version",
    "workbook_encoding_not_possible": (
        "is a workbook, which says itself how its text is encoded: choose another one below"
    ),
    "workbook_sheet_not_possible": "has no sheets: choose another one below",
}
WORDS = MessageCatalog(SHARED, OWN)


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
    """Return all problems as text."""
    return "; ".join(f"{p.path}: {WORDS.render(p)}" if p.path else WORDS.render(p) for p in error.problems)


def messages_by_path(error: TamisError) -> dict[str, str]:
    """Return all problems as text by path."""
    return {problem.path: WORDS.render(problem) for problem in error.problems}


def as_sentence(text: str) -> str:
    """Return a text as a sentence."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
