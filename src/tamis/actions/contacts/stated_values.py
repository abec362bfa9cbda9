"""What programs say of contacts, in JSON: checked against the fields of the type, with every problem at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.errors import Problem, ValueProblem
from tamis.domain.parsing.json_values import parse_json_value
from tamis.domain.values.fields import EMAIL, SYSTEM_IDS, FieldSet, Value
from tamis.domain.values.text import MAX_LINE, shorten

ITEM_KEYS = ("email", "fields")
StatedValues = dict[int, Value | None]
"""Values by field id; None clears one."""


@dataclass(frozen=True, slots=True)
class StatedContact:
    """What a program says of a contact: values decoded from JSON by field key, and its email if that is to be set."""

    fields: Mapping[str, object]
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedContact:
    """A valid contact of a batch."""

    email: Email
    values: StatedValues


def parse_values(stated: Mapping[str, object], fields: FieldSet, problems: list[Problem]) -> StatedValues:
    """Parse values by field key; what is wrong is added to `problems`, with the path `fields.<key>`."""
    values: StatedValues = {}
    for key, value in stated.items():
        field = fields.by_key.get(key)
        if field is None or field.key != key:
            problems.append(Problem(_path(key), "field_key_unknown", field=shorten(key)))
        elif field.id in SYSTEM_IDS:
            code = "email_among_fields" if field.id == EMAIL.id else "field_written_by_tamis"
            problems.append(Problem(_path(key), code))
        else:
            try:
                values[field.id] = parse_json_value(value, field)
            except ValueProblem as problem:
                problems.append(Problem.of(_path(key), problem.message))
    return values


def parse_stated_email(text: str, problems: list[Problem]) -> Email | None:
    """Parse the email of a contact; what is wrong is added to `problems`, with the path `email`."""
    email = parse_email(text) if len(text) <= MAX_LINE else None
    if email is None:
        code = "email_not_read" if text.strip() else "must_not_be_blank"
        problems.append(Problem("email", code, text=shorten(text)))
    return email


def parse_item(item: object, fields: FieldSet) -> ParsedContact | tuple[Problem, ...]:
    """Parse an item of a batch, `{"email", "fields"}` as decoded from JSON; returns its problems if it has any."""
    if not isinstance(item, dict):
        return (
            Problem("", "value_of_wrong_type", wanted='an object with "email" and "fields"', found="another value"),
        )
    problems = [Problem(shorten(key), "key_of_item_unknown") for key in item if key not in ITEM_KEYS]
    stated, text = item.get("fields", {}), item.get("email")
    values: StatedValues = {}
    if isinstance(stated, dict):
        values = parse_values(stated, fields, problems)
    else:
        problems.append(Problem("fields", "value_of_wrong_type", wanted="an object", found="another value"))
    email = None
    if isinstance(text, str):
        email = parse_stated_email(text, problems)
    elif "email" in item:
        problems.append(Problem("email", "value_of_wrong_type", wanted="a text", found="another value"))
    else:
        problems.append(Problem("email", "item_without_email"))
    return tuple(problems) if problems or email is None else ParsedContact(email, values)


def _path(key: str) -> str:
    return f"fields.{shorten(key)}"
