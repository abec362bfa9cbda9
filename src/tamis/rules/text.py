"""The text language of rules, both ways: `country = "US" and age is between 25 and 60`."""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any as AnyValue
from typing import Literal

import lark

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Field, Kind
from tamis.domain.segments import is_segment_id
from tamis.rules.draft import MAX_DEPTH, Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.operators import SPELLINGS, Takes
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule
from tamis.rules.values import Given, format_given

MAX_LENGTH = 500_000
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_KEYWORDS = frozenset({"and", "or", "not", "true", "false"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_TERMINALS = {Takes.NONE: "OP0", Takes.ONE: "OP1", Takes.TWO: "OP2", Takes.MANY: "OPN"}
_SEGMENT = "OPS"
_ENDS = r"(?=\s*(?:\Z|\)|(?:and|or)(?!\w)))"
"""Where a condition is over: "or more" is no field of that name then."""
_OF_A_DURATION = re.compile(r"(within|next)\s+[+-]?[\d.]+\s+\Z", re.IGNORECASE)


def from_text(text: str) -> Draft | None:
    """Read a rule from text, or raise Invalid with the line and column; blank text is the rule without conditions."""
    if len(text) > MAX_LENGTH:
        raise Invalid([Problem("rule", f"must not be longer than {MAX_LENGTH:,} characters")])
    try:
        draft: Draft | None = _parser().parse(text)  # type: ignore[assignment]
    except lark.exceptions.UnexpectedInput as error:
        raise Invalid([_syntax_problem(text, error)]) from None
    except lark.exceptions.VisitError as error:
        if isinstance(error.orig_exc, Invalid):
            raise error.orig_exc from None
        raise
    return draft


def to_text(rule: Rule) -> str:
    """Write a rule so that `from_text` reads the same rule again."""
    return "" if rule is None else _written(rule, outermost=True)


@cache
def _parser() -> lark.Lark:
    grammar = files("tamis.rules").joinpath("grammar.lark").read_text(encoding="utf-8")
    grammar += _operators()
    return lark.Lark(grammar, parser="lalr", transformer=_ToDraft(), propagate_positions=True)


def _operators() -> str:
    """Write the part of the grammar that follows from the table: longer operators are looked for before shorter ones,
    "is in segment" before "is in" before "is"."""
    groups: dict[str, dict[int, set[str]]] = {}
    behind = set()
    for spelling, meanings in SPELLINGS.items():
        before, _, after = spelling.partition(" …")
        name = _SEGMENT if meanings[0].names_segment else _TERMINALS[meanings[0].takes]
        groups.setdefault(name, {}).setdefault(len(before.split()), set()).add(before)
        behind |= {after.strip()} - {""}
    lines = [f"AFTER.3: /(?:{_pattern(behind)}){_ENDS}/i"]
    for name, by_length in groups.items():
        lines.append(f"{name.lower()}: {' | '.join(f'{name}_{length}' for length in by_length)}")
        lines += [f"{name}_{length}.{length}: /{_pattern(found)}/i" for length, found in by_length.items()]
    return "\n" + "\n".join(lines)


def _pattern(spellings: Collection[str]) -> str:
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    endings = ((s, r"(?!\w)" if s[-1].isalpha() else "") for s in longest_first)
    return "|".join(r"\s+".join(map(re.escape, s.split())) + ending for s, ending in endings)


@lark.v_args(inline=True)
class _ToDraft(lark.Transformer[lark.Token, AnyValue]):
    def start(self, draft: Draft | None = None) -> Draft | None:
        return draft

    def any(self, *parts: Draft) -> Draft:
        return _group("any", parts)

    def all(self, *parts: Draft) -> Draft:
        return _group("all", parts)

    def negation(self, part: Draft) -> Draft:
        return _shallow(DraftNot(part, part.where))

    def condition(self, field: lark.Token, operator: lark.Token, *values: lark.Token) -> DraftCondition:
        return DraftCondition(
            field.strip("`"),
            str(operator),
            tuple(_unquoted(value) for value in values),
            where=_place(field),
            where_field=_place(field),
            where_operator=_place(operator),
            where_values=tuple(_place(value) for value in values),
        )

    def around(self, field: lark.Token, operator: lark.Token, value: lark.Token, after: lark.Token) -> Draft:
        return replace(self.condition(field, operator, value), operator=f"{operator} … {after}")

    def in_segment(self, operator: lark.Token, value: lark.Token) -> Draft:
        return DraftCondition(
            None,
            str(operator),
            (_unquoted(value),),
            where=_place(operator),
            where_operator=_place(operator),
            where_values=(_place(value),),
        )

    def field(self, token: lark.Token) -> lark.Token:
        return token

    def value(self, token: lark.Token) -> lark.Token:
        return token

    op0 = op1 = op2 = opn = ops = value


def _group(join: Literal["all", "any"], parts: tuple[Draft, ...]) -> Draft:
    return parts[0] if len(parts) == 1 else _shallow(DraftGroup(join, parts, parts[0].where))


def _shallow(draft: Draft) -> Draft:
    if draft.depth > MAX_DEPTH:
        raise Invalid([Problem(draft.where, f"must not nest deeper than {MAX_DEPTH} levels")])
    return draft


def _place(token: lark.Token) -> str:
    return f"line {token.line}, column {token.column}"


def _unquoted(token: lark.Token) -> str:
    if token.type != "STRING":
        return str(token)
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), token[1:-1], flags=re.DOTALL)


def _syntax_problem(text: str, error: lark.exceptions.UnexpectedInput) -> Problem:
    if isinstance(error, lark.exceptions.UnexpectedToken) and error.token.type == "$END":
        return Problem("rule", "ends too early: a condition, a value or a closing bracket is missing")
    rest = text[error.pos_in_stream or 0 :].split()
    found = rest[0][:40] if rest else text[-40:]
    expected = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or ())
    expected |= set(getattr(error, "expected", None) or ())
    if _OF_A_DURATION.search(text[: error.pos_in_stream or 0]):
        advice = "expected a unit of time: hours, days, weeks, months or years"
    elif "STRING" in expected:
        advice = "expected a value: text in quotes, a number, a date such as 2024-12-31, or a duration such as 30 days"
    elif any(name.startswith("OP") and not name.startswith(_SEGMENT) for name in expected):
        advice = 'expected an operator such as =, >, "contains" or "is between"'
    elif "NAME" in expected:
        advice = 'expected a field, or "is in segment"'
    elif "RPAR" in expected:
        advice = 'expected "and", "or" or a closing bracket'
    else:
        advice = 'expected "and", "or" or the end'
    return Problem(f"line {error.line}, column {error.column}", f'cannot read "{found}": {advice}')


def _written(node: Node, outermost: bool = False) -> str:
    match node:
        case Condition():
            return _written_condition(node)
        case InSegment(segment_id, name, operator):
            # a name of digits would be read as the id of another segment
            return f"{operator.name} {segment_id if is_segment_id(name) else _quoted(name)}"
        case Not(part):
            return f"not ({_written(part, outermost=True)})"
        case All(parts):
            text = " and ".join(_written(part) for part in parts)
        case Any(parts):
            text = " or ".join(_written(part) for part in parts)
    return text if outermost else f"({text})"


def _written_condition(condition: Condition) -> str:
    values = [_written_value(value, condition.field) for value in condition.values]
    operator = condition.operator
    # "is" before true or false would read as the operators "is true" and "is false"
    spelling = operator.aliases[0] if condition.field.kind is Kind.BOOLEAN and values else operator.name
    start = f"{_written_name(condition.field.key)} {spelling}"
    match operator.takes:
        case Takes.NONE:
            return start
        case Takes.ONE if operator.text:
            return f"{_written_name(condition.field.key)} {operator.text.replace('…', values[0])}"
        case Takes.ONE:
            return f"{start} {values[0]}"
        case Takes.TWO:
            return f"{start} {values[0]} and {values[1]}"
        case Takes.MANY:
            return f"{start} ({', '.join(values)})"


def _written_name(key: str) -> str:
    return key if _PLAIN_NAME.fullmatch(key) and key not in _KEYWORDS else f"`{key}`"


def _written_value(value: Given, field: Field) -> str:
    text = format_given(value)
    return _quoted(text) if field.kind in (Kind.TEXT, Kind.CHOICE, Kind.CHOICES) else text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'
