"""Rules as JSON: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}` and `{"field", "operator", "values"}`."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import format_value
from tamis.rules.operators import Operator
from tamis.rules.syntaxes.draft import MAX_DEPTH, Draft, DraftCondition, DraftEventCondition, DraftGroup, DraftNot
from tamis.rules.tree import All, Any, Condition, EventAggregate, EventCondition, InSegment, Not, Rule
from tamis.rules.values import ConditionValue, format_condition_value

_OF_EVENTS = {"event", "function", "property", "window", "where", "operator", "values"}


def to_json(rule: Rule) -> str:
    """Write a rule as JSON, with fields and segments by their ids, so that renaming one changes no rule. The rule
    without conditions is `null`."""
    return msgspec.json.encode(_encodable(rule)).decode()


def _encodable(rule: Rule) -> dict[str, object] | None:
    match rule:
        case None:
            return None
        case Condition(field, operator, values):
            return {"field": field.id} | _encodable_test(operator, values)
        case InSegment(segment_id, _, operator):
            return {"operator": operator.name, "values": [str(segment_id)]}
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
    elif {"event", "operator"} <= set(data) <= _OF_EVENTS:
        return _event(data, where, problems, depth)
    else:
        problems.append(
            Problem(
                where,
                "not_a_condition",
            )
        )
    return None


def _group(
    join: Literal["all", "any"], group: dict[str, object], where: str, problems: list[Problem], depth: int
) -> Draft | None:
    data = group[join]
    if not isinstance(data, list):
        problems.append(Problem(f"{where}.{join}", "not_a_list"))
        return None
    parts = [_draft(part, f"{where}.{join}[{i}]", problems, depth + 1) for i, part in enumerate(data)]
    return DraftGroup(join, tuple(part for part in parts if part), where)


def _leaf(data: dict[str, object], where: str, problems: list[Problem]) -> DraftCondition | None:
    field = _reference(data, "field", where, problems)
    operator = _operator(data["operator"], f"{where}.operator", problems)
    texts = _texts(data.get("values", []), f"{where}.values", problems)
    if problems:
        return None
    places = tuple(f"{where}.values[{i}]" for i in range(len(texts)))
    return DraftCondition(field, operator, texts, where, f"{where}.field", f"{where}.operator", places)


def _event(data: dict[str, object], where: str, problems: list[Problem], depth: int) -> Draft | None:
    test = _leaf({key: data[key] for key in ("operator", "values") if key in data}, where, problems)
    event = _reference(data, "event", where, problems)
    measured = _reference(data, "property", where, problems)
    function = _operator(data.get("function", "count"), f"{where}.function", problems)
    window = _window(data["window"], f"{where}.window", problems) if "window" in data else None
    properties = _draft(data["where"], f"{where}.where", problems, depth + 1) if "where" in data else None
    if problems or test is None or event is None:
        return None
    return DraftEventCondition(
        event, function, measured, test, where, window, properties, f"{where}.event", f"{where}.property"
    )


def _window(data: object, where: str, problems: list[Problem]) -> DraftCondition | None:
    if isinstance(data, dict) and {"operator"} <= set(data) <= {"operator", "values"}:
        return _leaf(data, where, problems)
    problems.append(Problem(where, "not_a_window"))
    return None


def _reference(data: dict[str, object], key: str, where: str, problems: list[Problem]) -> int | str | None:
    found = data.get(key)
    if isinstance(found, int | str) and not isinstance(found, bool):
        return found
    if key in data:
        problems.append(Problem(f"{where}.{key}", "not_a_field_reference"))
    return None


def _operator(operator: object, where: str, problems: list[Problem]) -> str:
    if isinstance(operator, str):
        return operator
    problems.append(Problem(where, "not_an_operator_name"))
    return ""


def _texts(values: object, where: str, problems: list[Problem]) -> tuple[str, ...]:
    if isinstance(values, list) and all(isinstance(v, str | int | float | bool) for v in values):
        return tuple(
            str(v) if isinstance(v, str | int) and not isinstance(v, bool) else format_value(v) for v in values
        )
    problems.append(Problem(where, "not_a_list_of_values"))
    return ()
