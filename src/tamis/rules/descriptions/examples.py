"""Example rules for the fields of a contact type, shown where there are no segments yet."""

from dataclasses import dataclass

from tamis.domain.errors import Invalid
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind
from tamis.rules.build import build
from tamis.rules.descriptions.describe import describe
from tamis.rules.syntaxes.text import from_text, to_text

MAX_EXAMPLES = 4
_BY_KIND = {
    Kind.DATETIME: "{} is within 30 days",
    Kind.DATE: "{} is anniversary within 7 days",
    Kind.NUMBER: "{} is equal or greater than 100",
    Kind.CHOICE: '{} is "{}"',
    Kind.CHOICES: '{} includes any of ("{}")',
    Kind.BOOLEAN: "{} is true",
}
_ALWAYS = ("created_at is within 30 days", 'country is "India" and first_name is not blank')


@dataclass(frozen=True, slots=True)
class Example:
    """A rule in the text language, and its sentence."""

    text: str
    sentence: str


def examples(fields: FieldSet, subject: str = "Contacts") -> list[Example]:
    """Return some example rules, one for each kind of custom field first."""
    own = [field for field in fields.fields if field not in RESERVED]
    by_kind = {field.kind: field for field in reversed(own)}
    texts = [_example_text(by_kind[kind]) for kind in _BY_KIND if kind in by_kind]
    found = []
    for text in [*(text for text in texts if text), *_ALWAYS]:
        try:
            rule = build(from_text(text), fields)
        except Invalid:  # such as an option with a quote in it
            continue
        found.append(Example(to_text(rule), describe(rule, subject)))
    return found[:MAX_EXAMPLES]


def _example_text(field: Field) -> str | None:
    if field.kind in (Kind.CHOICE, Kind.CHOICES) and not field.options:
        return None
    return _BY_KIND[field.kind].format(field.key, *field.options[:1])
