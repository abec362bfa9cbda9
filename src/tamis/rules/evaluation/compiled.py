"""Compiled rules: the reference evaluator's answers, ten times as fast for many contacts.

What does not depend on the contact is worked out once: operands, folded texts, and what a rule depends on. Tests
require the same answers as `evaluate.selects` (§ One meaning).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tamis.domain.fields import Value
from tamis.domain.instants import EPOCH
from tamis.rules.evaluation.evaluate import Membership
from tamis.rules.evaluation.operands import operands
from tamis.rules.operators import positive_form
from tamis.rules.time.breakpoints import time_dependent_conditions
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule, conditions, referenced_segments

Values = Mapping[int, Value]
"""The values of a contact in comparable form (`operands.comparable`), by field id, without missing ones."""
Selects = Callable[[Values, EvaluationTime, Membership], bool]
MOST_KEPT = 4_096
_kept: dict[tuple[int, str], "CompiledRule"] = {}


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule as a function of values, time and memberships; `field_ids`, `segment_ids` and `is_timed` say on what its
    answer depends."""

    rule: Rule
    selects: Selects
    field_ids: frozenset[int]
    segment_ids: frozenset[int]
    is_timed: bool


def compile_rule(rule: Rule, zone: ZoneInfo) -> CompiledRule:
    """Compile a rule for a time zone. Rules that stay the same object are compiled once."""
    key = id(rule), zone.key
    if (known := _kept.get(key)) is not None:  # it holds the rule, so that no other one can have its identity
        return known
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    found = CompiledRule(
        rule,
        _never_matches if rule is None else _compile(rule, EvaluationTime(EPOCH, zone)),
        frozenset(condition.field.id for condition in conditions(rule)),
        referenced_segments(rule),
        any(True for _ in time_dependent_conditions(rule)),
    )
    return _kept.setdefault(key, found)


def _never_matches(_values: Values, _as_of: EvaluationTime, _in_segment: Membership) -> bool:
    return False


def _compile(node: Node, any_time: EvaluationTime) -> Selects:
    match node:
        case Condition():
            return _compile_condition(node, any_time)
        case InSegment(segment_id, _, operator):
            complement = positive_form(operator)[1]
            return lambda values, as_of, in_segment: in_segment(segment_id) is not complement
        case All(parts):
            tests = tuple(_compile(part, any_time) for part in parts)

            def select_all(values: Values, as_of: EvaluationTime, in_segment: Membership) -> bool:
                for test in tests:  # noqa: SIM110  # a generator would take longer than the tests
                    if not test(values, as_of, in_segment):
                        return False
                return True

            return select_all
        case Any(parts):
            tests = tuple(_compile(part, any_time) for part in parts)

            def select_any(values: Values, as_of: EvaluationTime, in_segment: Membership) -> bool:
                for test in tests:  # noqa: SIM110
                    if test(values, as_of, in_segment):
                        return True
                return False

            return select_any
        case Not(part):
            negated = _compile(part, any_time)
            return lambda values, as_of, in_segment: not negated(values, as_of, in_segment)


def _compile_condition(condition: Condition, any_time: EvaluationTime) -> Selects:
    operator, complement = positive_form(condition.operator)
    field_id, holds = condition.field.id, operator.holds
    assert holds
    if operator.relative:

        def holds_at(values: Values, as_of: EvaluationTime, _: Membership) -> bool:
            value = values.get(field_id)
            return complement if value is None else holds(value, operands(condition, as_of)) is not complement

        return holds_at
    fixed = operands(condition, any_time)

    def holds_always(values: Values, _: EvaluationTime, __: Membership) -> bool:
        value = values.get(field_id)
        return complement if value is None else holds(value, fixed) is not complement

    return holds_always
