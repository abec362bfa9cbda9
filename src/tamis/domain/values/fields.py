"""Fields, their kinds, and the only place where text becomes a typed value."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from unicodedata import normalize
from zoneinfo import ZoneInfo

from tamis.domain.errors import Message
from tamis.domain.errors import ValueProblem as ValueProblem  # noqa: PLC0414  part of this module's interface
from tamis.domain.parsing.number_parser import loss_as_number
from tamis.domain.values.choices import SEPARATOR, OptionIndex, split_options
from tamis.domain.values.dates import (
    DateOrder,
    in_utc,
    is_iso_date,
    parse_date,
    parse_datetime,
    read_date,
    read_datetime,
)
from tamis.domain.values.text import fold, lower_letters, name_problem, shorten, text_problem

Value = str | float | bool | date | datetime | tuple[str, ...]
"""A value of a contact: text and a choice are str, several choices a tuple in the order of the field's options without
repetition, instants are aware datetimes in UTC."""


class Kind(StrEnum):
    """The type of the values of a field."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"

    @property
    def has_options(self) -> bool:
        """Whether fields of this kind have a list of options."""
        return self in (Kind.CHOICE, Kind.CHOICES)


@dataclass(frozen=True, slots=True)
class Field:
    """A typed attribute of the contacts of one type; reserved ones belong to every type.

    With `options_inferred`, Tamis has taken the options from a file, and adds those of other files; a list that a
    person has made or changed is not extended.
    """

    id: int
    key: str
    name: str
    kind: Kind
    options: tuple[str, ...] = ()
    options_inferred: bool = False


EMAIL = Field(1, "email", "Email", Kind.TEXT)
FIRST_NAME = Field(2, "first_name", "First name", Kind.TEXT)
LAST_NAME = Field(3, "last_name", "Last name", Kind.TEXT)
PHONE = Field(4, "phone", "Phone", Kind.TEXT)
COUNTRY = Field(5, "country", "Country", Kind.TEXT)
STATE = Field(6, "state", "State", Kind.TEXT)
CITY = Field(7, "city", "City", Kind.TEXT)
POSTAL_CODE = Field(8, "postal_code", "Postal code", Kind.TEXT)
ADDRESS_LINE1 = Field(9, "address_line1", "Address line 1", Kind.TEXT)
ADDRESS_LINE2 = Field(10, "address_line2", "Address line 2", Kind.TEXT)
CREATED_AT = Field(11, "created_at", "Created at", Kind.DATETIME)
UPDATED_AT = Field(12, "updated_at", "Updated at", Kind.DATETIME)
CONTACT_ID = Field(0, "id", "ID", Kind.NUMBER)
"""The ID of a contact or an external recipient, as if it were a field; no rule, file or person names it."""
SUPPRESSED = Field(13, "suppressed", "Suppressed", Kind.BOOLEAN)
"""Whether the email of a contact or an external recipient is suppressed, as if it were a field; it is never missing,
and no file or person names it."""
RESERVED = (
    EMAIL, FIRST_NAME, LAST_NAME, PHONE, COUNTRY, STATE, CITY, POSTAL_CODE, ADDRESS_LINE1, ADDRESS_LINE2,
    CREATED_AT, UPDATED_AT,
)  # fmt: skip
"""The fields of every contact type; custom fields have ids from 101 on, in the same space."""
FIRST_TOPIC_FIELD = 1 << 40
"""Where the ids begin that topics have as if they were fields (see `domain.topics`)."""
MAX_FIELDS = 1_024
"""The most fields of a contact type, reserved ones included."""

SYSTEM_FIELDS = (EMAIL, CREATED_AT, UPDATED_AT)
"""Reserved fields with columns of their own, outside the values of a contact."""
SYSTEM_IDS = frozenset(field.id for field in SYSTEM_FIELDS)


@dataclass(frozen=True)
class FieldSet:
    """The fields of one contact type, indexed by id and key; `own` are those that are values of a contact, without the
    ones that Tamis sets. Its `topics` stand beside them (see `domain.topics`)."""

    fields: tuple[Field, ...]
    topics: tuple[Field, ...] = ()
    own: tuple[Field, ...] = field(init=False, repr=False, compare=False)
    by_id: dict[int, Field] = field(init=False, repr=False, compare=False)
    by_key: dict[str, Field] = field(init=False, repr=False, compare=False)
    by_folded_key: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "own", tuple(f for f in self.fields if f.id not in SYSTEM_IDS))
        object.__setattr__(self, "by_id", {f.id: f for f in self.fields})
        names = {key_from_name(f.name): f for f in self.fields}  # "Address line 1", whose key is address_line1
        keys = names | {f.key: f for f in self.fields}
        object.__setattr__(self, "by_key", keys)
        object.__setattr__(self, "by_folded_key", {fold(key): f for key, f in keys.items()})

    @property
    def names(self) -> dict[str, str]:
        """The names of the fields, by key."""
        return {f.key: f.name for f in self.fields}

    def find(self, reference: str | int) -> Field | None:
        """Find a field by id, key or name; exact keys come before folded ones."""
        if isinstance(reference, int):
            return self.by_id.get(reference)
        key = key_from_name(reference)
        return self.by_key.get(key) or self.by_folded_key.get(fold(key))


def key_from_name(name: str) -> str:
    """Derive the key of a field from its name: `Birth date` becomes `birth_date`; may be empty."""
    return re.sub(r"\W+", "_", lower_letters(normalize("NFC", name.strip()))).strip("_")


def name_from_header(header: str) -> str:
    """Return the name of a field created from a column; a header that is a key, such as `birth_date`, is spelled
    out."""
    spelled = header.replace("_", " ").capitalize()
    return spelled if key_from_name(spelled) == header else header


NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""How numbers are written."""
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_TRUE = frozenset({"true", "yes", "t", "y", "1"})
_FALSE = frozenset({"false", "no", "f", "n", "0"})
LARGEST_WHOLE = 2**53
"""Up to here, every whole number is a floating-point number."""
MAX_NAMED = 10
_HOW_TO_ADD = Message("how_to_add_an_option")


def parse_value(text: str, of: Field, zone: ZoneInfo) -> Value | None:
    """Parse the value of a contact's field, trimmed; blank is None. Raises ValueProblem.

    A date-time without an offset is local time in `zone`; the value is in UTC.
    """
    return parser(of, zone)(text)


def parser(of: Field, zone: ZoneInfo, order: DateOrder = DateOrder.YMD) -> Callable[[str], Value | None]:
    """Return the `parse_value` of one field, to parse many values.

    Dates and date-times may be written as people do, with the year first or else in `order`: 31/12/2024 14:30.
    """

    def parse(text: str) -> Value | None:
        if of.kind is Kind.DATE:
            return read_date(text, order)
        if of.kind is Kind.DATETIME:
            return in_utc(read_datetime(text, order), zone, text)
        return _PARSERS[of.kind](text, of)

    def parse_one(text: str) -> Value | None:
        text = text.strip()
        return parse(text) if text else None

    return parse_one


def parse_operand(text: str, of: Field, *, part: bool = False) -> Value:
    """Parse what a condition compares a field with; raises ValueProblem.

    Differs from a contact's value: blank is refused; for a date-time field a date stays a date, because it means the
    whole day, and a date-time without an offset stays naive; for several choices it is a single option. With `part`,
    the text is a part of a text or of an option, and keeps the spaces at its ends.
    """
    if not part:
        text = text.strip()
    if not text:
        raise ValueProblem("operand_is_blank")
    if part:
        return _parse_text(text, of)
    if of.kind is Kind.DATETIME:
        return parse_date(text) if is_iso_date(text) else parse_datetime(text)
    return _OPERAND_PARSERS[of.kind](text, of)


def format_value(value: Value) -> str:
    """Format a value so that `parse_operand`, or `parse_value` for several choices, parses it again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime):
        spec = "minutes" if not (value.second or value.microsecond) else "auto"
        return value.isoformat(timespec=spec).replace("+00:00", "Z")
    if isinstance(value, tuple):
        return f"{SEPARATOR} ".join(value)
    return value.isoformat() if isinstance(value, date) else value


def _parse_text(text: str, _: Field) -> str:
    problem = text_problem(text)
    if problem:
        raise ValueProblem.of(problem)
    return text


def _parse_number(text: str, _: Field) -> float:
    if not NUMBER.fullmatch(text):
        raise ValueProblem("number_not_read", text=shorten(text))
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueProblem("number_too_large", text=shorten(text))
    if abs(number) >= LARGEST_WHOLE and _WHOLE.fullmatch(text) and Decimal(number) != Decimal(text):
        raise ValueProblem("number_has_too_many_digits", text=shorten(text))
    return number + 0.0  # turns -0.0 into 0.0


def _parse_stored_number(text: str, of: Field) -> float:
    number = _parse_number(text, of)
    if lost := loss_as_number(text):
        raise ValueProblem("number_would_lose", lost=lost, field=of.name or "it", text=shorten(text))
    return number


def _parse_boolean(text: str, _: Field) -> bool:
    folded = fold(text)
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise ValueProblem("boolean_not_read", text=shorten(text))


def _parse_choice(text: str, of: Field, advice: Message | None = None) -> str:
    option = OptionIndex.of(of.options).find(text)
    if option is None:
        raise ValueProblem("option_not_known", options=of.options, text=shorten(text), advice=advice)
    return option


def _parse_choices(text: str, of: Field) -> tuple[str, ...] | None:
    known = OptionIndex.of(of.options)
    parts = split_options(text, known)
    if unknown := [part for part in parts if known.find(part) is None]:
        named = [shorten(part) for part in dict.fromkeys(unknown[:MAX_NAMED])]
        raise ValueProblem("options_not_known", options=of.options, named=named, advice=_HOW_TO_ADD)
    return in_option_order(parts, of)


def new_options(text: str, of: Field) -> list[str]:
    """Return the options in a cell that a choice field does not have yet; raises ValueProblem when one is not a valid
    option."""
    known = OptionIndex.of(of.options)
    parts = split_options(text, known) if of.kind is Kind.CHOICES else [text.strip()]
    unknown = [part for part in parts if part and known.find(part) is None]
    for part in unknown:
        if wrong := option_problem(part, of.kind):
            raise ValueProblem("option_not_possible", option=shorten(part), problem=wrong)
    return unknown


def option_problem(option: str, kind: Kind) -> Message | None:
    """Return why a trimmed text cannot be an option of a field, or None."""
    if kind is Kind.CHOICES and SEPARATOR in option:
        return Message("option_has_separator", separator=SEPARATOR)
    return name_problem(option)


def in_option_order(chosen: Collection[str], of: Field) -> tuple[str, ...] | None:
    """Return the value of several choices: options in the order of the field, or None for no options."""
    return tuple(option for option in of.options if option in chosen) or None


_OPERAND_PARSERS: dict[Kind, Callable[[str, Field], Value]] = {
    Kind.TEXT: _parse_text,
    Kind.NUMBER: _parse_number,
    Kind.DATE: lambda text, _: parse_date(text),
    Kind.BOOLEAN: _parse_boolean,
    Kind.CHOICE: _parse_choice,
    Kind.CHOICES: _parse_choice,
}
_PARSERS: dict[Kind, Callable[[str, Field], Value | None]] = {
    **_OPERAND_PARSERS,
    Kind.NUMBER: _parse_stored_number,
    Kind.CHOICE: lambda text, of: _parse_choice(text, of, _HOW_TO_ADD),
    Kind.CHOICES: _parse_choices,
}
