"""Versions of segments, and deleted segments."""

from collections.abc import Mapping
from datetime import datetime

from tamis.client.request import Model


class Author(Model, frozen=True, kw_only=True):
    """Who changed a rule: `kind` is `key`, `person`, `command` or `server`."""

    kind: str
    id: str
    name: str


class SegmentVersion(Model, frozen=True, kw_only=True):
    """A rule that a segment has or had; `text` and `sentence` are None if something that it needs is gone, which
    `problems` name. The counts of members just before and after are None where they are not known."""

    number: int
    current: bool
    name: str
    rule: Mapping[str, object] | None
    text: str | None
    sentence: str | None
    problems: tuple[str, ...] = ()
    created_at: datetime
    author: Author | None = None
    restored_from: int | None = None
    count_before: int | None = None
    count_after: int | None = None


class ComparedLine(Model, frozen=True, kw_only=True):
    """A line of two rules: `change` is `kept`, `added` or `removed`."""

    depth: int
    text: str
    change: str


class SelectedCounts(Model, frozen=True, kw_only=True):
    """How many two rules select now, and how many only one of them does."""

    earlier: int
    later: int
    only_earlier: int
    only_later: int


class VersionComparison(Model, frozen=True, kw_only=True):
    """Two versions of a segment and what differs."""

    earlier: SegmentVersion
    later: SegmentVersion
    lines: tuple[ComparedLine, ...] = ()
    counts: SelectedCounts | None = None


class DeletedSegment(Model, frozen=True, kw_only=True):
    """A segment in the trash."""

    id: int
    name: str
    contact_type: str
    deleted_at: datetime
    restorable_until: datetime


class EmptiedTrash(Model, frozen=True, kw_only=True):
    """How many segments were deleted for good."""

    deleted: int
