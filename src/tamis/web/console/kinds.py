"""Labels of the kinds of fields."""

from typing import NamedTuple

from tamis.domain.fields import Kind


class KindLabel(NamedTuple):
    """The name of a kind, and a description of its values."""

    kind: Kind
    name: str
    description: str


KINDS = (
    KindLabel(Kind.TEXT, "Text", "Any text, such as a company or a note."),
    KindLabel(Kind.NUMBER, "Number", "A quantity, such as 12.5. Use text for phone numbers."),
    KindLabel(Kind.DATE, "Date", "A calendar day, such as a birthday."),
    KindLabel(Kind.DATETIME, "Date and time", "A point in time, such as the last order."),
    KindLabel(Kind.BOOLEAN, "Yes or no", "Either yes or no, such as newsletter consent."),
    KindLabel(Kind.CHOICE, "Single choice", "One of the options you list, such as a plan."),
    KindLabel(Kind.CHOICES, "Multiple choice", "Any number of the options you list, such as interests."),
)
NAMES = {known.kind: known.name for known in KINDS}
