"""The windows of time that a batch goes through: one for each calendar day, and one for each midnight between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tamis.domain.values.instants import MICROSECOND
from tamis.rules.time.evaluation_time import EvaluationTime

ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The time as of which rules are evaluated at some evaluation instants, given by an SQL expression over their
    number `seq`. If `by_row` is true, clocks count from each instant itself, and only the calendar day is that of
    `time`."""

    instants: str
    time: EvaluationTime
    by_row: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time within one calendar day, without the instant `end`; if `is_midnight` is true, only the midnight
    `start`. It covers changes from `since` on, which for the first window includes all earlier ones."""

    number: int
    start: datetime
    end: datetime
    since: datetime
    is_midnight: bool = False

    def as_of(self, zone: ZoneInfo) -> list[AsOf]:
        """Return the times as of which rules are evaluated in this window."""
        if self.is_midnight:
            return [
                AsOf("seq = 0", EvaluationTime(self.start - MICROSECOND, zone)),
                AsOf("seq = 1", EvaluationTime(self.start, zone)),
            ]
        return [AsOf("TRUE", EvaluationTime(self.start, zone), by_row=True)]


def windows(start: datetime, midnights: Sequence[datetime], now: datetime) -> list[Window]:
    """List the windows from the instant as of which memberships are right up to now, oldest first."""
    found: list[Window] = []
    since = ALWAYS
    for midnight in midnights:
        found.append(Window(len(found), start, midnight, since))
        found.append(Window(len(found), midnight, midnight, midnight, is_midnight=True))
        start = since = midnight
    return [*found, Window(len(found), start, now + MICROSECOND, since)]
