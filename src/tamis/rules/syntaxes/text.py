"""The text language of rules, both ways: `country = "US" and age is between 25 and 60`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any as AnyValue
from typing import Literal

import lark

from tamis.domain.consent.topics import topic_id_of
from tamis.domain.errors import Invalid, Message, Problem
from tamis.domain.segments.segments import is_segment_id
from tamis.domain.values.fields import Field, Kind
from tamis.rules.diagnostics import syntax as diagnostics
from tamis.rules.operators import Takes
from tamis.rules.syntaxes import event_clauses
from tamis.rules.syntaxes.draft import MAX_DEPTH, Draft, DraftCondition, DraftGroup, DraftNot
from tamis.rules.syntaxes.event_text import write_event_condition
from tamis.rules.syntaxes.grammar import grammar
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    EventCondition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Node,
    Not,
    Rule,
)
from tamis.rules.values import ConditionValue, format_condition_value

MAX_LENGTH = 500_000
_BARE_NAME = re.compile(r"[^\W\d]\w*")
_KEYWORDS = frozenset({"and", "or", "not", "true", "false"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–−", "-"))


def from_text(text: str) -> Draft | None:
    """Parse a rule, or raise Invalid with line and column; blank text is the rule without conditions."""
    if len(text) > MAX_LENGTH:
        raise Invalid([Problem("rule", "rule_too_long", most=MAX_LENGTH)])
    try:
        draft: Draft | None = _parser().parse(text)  # type: ignore[assignment]
    except lark.exceptions.UnexpectedInput as error:
        raise Invalid([diagnostics.describe_syntax_error(text, error)]) from None
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
    return lark.Lark(
        grammar(), parser="lalr", transformer=_ToDraft(), propagate_positions=True, maybe_placeholders=False
    )


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
        split = diagnostics.find_split_number(values)
        return DraftCondition(
            field.strip("`"),
            str(operator),
            tuple(_unquoted(value) for value in values),
            where=_place(field),
            where_field=_place(field),
            where_operator=_place(operator),
            where_values=tuple(_place(value) for value in values),
            unquoted=_unquoted_indexes(values),
            problems=(Problem.of(_place(split[0]), split[1]),) if split else (),
        )

    def infix(self, field: lark.Token, operator: lark.Token, value: lark.Token, after: lark.Token) -> Draft:
        return replace(self.condition(field, operator, value), operator=f"{operator} … {after}")

    def list_without_parentheses(self, field: lark.Token, operator: lark.Token, *values: lark.Token) -> Draft:
        return self._with_problem(
            field, operator, values, diagnostics.list_without_parentheses(field, operator, values)
        )

    def alternatives(self, field: lark.Token, operator: lark.Token, *values: lark.Token) -> Draft:
        return self._with_problem(
            field, operator, values, diagnostics.alternatives_without_operator(field, operator, values)
        )

    def range_without_and(self, field: lark.Token, operator: lark.Token, *values: lark.Token) -> Draft:
        return self._with_problem(field, operator, values, diagnostics.range_without_and(operator, values))

    def _with_problem(
        self, field: lark.Token, operator: lark.Token, values: tuple[lark.Token, ...], message: Message
    ) -> DraftCondition:
        problem = Problem.of(_place(values[0]), message)
        return replace(self.condition(field, operator, *values), problems=(problem,))

    def named(self, operator: lark.Token, value: lark.Token) -> Draft:
        return DraftCondition(
            None,
            str(operator),
            (_unquoted(value),),
            where=_place(operator),
            where_operator=_place(operator),
            where_values=(_place(value),),
            unquoted=_unquoted_indexes((value,)),
        )

    def did(self, token: lark.Token, event: lark.Token, *clauses: event_clauses.Clause) -> Draft:
        draft = event_clauses.did(event_clauses.Head("count", _unquoted(event), _place(token), _place(event)), clauses)
        return _shallow(DraftNot(draft, draft.where) if token.lower() != "did" else draft)

    def function(self, token: lark.Token, measured: lark.Token | None = None) -> tuple[lark.Token, lark.Token | None]:
        return token, measured

    def event_value(
        self, function: tuple[lark.Token, lark.Token | None], event: lark.Token, *clauses: event_clauses.Clause
    ) -> Draft:
        token, measured = function
        name = "count" if token.type == "COUNT" else str(token)
        head = event_clauses.Head(name, _unquoted(event), _place(token), _place(event))
        if measured is not None:
            head = replace(head, measured=measured.strip("`"), where_measured=_place(measured))
        return _shallow(event_clauses.value_of(head, clauses))

    def times(self, *tokens: lark.Token) -> event_clauses.Clause:
        """The operator may be missing: "twice", and the number may be a word."""
        *before, last = tokens
        if last.type == "ONCE":
            number = lark.Token.new_borrow_pos("NUMBER", "1" if last.lower() == "once" else "2", last)
            tokens = (*before, number) if before else (last, number)
        operator, *values = tokens
        is_exact = operator.type in ("EXACTLY", "ONCE")
        return event_clauses.Times(replace(self._asked(operator, values), operator="is" if is_exact else str(operator)))

    def asked(self, operator: lark.Token, *values: lark.Token) -> event_clauses.Clause:
        return event_clauses.Asked(self._asked(operator, values))

    def asked_infix(self, operator: lark.Token, value: lark.Token, after: lark.Token) -> event_clauses.Clause:
        return event_clauses.Asked(replace(self._asked(operator, [value]), operator=f"{operator} … {after}"))

    def where(self, draft: Draft) -> event_clauses.Clause:
        return event_clauses.Where(draft)

    def _asked(self, operator: lark.Token, values: Sequence[lark.Token]) -> DraftCondition:
        return replace(self.condition(operator, operator, *values), field=None)

    def without_field(self, operator: lark.Token) -> Draft:
        return DraftCondition(None, str(operator), (), where=_place(operator), where_operator=_place(operator))

    def random_share(self, operator: lark.Token, percentage: lark.Token, name: lark.Token) -> Draft:
        return DraftCondition(
            None,
            str(operator),
            (str(percentage), _unquoted(name)),
            where=_place(operator),
            where_operator=_place(operator),
            where_values=(_place(percentage), _place(name)),
            unquoted=frozenset(index + 1 for index in _unquoted_indexes((name,))),
        )

    def field(self, token: lark.Token) -> lark.Token:
        return token

    def value(self, token: lark.Token) -> lark.Token:
        return token

    def other_field(self, token: lark.Token) -> lark.Token:
        return token.update(type="FIELD")  # with its backticks, because digits without them are an ID

    item = op0 = op1 = op2 = opn = opc = opf = ops = opsr = ops0 = property = event = value


def _group(join: Literal["all", "any"], parts: tuple[Draft, ...]) -> Draft:
    return parts[0] if len(parts) == 1 else _shallow(DraftGroup(join, parts, parts[0].where))


def _shallow(draft: Draft) -> Draft:
    if draft.depth > MAX_DEPTH:
        raise Invalid([Problem(draft.where, "rule_too_deep", most=MAX_DEPTH)])
    return draft


def _place(token: lark.Token) -> str:
    return f"line {token.line}, column {token.column}"


def _unquoted(token: lark.Token) -> str:
    if token.type in ("NAME", "QUOTED_NAME"):
        return token.strip("`")
    if token.type != "STRING":
        return str(token) if token.type == "BARE" else token.translate(_DASHES)
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), token[1:-1], flags=re.DOTALL)


def _unquoted_indexes(values: Iterable[lark.Token]) -> frozenset[int]:
    return frozenset(index for index, value in enumerate(values) if value.type in ("BARE", "PERIOD", "MALFORMED"))


def _written(node: Node, outermost: bool = False) -> str:
    match node:
        case Condition():
            return _written_condition(node)
        case InSegment(segment_id, name, operator):
            # a name of digits would be parsed as the id of another segment
            return f"{operator.name} {segment_id if is_segment_id(name) else _quoted(name)}"
        case InRandomShare(_, name, operator):
            return f"{operator.name} {node.values[0]} {_quoted(name)}"
        case IsSuppressed(operator):
            return operator.name
        case IsSubscribed(topic, operator):
            return f"{operator.name} {topic_id_of(topic) if is_segment_id(topic.name) else _quoted(topic.name)}"
        case EventCondition():
            return str(_written_event(node, negated=False))
        case Not(EventCondition() as condition) if written := _written_event(condition, negated=True):
            return written
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
    # "is" before true or false would be parsed as the operators "is true" and "is false"
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
        case Takes.MANY if operator.values.is_of_calendar and len(values) == 1:
            return f"{start} {values[0]}"
        case Takes.MANY:
            return f"{start} ({', '.join(values)})"


def _written_event(condition: EventCondition, *, negated: bool) -> str | None:
    return write_event_condition(
        condition,
        negated,
        lambda of: [_written_value(value, of.field) for value in of.values],
        _written_name,
        lambda rule: _written(rule, outermost=True),
        _quoted,
    )


def _written_name(key: str) -> str:
    return key if _BARE_NAME.fullmatch(key) and key not in _KEYWORDS else f"`{key}`"


def _written_value(value: ConditionValue, field: Field) -> str:
    if isinstance(value, Field):
        return _written_name(value.key)
    text = format_condition_value(value)
    return _quoted(text) if field.kind in (Kind.TEXT, Kind.CHOICE, Kind.CHOICES) else text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'
