"""Decide whether a history of concurrent operations is linearizable: whether there is one order of single steps, each
between the beginning and the end of its operation, in which a sequential model gives exactly the answers seen.

The whole store is one object here, so this is also strict serializability: what was acknowledged before a read began
is in it, what was refused or not yet begun is not, and no read goes back behind another that ended before it began.

How: the search of Wing and Gong ("Testing and verifying concurrent objects", 1993) as Lowe made it cheap ("Testing for
linearizability", 2017): the events are taken in the order of time, and all that may be true so far is kept as a set of
configurations, each a state and the operations under way that have taken effect in it. Operations take effect as late
as they can, which is when one ends that has not (just-in-time linearization), and equal configurations are one
(memoisation). The model is deterministic, so nothing is guessed and nothing is missed: the answer is exact. Objects
that share nothing can be decided one by one (Herlihy and Wing, 1990: linearizability is local); `History` does so.

It is cheap because of what does not multiply configurations: an operation that has changed nothing, once its answer
fits, is taken to have happened there and then, since whatever explains the rest without it also does so with it. Only
writes that are under way at the same time are tried in every order, 2^n configurations for n writers.

Knossos and Porcupine do the same; Elle (Kingsbury and Alvaro, 2020) looks for cycles among transactions instead, which
pays for histories whose operations are transactions of many steps and whose values tell their order.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

S = TypeVar("S", bound=Hashable)
Perform = Callable[[S, Any], tuple[S, Any]]
"""The sequential model: what a call answers in a state, and the state after it."""
STATES_SHOWN = 3


class Unknown:
    """Stands for the answer of an operation that got none: it took effect once before its end, or never."""

    def __repr__(self) -> str:
        return "no answer"


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asked, and what it was answered; `begun` and `ended` are instants of one clock that never goes
    back. An operation without an answer ends when it can have no effect any more, None if that is never."""

    client: str
    call: Any
    answer: Any
    begun: int
    ended: int | None


@dataclass(frozen=True)
class Contradiction:
    """An operation whose answer nothing can explain, and what it would have been in some states that can have been."""

    operation: Operation
    possible: Sequence[Any]

    def __str__(self) -> str:
        op = self.operation
        span = f"from {op.begun} to {op.ended}"
        possible = "".join(f"\n  or {answer!r}" for answer in self.possible)
        return f"{op.client} asked {op.call!r} {span} and was answered\n     {op.answer!r}\n  possible:{possible}"


class _Configuration(NamedTuple):
    """What may be true: a state, and the operations under way that have taken effect in it, all by number."""

    state: int
    done: frozenset[int]


def contradiction(history: Iterable[Operation], initial: S, perform: Perform[S]) -> Contradiction | None:
    """Return the first operation, by the time of its end, that no order explains; None if the history is
    linearizable."""
    operations = sorted(history, key=lambda operation: operation.begun)
    search = _Search(operations, initial, perform)
    for _, is_end, number in _events(operations):
        if not is_end:
            search.begin(number)
        elif (possible := search.end(number)) is not None:
            return Contradiction(operations[number], possible)
    return None


def _events(operations: Sequence[Operation]) -> list[tuple[int, bool, int]]:
    """List beginnings and ends by time; where both are at one instant the beginning comes first, which allows more."""
    events = [(operation.begun, False, number) for number, operation in enumerate(operations)]
    events += [(operation.ended, True, number) for number, operation in enumerate(operations) if operation.ended]
    return sorted(events)


class _Search(Generic[S]):
    """All that may be true at one instant, and the operations under way. States are numbered, so that each call is
    performed once in each state."""

    def __init__(self, operations: Sequence[Operation], initial: S, perform: Perform[S]) -> None:
        self._operations, self._perform = operations, perform
        self._states, self._numbers = [initial], {initial: 0}
        self._effects: dict[tuple[int, int], int | None] = {}
        self._under_way: set[int] = set()
        self._configurations = {_Configuration(0, frozenset())}

    def begin(self, number: int) -> None:
        """Let an operation begin; it takes effect at once where it changes nothing."""
        self._under_way.add(number)
        self._configurations = {self._completed(each, (number,)) for each in self._configurations}

    def end(self, number: int) -> list[Any] | None:
        """Keep what may be true when an operation has ended: it has taken effect, unless it got no answer. Gives some
        answers that it can have had where none of them is the one that it had."""
        found: set[_Configuration] = set()
        if self._operations[number].answer is UNKNOWN:
            found |= {each for each in self._configurations if number not in each.done}
        seen, left = set(self._configurations), list(self._configurations)
        while left:
            configuration = left.pop()
            if number in configuration.done:
                found.add(_Configuration(configuration.state, configuration.done - {number}))
                continue
            for other in self._under_way - configuration.done:
                after = self._with(configuration, other)
                if after is not None and after not in seen:
                    seen.add(after)
                    left.append(after)
        self._under_way.discard(number)
        if not found:
            states = {self._states[configuration.state]: None for configuration in self._configurations}
            return [self._perform(state, self._operations[number].call)[1] for state in [*states][:STATES_SHOWN]]
        self._configurations = found
        return None

    def _effect(self, state: int, number: int) -> int | None:
        """Return the state after an operation; None where it would have been answered otherwise."""
        key = state, number
        if key not in self._effects:
            operation = self._operations[number]
            after, answer = self._perform(self._states[state], operation.call)
            fits = operation.answer is UNKNOWN or answer == operation.answer
            self._effects[key] = self._number_of(after) if fits else None
        return self._effects[key]

    def _number_of(self, state: S) -> int:
        if state not in self._numbers:
            self._numbers[state] = len(self._states)
            self._states.append(state)
        return self._numbers[state]

    def _with(self, configuration: _Configuration, number: int) -> _Configuration | None:
        """Let an operation take effect; None where it would have been answered otherwise."""
        after = self._effect(configuration.state, number)
        if after is None:
            return None
        return self._completed(_Configuration(after, configuration.done | {number}), self._under_way)

    def _completed(self, configuration: _Configuration, numbers: Iterable[int]) -> _Configuration:
        """Let those operations take effect that change nothing and whose answer fits."""
        state, done = configuration
        fitting = [
            number
            for number in numbers
            if number not in done
            and self._operations[number].answer is not UNKNOWN
            and self._effect(state, number) == state
        ]
        return _Configuration(state, done.union(fitting)) if fitting else configuration
