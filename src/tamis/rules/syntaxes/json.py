"""The JSON door: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}` and `{"field", "operator", "values"}`."""

from typing import Literal

import msgspec

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import format_value
from tamis.rules.syntaxes.draft import MAX_DEPTH, Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.tree import All, Any, Condition, InSegment, Not, Rule
from tamis.rules.values import format_given


def to_json(rule: Rule) -> str:
    """Write a rule as JSON; fields and segments stand by their ids, so that renaming one changes no rule. No rule
    is `null`."""
    return msgspec.json.encode(_plain(rule)).decode()


def _plain(rule: Rule) -> dict[str, object] | None:
    match rule:
        case None:
            return None
        case Condition(field, operator, values):
            return {"field": field.id, "operator": operator.name, "values": [format_given(v) for v in values]}
        case InSegment(segment_id, _, operator):
            return {"operator": operator.name, "values": [str(segment_id)]}
        case All(parts):
            return {"all": [_plain(part) for part in parts]}
        case Any(parts):
            return {"any": [_plain(part) for part in parts]}
        case Not(part):
            return {"not": _plain(part)}


def from_json(document: str | bytes) -> Draft | None:
    """Read a rule from JSON, or raise Invalid; a field is an id or a key."""
    try:
        plain = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Invalid([Problem("rule", "json_not_valid", reason=str(error))]) from None
    problems: list[Problem] = []
    draft = None if plain is None else _draft(plain, "rule", problems, 1)
    if problems:
        raise Invalid(problems)
    return draft


def _draft(plain: object, where: str, problems: list[Problem], depth: int) -> Draft | None:
    if depth > MAX_DEPTH:
        problems.append(Problem(where, "rule_too_deep", most=MAX_DEPTH))
    elif not isinstance(plain, dict):
        problems.append(Problem(where, "not_an_object"))
    elif set(plain) == {"not"}:
        part = _draft(plain["not"], f"{where}.not", problems, depth + 1)
        return DraftNot(part, where) if part else None
    elif set(plain) in ({"all"}, {"any"}):
        return _group("all" if "all" in plain else "any", plain, where, problems, depth)
    elif {"operator"} <= set(plain) <= {"field", "operator", "values"}:
        return _leaf(plain, where, problems)
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
    plain = group[join]
    if not isinstance(plain, list):
        problems.append(Problem(f"{where}.{join}", "not_a_list"))
        return None
    parts = [_draft(part, f"{where}.{join}[{i}]", problems, depth + 1) for i, part in enumerate(plain)]
    return DraftGroup(join, tuple(part for part in parts if part), where)


def _leaf(plain: dict[str, object], where: str, problems: list[Problem]) -> Draft | None:
    field = _field(plain, f"{where}.field", problems)
    operator = _operator(plain["operator"], f"{where}.operator", problems)
    texts = _texts(plain.get("values", []), f"{where}.values", problems)
    if problems:
        return None
    places = tuple(f"{where}.values[{i}]" for i in range(len(texts)))
    return DraftCondition(field, operator, texts, where, f"{where}.field", f"{where}.operator", places)


def _field(plain: dict[str, object], where: str, problems: list[Problem]) -> int | str | None:
    field = plain.get("field")
    if isinstance(field, int | str) and not isinstance(field, bool):
        return field
    if "field" in plain:
        problems.append(Problem(where, "not_a_field_reference"))
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
