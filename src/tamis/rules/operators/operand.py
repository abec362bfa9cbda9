"""What the value of a contact is compared with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from tamis.domain.fields import Value
from tamis.rules.time.anniversaries import AnniversaryDays


@dataclass(frozen=True, slots=True)
class FromNow:
    """An edge that moves with the clock: this long after now."""

    by: timedelta


Bound = Value | FromNow | AnniversaryDays


class Operand(NamedTuple):
    """What a value is compared with, as a closed span: a day holds all of its instants, anything else is one point."""

    low: Bound
    high: Bound

    @property
    def text(self) -> str:
        """Return the text or the option that this is."""
        assert isinstance(self.low, str)
        return self.low

    @property
    def days(self) -> AnniversaryDays:
        """Return the days of every year that this is."""
        assert isinstance(self.low, AnniversaryDays)
        return self.low
