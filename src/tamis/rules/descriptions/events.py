"""Conditions about events in words, including what they mean for contacts without such events."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from tamis.domain.values.fields import Kind
from tamis.domain.values.instants import UTC_ZONE
from tamis.rules.evaluation.aggregates import aggregated
from tamis.rules.evaluation.evaluate import event_condition_holds
from tamis.rules.syntaxes.event_text import AT_LEAST, WORDS_OF_TIMES
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import AggregateFunction, All, Any, Condition, EventAggregate, EventCondition, Node

_ANY_TIME = EvaluationTime(datetime(2000, 1, 1, tzinfo=UTC), UTC_ZONE)
_NOUNS = {
    AggregateFunction.COUNT: "number of",
    AggregateFunction.SUM: "total {} of",
    AggregateFunction.AVERAGE: "average {} of",
    AggregateFunction.MIN: "lowest {} of",
    AggregateFunction.MAX: "highest {} of",
    AggregateFunction.FIRST: "first",
    AggregateFunction.LAST: "last",
}
_NOUNS_OF_DATES = {AggregateFunction.MIN: "earliest {} of", AggregateFunction.MAX: "latest {} of"}
_IS_NOT = re.compile("^is (?!not )")


def asks_how_often(condition: EventCondition) -> bool:
    """Return whether a condition is about how often something happened, so that it follows "who": "did “order”"."""
    return condition.aggregate.function is AggregateFunction.COUNT and condition.operator.name in WORDS_OF_TIMES


def write_event_condition(
    condition: EventCondition, negated: bool, asks: Callable[[Condition], str], bare: Callable[[Node], str]
) -> str:
    """Write a condition about events, or its negation, without the "who" or "whose" before it."""
    aggregate = condition.aggregate
    which = _which(aggregate, asks, bare)
    if asks_how_often(condition):
        start = f"{'did not' if negated else 'did'} “{aggregate.event.name}”"
        if condition.operator is not AT_LEAST or condition.values != (1.0,):
            start += f" {write_asked(condition, asks)}"
        return _with_aside(f"{start}{which}", _of_nothing(condition, negated), "; ")
    nouns = _NOUNS if aggregate.value.kind is Kind.NUMBER else _NOUNS | _NOUNS_OF_DATES
    noun = nouns[aggregate.function].format(aggregate.measured.name if aggregate.measured else "")
    asked = write_asked(condition, asks)
    if negated:
        asked = _IS_NOT.sub("is not ", asked) if _IS_NOT.match(asked) else f"{asked}: no"
    return f"{noun} “{aggregate.event.name}”{which} {asked}{_of_nothing(condition, negated)}"


def write_asked(condition: EventCondition, asks: Callable[[Condition], str]) -> str:
    """Write what a condition asks of the value of events: "at least 3 times", "is at least 1,000"."""
    test = condition.test
    asked = asks(replace(test, operator=replace(test.operator, also="")))
    if not asks_how_often(condition):
        return asked
    number = re.sub("^is ", "exactly " if condition.operator.name == "is" else "", asked)
    times = "time" if condition.values == (1.0,) else "times"
    return f"{number.replace('greater than', 'more than')} {times}"


def _which(aggregate: EventAggregate, asks: Callable[[Condition], str], bare: Callable[[Node], str]) -> str:
    """Write which events are meant: " within the last week (since 21 Nov 2026, where Amount is greater than 50)"."""
    text = ""
    if aggregate.window:
        text += " " + re.sub("^is ", "on " if aggregate.window.operator.name == "is" else "", asks(aggregate.window))
    if aggregate.where is None:
        return text
    where = bare(aggregate.where)
    return _with_aside(text, f" (where {where[1:-1] if isinstance(aggregate.where, All | Any) else where})", ", ")


def _with_aside(text: str, aside: str, link: str) -> str:
    """Append a remark in parentheses; to one that is at the end already, so that no two stand side by side."""
    return f"{text[:-1]}{link}{aside[2:]}" if aside and text.endswith(")") else text + aside


def _of_nothing(condition: EventCondition, negated: bool) -> str:
    """Write that a condition holds for contacts without such events, where its words do not bring that to mind."""
    holds = event_condition_holds(condition, _ANY_TIME, lambda event_id: ()) is not negated
    if not holds or (asks_how_often(condition) and (negated or condition.values == (0.0,))):
        return ""
    if asks_how_often(condition):
        return " (or never)"
    return " (or there is none)" if aggregated(condition.aggregate, ()) is None else " (none counts as 0)"
