"""Operands: what the value of a contact is compared with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from tamis.domain.values.fields import Field, Value
from tamis.rules.time.anniversaries import AnniversaryDays
from tamis.rules.time.calendar_parts import CalendarPart


@dataclass(frozen=True, slots=True)
class FromNow:
    """A bound that moves with the clock: this long after now."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class FieldBound:
    """The value of another field of the same contact."""

    field: Field


Bound = Value | FromNow | FieldBound | AnniversaryDays | CalendarPart


class Operand(NamedTuple):
    """A closed span: a day spans all of its instants, anything else is a single point."""

    low: Bound
    high: Bound

    @property
    def text(self) -> str:
        """The text or option of a single point."""
        assert isinstance(self.low, str)
        return self.low

    @property
    def days(self) -> AnniversaryDays:
        """The days of an anniversary."""
        assert isinstance(self.low, AnniversaryDays)
        return self.low

    @property
    def part(self) -> CalendarPart:
        """The months, weekdays or days of the month."""
        assert isinstance(self.low, CalendarPart)
        return self.low
