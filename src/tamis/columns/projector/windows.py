"""The windows of time that a batch goes through: each calendar day by itself, and each midnight between two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tamis.domain.instants import MICROSECOND
from tamis.rules.time.evaluation_time import EvaluationTime

ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AsOf:
    """At which evaluation instants (an expression over their number `k`) rules are evaluated as of which time; where
    `by_row` is true, clocks count from each instant itself, and only the calendar day is that of the time."""

    instants: str
    time: EvaluationTime
    by_row: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time within one calendar day, the instant `end` excluded; where `is_midnight` is true, the midnight
    `start`. `since` is the instant from which on changes belong to it: the first window has all earlier ones, too."""

    number: int
    start: datetime
    end: datetime
    since: datetime
    is_midnight: bool = False

    def as_of(self, zone: ZoneInfo) -> list[AsOf]:
        """Return as of which times rules are evaluated in this window."""
        if self.is_midnight:
            return [
                AsOf("k = 0", EvaluationTime(self.start - MICROSECOND, zone)),
                AsOf("k = 1", EvaluationTime(self.start, zone)),
            ]
        return [AsOf("TRUE", EvaluationTime(self.start, zone), by_row=True)]


def windows(start: datetime, midnights: Sequence[datetime], now: datetime) -> list[Window]:
    """List the windows from the instant as of which memberships were right up to now, oldest first."""
    found: list[Window] = []
    since = ALWAYS
    for midnight in midnights:
        found.append(Window(len(found), start, midnight, since))
        found.append(Window(len(found), midnight, midnight, midnight, is_midnight=True))
        start = since = midnight
    return [*found, Window(len(found), start, now + MICROSECOND, since)]
