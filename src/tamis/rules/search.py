"""What people type to find contacts, as a rule: each word must stand somewhere in a contact."""

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import EMAIL, Field, FieldSet, Kind, ValueProblem
from tamis.domain.text import fold
from tamis.rules.operators import BY_NAME
from tamis.rules.tree import All, Any, Condition, Node, join
from tamis.rules.values import parse_given

MOST_WORDS = 10
MOST_LETTERS = 255
_WHOLE = {Kind.NUMBER: BY_NAME["is"], Kind.DATE: BY_NAME["is"], Kind.DATETIME: BY_NAME["is"]}


def search(text: str, fields: FieldSet) -> Node | None:
    """Make the rule that finds the contacts in which all words of a text stand, in any order and case, or None for a
    text without words, which is no restriction at all; raises Invalid.

    A word stands in a contact when it is a part of its address, of a text or of a choice; a number must be the whole
    value of a number field, and a date (2024-12-31) the day of a date or a date-time.
    """
    words = fold(text).split()
    if len(words) > MOST_WORDS or len(text) > MOST_LETTERS:
        raise Invalid([Problem("search", "search_too_long", words=MOST_WORDS, letters=MOST_LETTERS)])
    parts = [join(Any, _conditions(word, fields)) for word in dict.fromkeys(words)]
    return join(All, parts) if parts else None


def _conditions(word: str, fields: FieldSet) -> list[Node]:
    # Nearly all of a search's time goes to the addresses, so they come last: SQL looks no further where one part holds.
    ordered = sorted(fields.fields, key=lambda field: field.id == EMAIL.id)
    return [found for field in ordered if (found := _condition(word, field))]


def _condition(word: str, field: Field) -> Condition | None:
    """Write how a word stands in a field, or None where it cannot."""
    if field.kind in (Kind.TEXT, Kind.CHOICE):
        return Condition(field, BY_NAME["contains"], (word,))
    if field.kind is Kind.CHOICES:
        options = tuple(option for option in field.options if word in fold(option))
        return Condition(field, BY_NAME["includes any of"], options) if options else None
    operator = _WHOLE.get(field.kind)
    try:
        return Condition(field, operator, (parse_given(word, field, operator),)) if operator else None
    except ValueProblem:
        return None
