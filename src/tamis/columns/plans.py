"""What a fold is told: which segments there are and what was touched."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec

from tamis.columns.replay import Levels
from tamis.domain.transitions import Cause


@dataclass(frozen=True, slots=True)
class Plans:
    """The live segments of a contact type as the fold evaluates them."""

    zone: ZoneInfo
    kept: Levels
    """Those whose rules are what they were."""
    filled: Levels
    """Those that are new or edited, or name such a one."""
    gone: frozenset[int] = frozenset()
    """Those that were deleted."""


class Touched(msgspec.Struct):
    """Things that were touched at one instant, in microseconds since 1970, for one reason."""

    instant: int
    cause: Cause
    ids: list[int]
