"""Describe a rule in one English sentence, including what happens to contacts without a value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TypeGuard

from tamis.domain.values.calendar import Period, period_around
from tamis.domain.values.dates import format_day
from tamis.domain.values.durations import Duration, Unit, add_duration, subtract_duration
from tamis.domain.values.fields import COUNTRY, CREATED_AT, UPDATED_AT, Field, format_value
from tamis.rules.descriptions.events import asks_how_often, write_asked, write_event_condition
from tamis.rules.operators import BY_NAME, OPERATORS, Operator, Relative, Takes
from tamis.rules.time.relative import PERIOD_STEPS
from tamis.rules.time.terms import relative_terms
from tamis.rules.tree import (
    All,
    Any,
    Condition,
    EventCondition,
    InRandomShare,
    InSegment,
    IsSubscribed,
    IsSuppressed,
    Leaf,
    Node,
    Not,
    Rule,
)
from tamis.rules.values import ClockTime, ConditionValue, format_condition_value

_NEGATIVE = {operator.negates: operator for operator in OPERATORS if operator.negates}
_NEGATED = {"is": "is not", "includes": "does not include", "gives": "does not give"}
_WRITTEN_BY_TAMIS = {CREATED_AT.id: "created", UPDATED_AT.id: "updated"}
_POINT_IN_TIME = re.compile(r"is (not )?(?=(\d)|after|before|between|in |on or|today|within|more)")


def describe(rule: Rule, subject: str = "Contacts", today: date | None = None) -> str:
    """Return the sentence that says which contacts a rule selects.

    `subject` is the name of their contact type. With `today`, the day in the account's time zone, conditions that
    count from now also say which day that is.
    """
    if rule is None:
        return "Nobody: this segment has no conditions."
    return _Writer(today).sentence(rule, subject)


def phrase(node: Condition | EventCondition | InSegment | InRandomShare | IsSuppressed | IsSubscribed | Not) -> str:
    """Return what one condition asks for, in a few words: `Age is between 25 and 60`, `Is in segment “Regulars”`; also
    a negated one about events: `Did not “open”`."""
    if isinstance(node, InRandomShare):
        return f"{node.operator.name.capitalize()} {node.values[0]} “{node.name}”"
    if isinstance(node, IsSuppressed):
        return node.operator.name.capitalize()
    if isinstance(node, InSegment):
        return f"{node.operator.name.capitalize()} “{node.name}”"
    if isinstance(node, IsSubscribed):
        return f"{node.operator.name.capitalize()} “{node.topic.name}”"
    if isinstance(node, EventCondition | Not):
        text = _Writer(None).bare(node)
        return text[0].upper() + text[1:]
    return f"{node.field.name} {_Writer(None).asks(node)}"


def asked_of_events(condition: EventCondition) -> str:
    """Return what a condition asks of the value of events: "at least 3 times", "is at least 1,000"."""
    return write_asked(condition, _Writer(None).asks)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the parts of a sentence. A part follows "whose" (`Age is 5`) or "who" (`are in “Regulars”`); a group with
    parts of both sorts repeats these words inside."""

    today: date | None

    def sentence(self, rule: Node, subject: str) -> str:
        """Write the sentence: "Customers in India whose …, except those whose …."."""
        parts = list(rule.parts) if isinstance(rule, All) else [rule]
        exceptions = [part.part for part in parts if _is_exception(part)]
        wanted = [part for part in parts if not _is_exception(part)]
        place = next(filter(_is_place, wanted), None)
        text = subject
        if place is not None:
            wanted.remove(place)
            assert isinstance(place, Condition)
            text += f" in {_listed([str(value) for value in place.values], 'or')}"
        if wanted:
            text += " " + self.clause(All(tuple(wanted)) if len(wanted) > 1 else wanted[0], outermost=True)
        elif place is None:
            text = f"All {text}"
        if exceptions:
            those = " and ".join(f"those {self.clause(part)}" for part in exceptions)
            text += f"{',' if text != f'All {subject}' else ''} except {those}"
        return text + "."

    def clause(self, node: Node, *, outermost: bool = False) -> str:
        """Write a node with its "whose" or "who"."""
        node = _without_not(node)
        if isinstance(node, All | Any):
            return self.series(node, outermost=outermost)
        return f"{_pronoun(node) or ''} {self.bare(node)}".strip()

    def series(self, group: All | Any, *, outermost: bool = False) -> str:
        """Write the parts of a group in a row, "whose" or "who" before each run of parts that share it. On the
        outermost level, groups need no parentheses: "whose …, or whose …", and "…, and either … or …" at the end."""
        word = "and" if isinstance(group, All) else "or"
        parts = list(map(_without_not, group.parts))
        if outermost and word == "or" and any(isinstance(part, All) for part in parts):
            return ", or ".join(map(self.clause, parts))
        choices = []
        if outermost and not all(map(_is_choice, parts)):
            choices = [part for part in parts if _is_choice(part)]
            parts = [part for part in parts if not _is_choice(part)]
        runs = [(pronoun, list(run)) for pronoun, run in groupby(parts, _pronoun)]
        texts = [f"{pronoun or ''} {_in_series(list(map(self.bare, run)), word)}".strip() for pronoun, run in runs]
        texts += [f"either {self.bare(choice)[1:-1]}" for choice in choices]
        is_short = all(len(run) == 1 for _, run in runs) and not choices
        return _in_series(texts, word) if is_short else f", {word} ".join(texts)

    def bare(self, node: Node) -> str:
        """Write a node without the "whose" or "who" before it, a group in parentheses."""
        match _without_not(node):
            case Condition() as condition:
                return self.written_by_tamis(condition) or f"{condition.field.name} {self.asks(condition)}"
            case EventCondition() as events:
                return write_event_condition(events, False, self.asks, self.bare)
            case Not(EventCondition() as events):
                return write_event_condition(events, True, self.asks, self.bare)
            case Not(Condition() as condition):
                return f"{condition.field.name} {_negated(self.asks(condition))} (or {condition.operator.also})"
            case InSegment() as named:
                return named.operator.in_sentence.format(f"“{named.name}”")
            case InRandomShare() as share:
                return share.operator.in_sentence.format(share.values[0], f"“{share.name}”")
            case IsSuppressed(operator):
                return operator.in_sentence
            case IsSubscribed(topic, operator):
                return operator.in_sentence.format(f"“{topic.name}”")
            case Not(part):
                inside = self.bare(part).removeprefix("(").removesuffix(")") if _pronoun(part) else self.clause(part)
                return f"not ({inside}{'; blanks count as no' if _needs_value(part) else ''})"
            case All() | Any() as group:
                text = self.series(group)
                pronoun = _pronoun(group)
                return f"({text.removeprefix(f'{pronoun} ')})" if pronoun else f"({text})"

    def written_by_tamis(self, condition: Condition) -> str | None:
        """Write a condition about when a contact was created or updated, which is never blank: "were created after
        …"; None for others."""
        verb = _WRITTEN_BY_TAMIS.get(condition.field.id)
        text = self.asks(replace(condition, operator=replace(condition.operator, also="")))
        start = _POINT_IN_TIME.match(text)
        if verb is None or start is None:
            return None
        return f"were {start[1] or ''}{verb} {'on ' if start[2] else ''}{text[start.end() :]}"

    def asks(self, condition: Condition) -> str:
        """Write what a condition asks of its field."""
        operator = condition.operator
        values = [_value(value, operator) for value in condition.values]
        if operator.takes is Takes.MANY:
            values = [_listed(values, operator.joins)]
        text = operator.in_sentence.format(*values)
        if operator.holds_when_missing:
            return f"{text} (or {operator.also})" if operator.also else text
        return text + self.day(condition)

    def day(self, condition: Condition) -> str:
        """Write which day a condition that counts from now means today: " (since 27 Nov 2025)"."""
        terms = relative_terms(condition)
        if self.today is None or terms is None or condition.operator.negates:
            return ""
        if isinstance(terms.measure, Period):
            days = period_around(self.today, terms.measure, PERIOD_STEPS[terms.relative])
            return _from_to(*days) if days else ""
        duration = terms.duration
        if duration is None or duration.hours is not None:
            return ""
        match terms.relative:
            case Relative.LAST:
                return f" (since {format_day(subtract_duration(self.today, duration))})"
            case Relative.BEFORE:
                return f" (before {format_day(subtract_duration(self.today, duration))})"
            case Relative.NEXT | Relative.ANNIVERSARY:
                return f" (until {format_day(add_duration(self.today, duration))})"
        return ""


def _negated(asked: str) -> str:
    """Return the words of a condition whose operator has no opposite, negated."""
    for positive, negative in _NEGATED.items():
        asked = re.sub(f"^{positive} ", f"{negative} ", asked)
    return asked


def _without_not(node: Node) -> Node:
    """Return a negated condition as the opposite condition, where there is one."""
    match node:
        case Not(EventCondition() as part) if asks_how_often(part):
            return node  # "did not"
        case Not(part) if isinstance(part, Leaf) and (opposite := _opposite(part.operator)):
            return replace(part, operator=opposite)
    return node


def _opposite(operator: Operator) -> Operator | None:
    return BY_NAME[operator.negates] if operator.negates else _NEGATIVE.get(operator.name)


def _pronoun(node: Node) -> str | None:
    """Return "whose" or "who", by which a node is introduced; None for a group with parts of both sorts."""
    match _without_not(node):
        case Condition() as condition:
            return "who" if _Writer(None).written_by_tamis(condition) else "whose"
        case EventCondition() as events:
            return "who" if asks_how_often(events) else "whose"
        case InSegment() | InRandomShare() | IsSuppressed() | IsSubscribed():
            return "who"
        case Not(part):
            return _pronoun(part)
        case All(parts) | Any(parts):
            first, *others = {_pronoun(part) for part in parts}
            return None if others else first


def _is_place(node: Node) -> bool:
    """Return whether a condition asks for countries that can be named without quotes: "in India or China"."""
    match node:
        case Condition(field, operator, values) if field.id == COUNTRY.id and operator.name in ("is", "is one of"):
            words = " ".join(map(str, values)).split()
            return all(word.isalpha() and word[0].isupper() for word in words)
    return False


def _is_exception(node: Node) -> TypeGuard[Not]:
    """Return whether a node excludes what a group selects."""
    return isinstance(node, Not) and isinstance(node.part, All | Any)


def _is_choice(node: Node) -> bool:
    """Return whether a node is a choice of conditions, without groups inside."""
    return isinstance(node, Any) and not any(isinstance(part, All | Any) or _is_exception(part) for part in node.parts)


def _needs_value(node: Node) -> bool:
    """Return whether a part of a rule does not mention contacts without a value, for which it does not hold."""
    match node:
        case Condition(_, operator):
            return not operator.negates and operator.name != "is not blank"
        case All(parts) | Any(parts):
            return any(map(_needs_value, parts))
    return False


def _value(value: ConditionValue, operator: Operator) -> str:
    match value:
        case Duration(count, Unit.MONTH) if count % 12 == 0 and count > 12:
            return f"{count // 12:,} years"
        case Duration(count, unit):
            if count == 1 and unit is not Unit.HOUR and "ago" not in operator.phrase:
                return str(unit)
            return f"{count:,} {str(value).split()[1]}"
        case ClockTime(start):
            clock = format_condition_value(value).partition("T")[2].replace("Z", " UTC")
            return f"{format_day(start.date())}, {clock}"
        case bool():
            return "yes" if value else "no"
        case Period():
            return str(value)
        case Field():
            return value.name
        case int():
            return format_condition_value(value)
        case float():
            return f"{int(value) if value.is_integer() else value:,}" if abs(value) < 1e15 else format_value(value)
        case str():
            return f"“{value}”"
        case date():
            return format_day(value)
    return format_value(value)


def _from_to(first: date, last: date) -> str:
    return f" ({format_day(first)})" if first == last else f" ({format_day(first)} to {format_day(last)})"


def _listed(values: list[str], word: str) -> str:
    if len(values) > 12:
        return f"{', '.join(values[:10])} and {len(values) - 10:,} more"
    return _in_series(values, word)


def _in_series(texts: Sequence[str], word: str) -> str:
    return f" {word} ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]
