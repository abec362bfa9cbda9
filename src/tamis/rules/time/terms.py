"""The terms of a relative condition: how its value is related to now, and by what measure."""

from typing import NamedTuple

from tamis.domain.values.calendar import Period
from tamis.domain.values.durations import Duration
from tamis.rules.operators import Relative, positive_form
from tamis.rules.time.ages import AgeRange
from tamis.rules.tree import Condition

Measure = Duration | Period | AgeRange


class Terms(NamedTuple):
    """How a condition relates its value to now: within which duration, in which period, at which age."""

    relative: Relative
    measure: Measure

    @property
    def duration(self) -> Duration | None:
        """The duration, if that is the measure."""
        return self.measure if isinstance(self.measure, Duration) else None


def relative_terms(condition: Condition) -> Terms | None:
    """Return the terms of a condition whose result changes with time; None for any other."""
    operator = positive_form(condition.operator)[0]
    if operator.relative is None:
        return None
    if operator.ages is not None:
        return Terms(operator.relative, operator.ages(*condition.values))
    if not condition.values:
        return Terms(operator.relative, Period.DAY)
    (measure,) = condition.values
    assert isinstance(measure, Duration | Period)
    return Terms(operator.relative, measure)
