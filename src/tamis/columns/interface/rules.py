"""Queries about what rules select."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node, Rule


class MemberCounts(NamedTuple):
    """The members that a segment would have, those of them that are contacts of its type, and the numbers of manually
    included and excluded recipients. `mailable` members can be mailed, None where this was not asked for."""

    members: int
    contacts: int
    added: int
    excluded: int
    mailable: int | None = None


class RuleCounts(NamedTuple):
    """The number of contacts of a type, the number that each part of a rule selects by itself, including external
    recipients, the members that a segment would have with the whole rule, None without a segment, and the ids of some
    contacts that the whole rule selects, of all of whom `mailable` can be mailed, None where this was not asked for."""

    total: int
    parts: list[int]
    members: MemberCounts | None
    sample: list[int]
    mailable: int | None = None


class RuleEffect(NamedTuple):
    """The members that a segment has and would have, and how many would enter and leave."""

    before: int
    after: int
    entering: int
    leaving: int


class RuleReads(Protocol):
    """Reads what rules select, whether they belong to segments or not."""

    def count(self, type_id: int, rule: Rule, as_of: EvaluationTime, /) -> int:
        """Count the contacts and external recipients that a rule selects."""

    def count_parts(
        self,
        type_id: int,
        whole: Rule,
        parts: Sequence[Node],
        as_of: EvaluationTime,
        segment_id: int | None = None,
        sample_size: int = 0,
        /,
        *,
        mailable: bool = False,
    ) -> RuleCounts:
        """Count what each part of a rule selects, and return a sample of what the whole does, as `sample` does; `whole`
        is one of the parts, or None. With `mailable`, also count those of the whole who can be mailed."""

    def effects(
        self, type_id: int, levels: Sequence[Mapping[int, Rule]], as_of: EvaluationTime, /
    ) -> dict[int, RuleEffect]:
        """Compare the members of segments with those that they would have with some rules, each level after the
        segments that its rules name; other segments stay as they are. Manual overrides are kept."""

    def samples_of_effect(
        self, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, most: int, /
    ) -> tuple[list[int], list[int]]:
        """Return the ids of some contacts that would enter a segment with a rule, and of some that would leave."""

    def sample(self, type_id: int, rule: Node, as_of: EvaluationTime, most: int, /) -> list[int]:
        """Return the ids of some contacts that a rule selects, ascending; the same ones on every call."""
