"""The kinds of fields in the words of people."""

from typing import NamedTuple

from tamis.domain.fields import Kind


class KindInWords(NamedTuple):
    """What a kind is called, what its values are, and what it is good for."""

    kind: Kind
    name: str
    about: str


KINDS = (
    KindInWords(Kind.TEXT, "Text", "Any words, such as a company or a note."),
    KindInWords(Kind.NUMBER, "Number", "What can be counted or added up, such as 12.5. A phone number is text."),
    KindInWords(Kind.DATE, "Date", "A calendar day, such as a birthday."),
    KindInWords(Kind.DATETIME, "Date and time", "A moment, such as that of the last order."),
    KindInWords(Kind.BOOLEAN, "Yes or no", "What is so or is not, such as having agreed to something."),
    KindInWords(Kind.CHOICE, "One choice", "One of the options that you list, such as a plan."),
    KindInWords(Kind.CHOICES, "Several choices", "Any number of the options that you list, such as interests."),
)
NAMES = {known.kind: known.name for known in KINDS}
