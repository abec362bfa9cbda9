"""Operators: the type of the rows of their table."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tamis.domain.values.fields import Kind
from tamis.rules.operators.predicates import Holds
from tamis.rules.time.ages import AgeRange


class Takes(StrEnum):
    """How many values an operator takes."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"

    def allows(self, count: int) -> bool:
        """Return whether a condition may have this many values."""
        return count >= 1 if self is Takes.MANY else count == ("none", "one", "two").index(self)


class ValueType(StrEnum):
    """What the values of an operator are."""

    FIELD_VALUE = "value"
    PART = "part"
    """A part of a text, rather than a whole value of the field."""
    DURATION = "duration"
    PERIOD = "period"
    AGE = "age"
    MONTH = "month"
    WEEKDAY = "weekday"
    DAY = "day"
    """A day of the month."""
    FIELD = "field"
    """Another field of the same kind."""
    SEGMENT = "segment"
    TOPIC = "topic"
    SHARE = "share"
    """A percentage and the name of a random share."""
    NOTHING = "nothing"
    """The operator is a whole condition, without a field and values."""

    @property
    def is_of_calendar(self) -> bool:
        """Whether a value is a part of every date: one needs no parentheses around it, several are a list."""
        return self in (ValueType.MONTH, ValueType.WEEKDAY, ValueType.DAY)


class Relative(StrEnum):
    """How a relative operator relates a value to now; its result changes with time."""

    LAST = "last"
    BEFORE = "before"
    NEXT = "next"
    ANNIVERSARY = "anniversary"
    THIS_PERIOD = "this period"
    LAST_PERIOD = "last period"
    NEXT_PERIOD = "next period"
    AGE = "age"

    @property
    def takes_hours(self) -> bool:
        """Whether the duration may be in hours, for a date-time field; an anniversary is a whole day."""
        return self is not Relative.ANNIVERSARY


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the table.

    A positive operator holds only for contacts with a value: `holds`, its meaning in Python, is called with values that
    are not missing. A negative operator names its positive one in `negates` and is its exact complement, so it holds
    for every contact without a value.
    """

    name: str
    kinds: frozenset[Kind]
    takes: Takes
    phrase: str
    aliases: tuple[str, ...] = ()
    holds: Holds | None = None
    negates: str | None = None
    values: ValueType = ValueType.FIELD_VALUE
    takes_blanks: bool = False
    """Whether such a part may be blank: text can have blanks inside, but not at its ends."""
    relative: Relative | None = None
    """For a positive operator whose result changes with time."""
    ages: Callable[..., AgeRange] | None = None
    """For an operator that compares ages: the ages that its values mean."""
    for_several: str | None = None
    """The operator to suggest when this one is given several values."""
    joins: str = "or"
    """The word before the last of several values in the sentence."""
    text: str = ""
    """The form in the text language when the value stands inside: "…" is the value."""
    also: str = "is blank"
    """What else the negation of an operator holds for that its phrase does not bring to mind."""
    sentence: str = ""
    """How the sentence of a rule says it, where it need not be typed in that form."""

    @property
    def takes_parts(self) -> bool:
        """Whether a value may be a part of a text, rather than a whole value of the field."""
        return self.values is ValueType.PART

    @property
    def in_sentence(self) -> str:
        """The words of the operator in the sentence of a rule."""
        return self.sentence or self.phrase

    @property
    def holds_when_missing(self) -> bool:
        """Whether the operator holds for contacts without a value."""
        return self.negates is not None and not self.takes_no_field

    @property
    def takes_no_field(self) -> bool:
        """Whether the operator is about the contact rather than one of its fields."""
        return not self.kinds

    @property
    def names_segment(self) -> bool:
        """Whether the value of the operator is a segment."""
        return self.values is ValueType.SEGMENT

    @property
    def names_topic(self) -> bool:
        """Whether the value of the operator is a topic."""
        return self.values is ValueType.TOPIC
