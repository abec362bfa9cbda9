"""Versions of segments, their comparison, and deleted segments."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tamis.actions.segments.recovery.comparison import VersionComparison
from tamis.actions.segments.recovery.trash import DeletedSegment
from tamis.actions.segments.recovery.versions import DescribedVersion
from tamis.domain.accounts.actors import ActorKind
from tamis.domain.messages import ENGLISH
from tamis.web.api.schemas.segments import Count


class AuthorOut(msgspec.Struct):
    """Who wrote a rule."""

    kind: ActorKind
    id: Annotated[str, Meta(description="The public key of a key, the id of a person, or the user who ran a command.")]
    name: str


class VersionOut(msgspec.Struct):
    """A rule that a segment has or had."""

    number: int
    current: bool
    name: Annotated[str, Meta(description="The name that the segment had then.")]
    rule: Annotated[dict[str, Any] | None, Meta(description="The rule as JSON, as it was stored.")]
    text: Annotated[str | None, Meta(description="The rule as text; null if something that it needs is gone.")]
    sentence: Annotated[str | None, Meta(description="The rule in words; null if something that it needs is gone.")]
    problems: Annotated[list[str], Meta(description="What the rule needs that is gone.")]
    created_at: datetime
    author: Annotated[AuthorOut | None, Meta(description="null for the rule of a segment that is older than versions.")]
    restored_from: Annotated[int | None, Meta(description="The version that was restored with this one.")]
    count_before: Annotated[
        Count | None,
        Meta(description="The members just before the rule took effect; null if it never did, or is not known."),
    ]
    count_after: Annotated[Count | None, Meta(description="The members just after it.")]


class LineOut(msgspec.Struct):
    """A line of the rules of two versions."""

    depth: Annotated[int, Meta(description="How many groups it is in.")]
    text: str
    change: Annotated[str, Meta(description="`kept`, `added` (only in the later one) or `removed`.")]


class SelectedOut(msgspec.Struct):
    """How many the two rules select now, before manual changes, and how many only one of them does."""

    earlier: Count
    later: Count
    only_earlier: Count
    only_later: Count


class ComparisonOut(msgspec.Struct):
    """Two versions, and what differs. Without `counts` and lines, something that one of the rules needs is gone."""

    earlier: VersionOut
    later: VersionOut
    lines: list[LineOut]
    counts: SelectedOut | None


class DeletedSegmentOut(msgspec.Struct):
    """A segment in the trash."""

    id: int
    name: str
    contact_type: Annotated[str, Meta(description="The name of its contact type.")]
    deleted_at: datetime
    restorable_until: datetime


class EmptiedOut(msgspec.Struct):
    """How many segments were deleted for good."""

    deleted: Count


def version_out(described: DescribedVersion) -> VersionOut:
    """Return a version as programs see it."""
    version, author = described.version, described.version.author
    return VersionOut(
        version.number,
        version.is_current,
        version.name,
        msgspec.json.decode(version.rule),
        described.text,
        described.sentence,
        [ENGLISH.render(problem) for problem in described.problems],
        version.created_at,
        AuthorOut(author.kind, author.id, author.name) if author else None,
        version.restored_from,
        version.size_before,
        version.size_after,
    )


def comparison_out(found: VersionComparison) -> ComparisonOut:
    """Return a comparison as programs see it."""
    counts = found.counts
    return ComparisonOut(
        version_out(found.earlier),
        version_out(found.later),
        [LineOut(line.depth, line.text, line.change) for line in found.lines],
        SelectedOut(counts.earlier, counts.later, counts.only_earlier, counts.only_later) if counts else None,
    )


def deleted_segment_out(deleted: DeletedSegment) -> DeletedSegmentOut:
    """Return a deleted segment as programs see it."""
    segment = deleted.segment
    return DeletedSegmentOut(
        segment.id, segment.name, deleted.contact_type, deleted.deleted_at, deleted.restorable_until
    )
