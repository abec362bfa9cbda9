"""Conditions about events in the text language."""

from collections.abc import Callable, Sequence

from tamis.domain.values.fields import Kind
from tamis.rules.operators import BY_NAME, Operator, Takes, find_operator
from tamis.rules.tree import AggregateFunction, Condition, EventCondition, Node

WriteValues = Callable[[Condition], Sequence[str]]
AT_LEAST = BY_NAME["is equal or greater than"]
TIMES: dict[str, Operator] = {
    "at least": AT_LEAST,
    "at most": BY_NAME["is equal or less than"],
    "exactly": BY_NAME["is"],
    "more than": BY_NAME["is greater than"],
    "less than": BY_NAME["is less than"],
    "between": BY_NAME["is between"],
}
"""How the number of times is compared in the form with "did"."""
WORDS_OF_TIMES = {operator.name: words for words, operator in TIMES.items()}


def write_event_condition(
    condition: EventCondition,
    negated: bool,
    write_values: WriteValues,
    write_name: Callable[[str], str],
    write_rule: Callable[[Node], str],
    quote: Callable[[str], str],
) -> str | None:
    """Write a condition about events, or its negation; None for a negation that has no form of its own."""
    aggregate, operator = condition.aggregate, condition.operator
    words = [quote(aggregate.event.name)]
    if aggregate.window:
        words.append(_asked(aggregate.window, window_words(aggregate.window.operator), write_values))
    if aggregate.where:
        words.append(f"where ({write_rule(aggregate.where)})")
    if aggregate.function is AggregateFunction.COUNT and operator.name in WORDS_OF_TIMES:
        words.insert(0, "did not" if negated else "did")
        if operator is not AT_LEAST or condition.values != (1.0,):
            times = "time" if condition.values == (1.0,) else "times"
            words.insert(2, f"{_asked(condition.test, WORDS_OF_TIMES[operator.name], write_values)} {times}")
        return " ".join(words)
    if negated:
        return None
    function = str(aggregate.function)
    if aggregate.measured:
        function += f"({write_name(aggregate.measured.key)})"
    if aggregate.value.kind is not Kind.DATETIME or aggregate.measured:
        function += " of"
    return " ".join([function, *words, _asked(condition.test, operator.text or operator.name, write_values)])


def window_words(operator: Operator) -> str:
    """Return how a window is written: "within" for "is within"."""
    spellings = (operator.name.removeprefix("is "), operator.text.removeprefix("is "), *operator.aliases)
    return next(
        spelling
        for spelling in (*spellings, operator.name)
        if spelling[:1].isalpha()
        and (not spelling.startswith("is ") or spelling == operator.name)
        and find_operator(spelling, Kind.DATETIME) is operator
    )


def _asked(condition: Condition, words: str, write_values: WriteValues) -> str:
    values = write_values(condition)
    if "…" in words:
        return words.replace("…", values[0])
    match condition.operator.takes:
        case Takes.NONE:
            return words
        case Takes.ONE:
            return f"{words} {values[0]}"
        case Takes.TWO:
            return f"{words} {values[0]} and {values[1]}"
        case Takes.MANY:
            return f"{words} ({', '.join(values)})"
