"""Messages of the Segment API: those of its parameters, and those that its clients have always received."""

from collections.abc import Mapping

from tamis.domain.errors import Message, TamisError
from tamis.domain.messages import SHARED
from tamis.domain.messages.catalog import MessageCatalog

OWN: Mapping[str, str] = {
    "data_directory_not_made": "{directory} cannot be created: {reason}; choose another --data directory",
    "data_not_writable": "{directory} is not writable: choose another --data directory, or change its owner",
    "field_required": "the {name} field is required",
    "field_too_long": "the {name} field must not be greater than {most} characters",
    "field_has_control_characters": "the {name} field must not contain control characters",
    "must_be_a_string": "the {name} field must be a string",
    "must_be_an_email": "the {name} field must be a valid email address",
    "must_be_an_integer": "the {name} field must be an integer",
    "query_type_must_be": 'the query type field must be "and" or "or"',
}
WORDS = MessageCatalog(SHARED, OWN)


def error_message(error: TamisError) -> str:
    """Return all problems of an error as one text."""
    return "; ".join(map(WORDS.render, error.problems))


def as_sentence(message: Message) -> str:
    """Return a message as a sentence."""
    return capitalized(WORDS.render(message)) + "."


def capitalized(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
