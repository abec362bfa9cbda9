"""The kinds of fields, as the console describes them."""

from typing import NamedTuple

from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.fields import Kind


class KindLabel(NamedTuple):
    """A kind with a description of its values."""

    kind: Kind
    description: str

    @property
    def name(self) -> str:
        """The name of the kind."""
        return KIND_NAMES[self.kind]


KINDS = (
    KindLabel(Kind.TEXT, "Any text, such as a company or a note."),
    KindLabel(Kind.NUMBER, "A quantity, such as 12.5. Use text for phone numbers."),
    KindLabel(Kind.DATE, "A calendar day, such as a birthday."),
    KindLabel(Kind.DATETIME, "A point in time, such as the last order."),
    KindLabel(Kind.BOOLEAN, "Either yes or no, such as newsletter consent."),
    KindLabel(Kind.CHOICE, "One of the options you list, such as a plan."),
    KindLabel(Kind.CHOICES, "Any number of the options you list, such as interests."),
)
