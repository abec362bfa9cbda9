"""Labels of the kinds of fields."""

from typing import NamedTuple

from tamis.domain.fields import Kind


class KindLabel(NamedTuple):
    """The name of a kind, and a description of its values."""

    kind: Kind
    name: str
    about: str


KINDS = (
    KindLabel(Kind.TEXT, "Text", "Any words, such as a company or a note."),
    KindLabel(Kind.NUMBER, "Number", "What can be counted or added up, such as 12.5. A phone number is text."),
    KindLabel(Kind.DATE, "Date", "A calendar day, such as a birthday."),
    KindLabel(Kind.DATETIME, "Date and time", "A moment, such as that of the last order."),
    KindLabel(Kind.BOOLEAN, "Yes or no", "What is so or is not, such as having agreed to something."),
    KindLabel(Kind.CHOICE, "One choice", "One of the options that you list, such as a plan."),
    KindLabel(Kind.CHOICES, "Several choices", "Any number of the options that you list, such as interests."),
)
NAMES = {known.kind: known.name for known in KINDS}
