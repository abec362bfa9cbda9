"""What follows an event name in the text language: how often, when and which; in any order."""

from collections.abc import Sequence
from dataclasses import dataclass

from tamis.domain.errors import Problem
from tamis.domain.values.fields import Kind
from tamis.rules.operators import Operator, find_operator, normal_spelling
from tamis.rules.syntaxes.draft import Draft, DraftCondition, DraftEventCondition
from tamis.rules.syntaxes.event_text import AT_LEAST, TIMES


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before: a function, its property, and an event name, with their places."""

    function: str
    event: str
    where: str
    where_event: str
    measured: str | None = None
    where_measured: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """How often: "at least 3 times"."""

    asked: DraftCondition


@dataclass(frozen=True, slots=True)
class Asked:
    """An operator and its values: a window, or what is asked of the value of events."""

    asked: DraftCondition


@dataclass(frozen=True, slots=True)
class Where:
    """Which events: "where (amount > 50)"."""

    filter: Draft


_NUMERIC = frozenset({"count", "sum", "total", "average", "avg", "mean"})
Clause = Times | Asked | Where


def did(head: Head, clauses: Sequence[Clause]) -> DraftEventCondition:
    """Return the condition that something happened: at least once, if the number is not written."""
    times, asked = _of(Times, clauses), _of(Asked, clauses)
    problems = _repeated(times) + _repeated(asked)
    if asked and not times and _is_number_of_times(asked[0]):
        problems += (Problem(asked[0].where_values[0], "times_missing", number=asked[0].values[0]),)
    if asked and not times and _is_number_in_words(asked[0]):
        problems += (
            Problem(asked[0].where_values[0], "times_in_digits", event=head.event, operator=asked[0].operator),
        )
    least = DraftCondition(None, AT_LEAST.name, ("1",), head.where)
    return _drafted(head, clauses, times[0] if times else least, asked[0] if asked else None, problems)


def value_of(head: Head, clauses: Sequence[Clause]) -> DraftEventCondition:
    """Return the condition about a value of events: the last operator asks, and one before it is a window."""
    times, asked = _of(Times, clauses), _of(Asked, clauses)
    problems = _repeated(asked[1:]) + tuple(Problem(each.where, "times_need_did", event=head.event) for each in times)
    if len(asked) == 2 and head.function.lower() in _NUMERIC and _is_only_window(asked[1]):
        comparison, window = (" ".join((each.operator, *each.values[:1])) for each in asked)
        if not _is_only_window(asked[0]):
            problems += (Problem(asked[1].where, "window_comes_first", window=window, comparison=comparison),)
    if not asked:
        problems += (Problem(head.where_event, "event_value_not_compared", function=head.function),)
    test = asked[-1] if asked else DraftCondition(None, "", (), head.where)
    return _drafted(head, clauses, test, asked[0] if len(asked) > 1 else None, problems)


def _drafted(
    head: Head,
    clauses: Sequence[Clause],
    test: DraftCondition,
    window: DraftCondition | None,
    problems: tuple[Problem, ...],
) -> DraftEventCondition:
    filters = [clause.filter for clause in clauses if isinstance(clause, Where)]
    problems += tuple(Problem(each.where, "clause_repeated") for each in filters[1:])
    return DraftEventCondition(
        head.event,
        head.function,
        head.measured,
        test,
        head.where,
        window,
        filters[0] if filters else None,
        head.where_event,
        head.where_measured,
        problems,
    )


def _of(kind: type[Times] | type[Asked], clauses: Sequence[Clause]) -> list[DraftCondition]:
    return [clause.asked for clause in clauses if isinstance(clause, kind)]


def _repeated(found: Sequence[DraftCondition]) -> tuple[Problem, ...]:
    return tuple(Problem(each.where, "clause_repeated") for each in found[1:])


def _is_number_of_times(asked: DraftCondition) -> bool:
    numbers: dict[str, Operator] = TIMES
    return normal_spelling(asked.operator) in numbers and all(value.isdigit() for value in asked.values)


def _is_number_in_words(asked: DraftCondition) -> bool:
    numbers: dict[str, Operator] = TIMES
    last = asked.values[-1].lower() if asked.values else ""
    return normal_spelling(asked.operator) in numbers and last.endswith((" times", " time"))


def _is_only_window(asked: DraftCondition) -> bool:
    """Return whether an operator compares times and cannot compare numbers: "within", but not ">"."""
    has_number, has_time = (find_operator(asked.operator, kind) is not None for kind in (Kind.NUMBER, Kind.DATETIME))
    return has_time and not has_number
