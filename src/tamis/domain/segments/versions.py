"""Versions of segments: every rule that a segment has had."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tamis.domain.accounts.actors import Actor

BEYOND_LAST = (1 << 63) - 1
"""A number above those of all versions."""


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """A rule that a segment has or had, in its stored JSON form, with the name that the segment had then.

    `author` is None for the rule that a segment had when versions were introduced. `restored_from` is the number of the
    version whose rule was restored. `size_before` and `size_after` are the numbers of members just before and after
    the projection applied the rule: None if another rule replaced it before anybody could see its members, or if it is
    older than versions are.
    """

    segment_id: int
    number: int
    name: str
    rule: str
    created_at: datetime
    author: Actor | None
    restored_from: int | None
    size_before: int | None
    size_after: int | None
    is_current: bool


class VersionSize(NamedTuple):
    """The numbers of members just before and after a version of a segment was applied."""

    segment_id: int
    number: int
    before: int
    after: int
