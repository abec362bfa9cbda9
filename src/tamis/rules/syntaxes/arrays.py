"""Rules as the parallel arrays of fields, operators and values of the Segment API."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tamis.domain.consent.topics import topic_id_of
from tamis.domain.errors import Invalid, Problem
from tamis.rules.diagnostics import names
from tamis.rules.operators import SPELLINGS, Takes, normal_spelling
from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftGroup
from tamis.rules.tree import All, Any, Condition, InRandomShare, InSegment, IsSubscribed, IsSuppressed, Rule
from tamis.rules.values import format_condition_value

NESTED = "rule"
NO_FIELD = "0"
"""The value in `select_field` for a condition without a field, such as one about another segment."""
_Flat = Condition | InSegment | InRandomShare | IsSuppressed | IsSubscribed


@dataclass(frozen=True, slots=True)
class Arrays:
    """A rule as in the Segment API; `value` is one flat list, from which each operator takes as many as it needs."""

    select_field: tuple[str, ...]
    select_operator: tuple[str, ...]
    value: tuple[str, ...]
    query_type: str | None


def to_arrays(rule: Rule) -> Arrays:
    """Write a rule as arrays; a rule that they cannot express gets empty arrays and the query type "rule"."""
    match rule:
        case None:
            return Arrays((), (), (), None)
        case Condition() | InSegment() | InRandomShare() | IsSuppressed() | IsSubscribed():
            parts: tuple[object, ...] = (rule,)
            query_type = None
        case All(parts):
            query_type = "and"
        case Any(parts):
            query_type = "or"
        case _:
            return Arrays((), (), (), NESTED)
    flat = [part for part in parts if isinstance(part, _Flat)]
    if len(flat) < len(parts) or sum(part.operator.takes is Takes.MANY for part in flat) > 1:
        return Arrays((), (), (), NESTED)
    return Arrays(
        tuple(str(part.field.id) if isinstance(part, Condition) else NO_FIELD for part in flat),
        tuple(part.operator.name for part in flat),
        tuple(value for part in flat for value in _values(part)),
        query_type,
    )


def _values(part: _Flat) -> tuple[str, ...]:
    if isinstance(part, InRandomShare):
        return part.values
    if isinstance(part, IsSuppressed):
        return ()
    if isinstance(part, IsSubscribed):
        return (str(topic_id_of(part.topic)),)
    return tuple(map(format_condition_value, part.values)) if isinstance(part, Condition) else (str(part.segment_id),)


def from_arrays(
    select_field: Sequence[str], select_operator: Sequence[str], value: Sequence[str], query_type: str | None
) -> Draft | None:
    """Read arrays, or raise Invalid.

    An operator with any number of values, such as "is one of", takes all values that the others leave; two of them in
    one rule would be ambiguous and are refused.
    """
    query_type = query_type.strip().lower() if query_type else None
    if not select_field and not select_operator and not value and query_type != NESTED:
        return None
    problems = _problems(select_field, select_operator, value, query_type)
    if problems:
        raise Invalid(problems)
    parts = []
    position = 0
    spare = len(value) - sum(_needs(name) for name in select_operator)
    for index, (field, name) in enumerate(zip(select_field, select_operator, strict=True)):
        end = position + (spare if _takes(name) is Takes.MANY else _needs(name))
        parts.append(
            DraftCondition(
                _field(field),
                name,
                tuple(value[position:end]),
                where=f"select_operator.{index}",
                where_field=f"select_field.{index}",
                where_operator=f"select_operator.{index}",
                where_values=tuple(f"value.{i}" for i in range(position, end)),
            )
        )
        position = end
    if len(parts) == 1:
        return parts[0]
    return DraftGroup("any" if query_type == "or" else "all", tuple(parts), "select_field")


def _field(reference: str) -> str | int | None:
    if reference == NO_FIELD:
        return None
    return int(reference) if re.fullmatch(r"[0-9]{1,18}", reference) else reference


def _problems(
    select_field: Sequence[str], select_operator: Sequence[str], value: Sequence[str], query_type: str | None
) -> list[Problem]:
    problems = []
    if len(select_field) != len(select_operator):
        problems.append(Problem("select_operator", "operators_and_fields_differ"))
    unknown = [i for i, name in enumerate(select_operator) if normal_spelling(name) not in SPELLINGS]
    problems += [
        Problem.of(f"select_operator.{i}", names.unknown_operator(select_operator[i], lists_all=True)) for i in unknown
    ]
    problems += [
        Problem(f"select_field.{i}", "operator_takes_no_field_in_arrays", no_field=NO_FIELD, operator=name[:60])
        for i, (field, name) in enumerate(zip(select_field, select_operator, strict=False))
        if field != NO_FIELD and _takes_no_field(name)
    ]
    if query_type not in ("and", "or") and (len(select_field) > 1 or query_type is not None):
        problems.append(Problem("query_type", "query_type_not_valid"))
    if not problems:
        many = [i for i, name in enumerate(select_operator) if _takes(name) is Takes.MANY]
        needed = sum(_needs(name) for name in select_operator)
        problems += [Problem(f"select_operator.{i}", "lists_not_told_apart") for i in many[1:]]
        if len(value) < needed + len(many) or (len(value) > needed and not many):
            code = "too_few_entries" if many else "wrong_number_of_entries"
            problems.append(Problem("value", code, wanted=needed + len(many), count=len(value)))
    return problems


def _takes(name: str) -> Takes:
    return SPELLINGS[normal_spelling(name)][0].takes


def _takes_no_field(name: str) -> bool:
    spelling = normal_spelling(name)
    return spelling in SPELLINGS and SPELLINGS[spelling][0].takes_no_field


def _needs(name: str) -> int:
    return {Takes.NONE: 0, Takes.ONE: 1, Takes.TWO: 2, Takes.MANY: 0}[_takes(name)]
