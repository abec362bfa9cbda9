"""Rules as JSON: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`, `{"field", "operator", "values"}`, and, about
events, `{"event", "function", "property", "window", "where", "operator", "values"}`."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from tamis.domain.consent.topics import topic_id_of
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import format_value
from tamis.rules.operators import Operator
from tamis.rules.syntaxes.draft import MAX_DEPTH, Draft, DraftCondition, DraftEventCondition, DraftGroup, DraftNot
from tamis.rules.tree import (
    AggregateFunction,
    All,
    Any,
    Condition,
    EventAggregate,
    EventCondition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Not,
    Rule,
)
from tamis.rules.values import ConditionValue, format_condition_value

_EVENT_KEYS = {"event", "function", "property", "window", "where", "operator", "values"}
_AT_LEAST_ONCE = {"operator": "is equal or greater than", "values": ["1"]}


def to_json(rule: Rule) -> str:
    """Write a rule as JSON, with fields, segments and topics by their ids, so that renaming one changes no rule. The
    rule without conditions is `null`."""
    return msgspec.json.encode(_encodable(rule)).decode()


def _encodable(rule: Rule) -> dict[str, object] | None:
    match rule:
        case None:
            return None
        case Condition(field, operator, values):
            return {"field": field.id} | _encodable_test(operator, values)
        case InSegment(segment_id, _, operator):
            return {"operator": operator.name, "values": [str(segment_id)]}
        case InRandomShare(_, _, operator):
            return {"operator": operator.name, "values": list(rule.values)}
        case IsSuppressed(operator):
            return {"operator": operator.name, "values": []}
        case IsSubscribed(topic, operator):
            return {"operator": operator.name, "values": [str(topic_id_of(topic))]}
        case EventCondition(aggregate, operator, values):
            return _encodable_event(aggregate) | _encodable_test(operator, values)
        case All(parts):
            return {"all": [_encodable(part) for part in parts]}
        case Any(parts):
            return {"any": [_encodable(part) for part in parts]}
        case Not(part):
            return {"not": _encodable(part)}


def _encodable_test(operator: Operator, values: Sequence[ConditionValue]) -> dict[str, object]:
    return {"operator": operator.name, "values": list(map(format_condition_value, values))}


def _encodable_event(aggregate: EventAggregate) -> dict[str, object]:
    encoded: dict[str, object] = {"event": aggregate.event.id, "function": aggregate.function}
    if aggregate.measured:
        encoded["property"] = aggregate.measured.id
    if aggregate.window:
        encoded["window"] = _encodable_test(aggregate.window.operator, aggregate.window.values)
    if aggregate.where:
        encoded["where"] = _encodable(aggregate.where)
    return encoded


def from_json(document: str | bytes) -> Draft | None:
    """Read a rule from JSON, or raise Invalid; a field is an id or a key."""
    try:
        data = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Invalid([Problem("rule", "json_not_valid", reason=str(error))]) from None
    return from_decoded_json(data)


def from_decoded_json(data: object) -> Draft | None:
    """Read a rule from decoded JSON, or raise Invalid; a field is an id or a key."""
    problems: list[Problem] = []
    draft = None if data is None else _draft(data, "rule", problems, 1)
    if problems:
        raise Invalid(problems)
    return draft


def _draft(data: object, where: str, problems: list[Problem], depth: int) -> Draft | None:
    if depth > MAX_DEPTH:
        problems.append(Problem(where, "rule_too_deep", most=MAX_DEPTH))
    elif not isinstance(data, dict):
        problems.append(Problem(where, "not_an_object"))
    elif set(data) == {"not"}:
        part = _draft(data["not"], f"{where}.not", problems, depth + 1)
        return DraftNot(part, where) if part else None
    elif set(data) in ({"all"}, {"any"}):
        return _group("all" if "all" in data else "any", data, where, problems, depth)
    elif {"operator"} <= set(data) <= {"field", "operator", "values"}:
        return _leaf(data, where, problems)
    elif "event" in data:
        return _event_condition(data, where, problems, depth)
    else:
        problems.append(Problem(where, "not_a_condition"))
    return None


def _event_condition(data: dict[str, object], where: str, problems: list[Problem], depth: int) -> Draft | None:
    """Read a condition about events: by default their number, which is to be at least 1."""
    if unknown := set(data) - _EVENT_KEYS:
        problems.append(Problem(where, "not_an_event_condition", keys=sorted(unknown)))
        return None
    before = len(problems)
    event = _reference(data["event"], f"{where}.event", "not_an_event_reference", problems)
    measured = (
        _reference(data["property"], f"{where}.property", "not_a_property_reference", problems)
        if "property" in data
        else None
    )
    function = _text(
        data.get("function", AggregateFunction.COUNT), f"{where}.function", "not_a_function_name", problems
    )
    asks = "operator" in data or "values" in data or function != AggregateFunction.COUNT
    test = _test(data if asks else _AT_LEAST_ONCE, where, problems)
    window = _window(data["window"], f"{where}.window", problems) if "window" in data else None
    filter_ = _draft(data["where"], f"{where}.where", problems, depth + 1) if "where" in data else None
    if event is None or test is None or len(problems) > before:
        return None
    places = f"{where}.event", f"{where}.property"
    return DraftEventCondition(event, function, measured, test, where, window, filter_, *places)


def _window(data: object, where: str, problems: list[Problem]) -> DraftCondition | None:
    if not isinstance(data, dict) or not {"operator"} <= set(data) <= {"operator", "values"}:
        problems.append(Problem(where, "not_a_window"))
        return None
    return _test(data, where, problems)


def _test(data: Mapping[str, object], where: str, problems: list[Problem]) -> DraftCondition | None:
    before = len(problems)
    operator = _text(data.get("operator"), f"{where}.operator", "not_an_operator_name", problems)
    texts = _texts(data.get("values", []), f"{where}.values", problems)
    places = tuple(f"{where}.values[{i}]" for i in range(len(texts)))
    if len(problems) > before:
        return None
    return DraftCondition(None, operator, texts, where, where_operator=f"{where}.operator", where_values=places)


def _group(
    join: Literal["all", "any"], group: dict[str, object], where: str, problems: list[Problem], depth: int
) -> Draft | None:
    data = group[join]
    if not isinstance(data, list):
        problems.append(Problem(f"{where}.{join}", "not_a_list"))
        return None
    parts = [_draft(part, f"{where}.{join}[{i}]", problems, depth + 1) for i, part in enumerate(data)]
    return DraftGroup(join, tuple(part for part in parts if part), where)


def _leaf(data: dict[str, object], where: str, problems: list[Problem]) -> Draft | None:
    field = _field(data, f"{where}.field", problems)
    operator = _text(data["operator"], f"{where}.operator", "not_an_operator_name", problems)
    texts = _texts(data.get("values", []), f"{where}.values", problems)
    if problems:
        return None
    places = tuple(f"{where}.values[{i}]" for i in range(len(texts)))
    return DraftCondition(field, operator, texts, where, f"{where}.field", f"{where}.operator", places)


def _field(data: dict[str, object], where: str, problems: list[Problem]) -> int | str | None:
    return _reference(data["field"], where, "not_a_field_reference", problems) if "field" in data else None


def _reference(data: object, where: str, problem: str, problems: list[Problem]) -> int | str | None:
    if isinstance(data, int | str) and not isinstance(data, bool):
        return data
    problems.append(Problem(where, problem))
    return None


def _text(data: object, where: str, problem: str, problems: list[Problem]) -> str:
    if isinstance(data, str):
        return data
    problems.append(Problem(where, problem))
    return ""


def _texts(values: object, where: str, problems: list[Problem]) -> tuple[str, ...]:
    if isinstance(values, list) and all(isinstance(v, str | int | float | bool) for v in values):
        return tuple(
            str(v) if isinstance(v, str | int) and not isinstance(v, bool) else format_value(v) for v in values
        )
    problems.append(Problem(where, "not_a_list_of_values"))
    return ()
