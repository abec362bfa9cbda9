"""The search for contacts, as a rule: each word must occur somewhere in a contact."""

from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import EMAIL, Field, FieldSet, Kind, ValueProblem
from tamis.domain.values.text import fold
from tamis.rules.operators import BY_NAME
from tamis.rules.tree import All, Any, Condition, Node, join
from tamis.rules.values import parse_condition_value

MAX_WORDS = 10
MAX_LENGTH = 255
_WHOLE = {Kind.NUMBER: BY_NAME["is"], Kind.DATE: BY_NAME["is"], Kind.DATETIME: BY_NAME["is"]}


def search(text: str, fields: FieldSet) -> Node | None:
    """Return the rule that selects the contacts with all words of a text, in any order and case; raises Invalid.

    None, no restriction, for a text without words. A word matches a part of an email, a text or a choice; a number must
    be the whole value of a number field, and a date (2024-12-31) the day of a date or a date-time.
    """
    words = fold(text).split()
    if len(words) > MAX_WORDS or len(text) > MAX_LENGTH:
        raise Invalid([Problem("search", "search_too_long", words=MAX_WORDS, letters=MAX_LENGTH)])
    parts = [join(Any, _conditions(word, fields)) for word in dict.fromkeys(words)]
    return join(All, parts) if parts else None


def _conditions(word: str, fields: FieldSet) -> list[Node]:
    # Nearly all time goes to searching emails, so they come last: SQL stops at the first part that holds.
    ordered = sorted(fields.fields, key=lambda field: field.id == EMAIL.id)
    return [found for field in ordered if (found := _condition(word, field))]


def _condition(word: str, field: Field) -> Condition | None:
    """Return the condition that a word matches a field, or None when it cannot."""
    if field.kind in (Kind.TEXT, Kind.CHOICE):
        return Condition(field, BY_NAME["contains"], (word,))
    if field.kind is Kind.CHOICES:
        options = tuple(option for option in field.options if word in fold(option))
        return Condition(field, BY_NAME["includes any of"], options) if options else None
    operator = _WHOLE.get(field.kind)
    try:
        return Condition(field, operator, (parse_condition_value(word, field, operator),)) if operator else None
    except ValueProblem:
        return None
