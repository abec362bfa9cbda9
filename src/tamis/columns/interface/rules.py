"""What rules select."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node, Rule


class MemberCounts(NamedTuple):
    """How many members a segment would have, how many of them are contacts of its type, and how many people were added
    to it manually and excluded from it."""

    members: int
    contacts: int
    added: int
    excluded: int


class RuleCounts(NamedTuple):
    """How many contacts a type has, how many each part selects by itself, external recipients included, and the members
    that a segment would have with the whole rule, None where no segment was named."""

    total: int
    parts: list[int]
    members: MemberCounts | None


class RuleEffect(NamedTuple):
    """How many members a segment has and would have, and how many would enter and leave."""

    before: int
    after: int
    entering: int
    leaving: int


class RuleReads(Protocol):
    """Reads what rules select, whether they are those of segments or not."""

    def count(self, type_id: int, rule: Rule, as_of: EvaluationTime, /) -> int:
        """Count the contacts, and the external recipients, that a rule selects."""

    def count_parts(
        self, type_id: int, whole: Rule, parts: Sequence[Node], as_of: EvaluationTime, segment_id: int | None = None, /
    ) -> RuleCounts:
        """Count what each part of a rule selects; `whole` is one of the parts, or None."""

    def count_effect(self, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, /) -> RuleEffect:
        """Compare the members of a segment with those that it would have under a rule."""

    def sample(self, type_id: int, rule: Node, as_of: EvaluationTime, most: int, /) -> list[int]:
        """Return the ids of some contacts that a rule selects, ascending, and the same ones again."""
