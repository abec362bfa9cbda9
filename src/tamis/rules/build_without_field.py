"""Build conditions without a field: about segments, topics, random shares, and emails that may not be mailed."""

from decimal import Decimal

from tamis.domain.consent.topics import find_topic
from tamis.domain.errors import Message, Problem
from tamis.domain.segments.segments import SegmentRefs
from tamis.domain.values.fields import FieldSet, Kind, ValueProblem
from tamis.rules.diagnostics import names
from tamis.rules.operators import BY_NAME, Operator, Takes
from tamis.rules.random_share import parse_percentage, parse_share_name
from tamis.rules.syntaxes.draft import DraftCondition
from tamis.rules.tree import InRandomShare, InSegment, IsSubscribed, IsSuppressed

_WRONG_COUNT = {
    Takes.NONE: "takes_no_value",
    Takes.ONE: "takes_one_value",
    Takes.TWO: "takes_two_values",
    Takes.MANY: "takes_values",
}


def build_random_share(draft: DraftCondition, operator: Operator, problems: list[Problem]) -> InRandomShare | None:
    """Build a condition about a random share, or add everything that is wrong with it to some problems."""
    if draft.field is not None:
        problems.append(Problem(draft.where_field or draft.where, "operator_takes_no_field", operator=operator.name))
        return None
    if not operator.takes.allows(len(draft.values)):
        problems.append(wrong_count(draft, operator, None))
        return None
    if draft.unquoted:
        problems.append(Problem(draft.where_values[1], "share_name_without_quotes", name=draft.values[1]))
        return None
    percentage, name = (_read(index, draft, problems) for index in (0, 1))
    if not isinstance(percentage, Decimal) or not isinstance(name, str):
        return None
    return InRandomShare(percentage, name, operator)


def _read(index: int, draft: DraftCondition, problems: list[Problem]) -> Decimal | str | None:
    """Read the percentage or the name of a random share."""
    try:
        return parse_share_name(draft.values[index]) if index else parse_percentage(draft.values[index])
    except ValueProblem as problem:
        where = draft.where_values[index] if draft.where_values else draft.where
        problems.append(Problem(where, "share_not_valid", problem=problem.message))
        return None


def build_in_segment(
    draft: DraftCondition, operator: Operator, segments: SegmentRefs, problems: list[Problem]
) -> InSegment | None:
    """Build a condition about another segment, or add everything that is wrong with it to some problems."""
    if draft.field is not None:
        problems.append(Problem(draft.where_field or draft.where, "operator_takes_no_field", operator=operator.name))
    if not operator.takes.allows(len(draft.values)):
        problems.append(wrong_count(draft, operator, None))
        return None
    found = segments.find(draft.values[0])
    if found is None:
        where = draft.where_values[0] if draft.where_values else draft.where
        problems.append(Problem.of(where, names.unknown_segment(draft.values[0], segments)))
    elif draft.unquoted:
        problems.append(Problem(draft.where_values[0], "segment_name_without_quotes", segment=found.name))
        return None
    return InSegment(found.id, found.name, operator) if found and draft.field is None else None


def build_subscribed(
    draft: DraftCondition, operator: Operator, fields: FieldSet, problems: list[Problem]
) -> IsSubscribed | None:
    """Build a condition about a topic, or add everything that is wrong with it to some problems."""
    if draft.field is not None:
        problems.append(Problem(draft.where_field or draft.where, "operator_takes_no_field", operator=operator.name))
    if not operator.takes.allows(len(draft.values)):
        problems.append(wrong_count(draft, operator, None))
        return None
    found = find_topic(draft.values[0], fields)
    if found is None:
        where = draft.where_values[0] if draft.where_values else draft.where
        problems.append(Problem.of(where, names.unknown_topic(draft.values[0], fields)))
    elif draft.unquoted:
        problems.append(Problem(draft.where_values[0], "topic_name_without_quotes", topic=found.name))
        return None
    return IsSubscribed(found, operator) if found and draft.field is None else None


CAN_BE_MAILED = IsSuppressed(BY_NAME["can be mailed"])


def build_suppressed(draft: DraftCondition, operator: Operator, problems: list[Problem]) -> IsSuppressed | None:
    """Build the condition that an email may, or may not, be mailed, or add what is wrong with it to some problems."""
    if draft.field is not None:
        problems.append(Problem(draft.where_field or draft.where, "operator_takes_no_field", operator=operator.name))
        return None
    if not operator.takes.allows(len(draft.values)):
        problems.append(wrong_count(draft, operator, None))
        return None
    return IsSuppressed(operator)


def wrong_count(draft: DraftCondition, operator: Operator, kind: Kind | None) -> Problem:
    """Report that an operator has a wrong number of values."""
    better = BY_NAME[operator.for_several] if operator.for_several and len(draft.values) > 1 else None
    return Problem(
        draft.where,
        _WRONG_COUNT[operator.takes],
        operator=operator.name,
        count=len(draft.values),
        advice=Message("for_several_values", operator=better.name) if better and kind in better.kinds else None,
    )
