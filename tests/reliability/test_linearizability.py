"""The check of histories has teeth: it accepts what some order explains, and finds each anomaly that was planted."""

from typing import Any

import pytest

from tests.support.histories.audience import (
    MISSING,
    OK,
    REFUSED,
    TAKEN,
    Add,
    Delete,
    Drop,
    Edit,
    Knock,
    Make,
    MakeKey,
    Members,
    Page,
    Revoke,
    Segment,
    SizeOf,
    Sizes,
    State,
    Value,
    Values,
    Write,
    address_of,
    perform,
    state_of,
)
from tests.support.histories.linearizability import UNKNOWN, Operation, contradiction

START = state_of([5, 7, 9], {"All": Segment(follows="Hand"), "Hand": Segment(), "Rule": Segment(least=7)})
A, B = "a@example.org", "b@example.org"
SECOND, THIRD = address_of(1), address_of(2)
Steps = list[tuple[Any, Any, int, int | None]]


def decide(*steps: tuple[Any, Any, int, int | None]) -> Any:
    """Return the call that nothing explains among some calls, each with its answer, beginning and end; else None."""
    operations = [Operation(f"client {number}", *step) for number, step in enumerate(steps)]
    found = contradiction(operations, START, perform)
    return found and found.operation.call


RIGHT: dict[str, Steps] = {
    "one after the other": [
        (Add("Hand", A), OK, 1, 2),
        (Members("Hand"), (A,), 3, 4),
        (Members("All"), (A,), 3, 4),
        (Delete("Hand", A), OK, 5, 6),
        (Members("Hand"), (), 7, 8),
        (Delete("Hand", A), MISSING, 9, 10),
    ],
    "a read beside a write sees it": [(Add("Hand", A), OK, 1, 9), (Members("Hand"), (A,), 2, 3)],
    "a read beside a write does not see it yet": [(Add("Hand", A), OK, 1, 9), (Members("Hand"), (), 2, 3)],
    "a read that lasts sees what was written meanwhile": [(Members("Hand"), (A,), 1, 9), (Add("Hand", A), OK, 2, 3)],
    "one of two wins": [
        (Add("Hand", A), TAKEN, 1, 8),
        (Add("Hand", A), OK, 2, 9),
        (Sizes(), (("All", 1), ("Hand", 1), ("Rule", 2)), 10, 11),
    ],
    "who waits is seen in between": [
        (Add("Hand", A), OK, 1, 20),
        (Delete("Hand", A), OK, 2, 20),
        (Members("Hand"), (A,), 3, 4),
        (Members("Hand"), (), 5, 6),
    ],
    "a write without an answer took effect": [(Add("Hand", A), UNKNOWN, 1, None), (Members("Hand"), (A,), 8, 9)],
    "a write without an answer did not": [(Add("Hand", A), UNKNOWN, 1, 5), (Members("Hand"), (), 8, 9)],
    "a write without an answer took effect late": [
        (Add("Hand", A), UNKNOWN, 1, None),
        (Members("Hand"), (), 8, 9),
        (Members("Hand"), (A,), 10, 11),
    ],
    "a rule, and by hand wins": [
        (Members("Rule"), (SECOND, THIRD), 1, 2),
        (Delete("Rule", SECOND), OK, 3, 4),
        (Write(((0, 8), (1, 8))), OK, 5, 6),
        (Members("Rule"), (address_of(0), THIRD), 7, 8),
        (Edit("Rule", 100), OK, 9, 10),
        (Add("Rule", SECOND), OK, 11, 12),
        (Add("Rule", SECOND), TAKEN, 13, 14),
        (Members("Rule"), (SECOND,), 15, 16),
        (Page("Rule", 0, 5), (SECOND,), 17, 18),
        (Page("Rule", 1, 5), (), 17, 18),
    ],
    "values and keys": [
        (Values(), (5, 7, 9), 1, 2),
        (Write(((2, 1),)), OK, 3, 4),
        (Value(2), 1, 5, 6),
        (MakeKey("k"), OK, 1, 2),
        (Knock("k"), OK, 3, 4),
        (Revoke("k"), OK, 5, 9),
        (Knock("k"), REFUSED, 6, 7),
        (Knock("k"), REFUSED, 8, 10),
    ],
    "segments come and go": [
        (Make("New", 9), OK, 1, 5),
        (SizeOf("New"), 1, 1, 5),
        (Drop("New"), OK, 6, 9),
        (Members("New"), MISSING, 7, 8),
        (Drop("New"), MISSING, 10, 11),
    ],
}


@pytest.mark.parametrize("name", RIGHT)
def test_linearizable_histories_are_accepted(name: str) -> None:
    assert decide(*RIGHT[name]) is None


WRONG: dict[str, Steps] = {
    "stale read": [(Add("Hand", A), OK, 1, 2), (Members("Hand"), (), 3, 4)],
    "stale read of a segment that names the other": [(Add("Hand", A), OK, 1, 2), (Members("All"), (), 3, 4)],
    "stale size": [(Add("Hand", A), OK, 1, 2), (Sizes(), (("All", 0), ("Hand", 0), ("Rule", 2)), 3, 4)],
    "lost update": [
        (Add("Hand", A), OK, 1, 5),
        (Add("Hand", B), OK, 2, 6),
        (Members("Hand"), (B,), 7, 8),
    ],
    "lost update of a value": [
        (Write(((0, 10),)), OK, 1, 2),
        (Write(((1, 20),)), OK, 3, 4),
        (Values(), (5, 20, 9), 5, 6),
    ],
    "both win": [(Add("Hand", A), OK, 1, 5), (Add("Hand", A), OK, 2, 6)],
    "nobody wins": [(Add("Hand", A), TAKEN, 1, 5), (Add("Hand", A), TAKEN, 2, 6)],
    "read from the future": [(Members("Hand"), (A,), 1, 2), (Add("Hand", A), OK, 3, 4)],
    "a refused write is there": [
        (Delete("Hand", A), MISSING, 1, 2),
        (Add("Hand", A), OK, 3, 4),
        (Add("Hand", A), TAKEN, 5, 6),
        (Members("Hand"), (A, A), 7, 8),
    ],
    "reads go back": [
        (Add("Hand", A), OK, 1, 20),
        (Members("Hand"), (A,), 2, 3),
        (Members("Hand"), (), 4, 5),
    ],
    "reads of two clients disagree about the order": [
        (Add("Hand", A), OK, 1, 20),
        (Add("Hand", B), OK, 1, 20),
        (Members("Hand"), (A,), 2, 10),
        (Members("Hand"), (B,), 2, 10),
    ],
    "what was killed comes back later": [
        (Add("Hand", A), UNKNOWN, 1, 5),
        (Members("Hand"), (), 6, 7),
        (Members("Hand"), (A,), 8, 9),
    ],
    "a row stands twice": [(Add("Hand", A), OK, 1, 2), (Members("Hand"), (A, A), 3, 4)],
    "a size is not that of its rows": [
        (Add("Hand", A), OK, 1, 2),
        (Sizes(), (("All", 1), ("Hand", 2), ("Rule", 2)), 3, 4),
    ],
    "a new segment without its members": [
        (Make("New", 0), OK, 1, 9),
        (Sizes(), (("All", 0), ("Hand", 0), ("New", 0), ("Rule", 2)), 2, 8),
    ],
    "sizes of two moments": [
        (Add("Hand", A), OK, 1, 20),
        (Members("Hand"), (A,), 2, 3),
        (Make("New", 0), OK, 4, 20),
        (Sizes(), (("All", 0), ("Hand", 0), ("New", 3), ("Rule", 2)), 5, 6),
    ],
    "half of a batch": [(Write(((0, 10), (1, 11))), OK, 1, 9), (Values(), (10, 7, 9), 2, 3)],
    "a page leaves somebody out": [(Page("Rule", -1, 2), (THIRD,), 1, 2)],
    "an excluded member returns": [
        (Delete("Rule", THIRD), OK, 1, 2),
        (Write(((2, 30),)), OK, 3, 4),
        (Members("Rule"), (SECOND, THIRD), 5, 6),
    ],
    "a deleted segment answers": [(Drop("Hand"), OK, 1, 2), (Members("Hand"), (), 3, 4)],
    "a revoked key opens": [(MakeKey("k"), OK, 1, 2), (Revoke("k"), OK, 3, 4), (Knock("k"), OK, 5, 6)],
    "a new key does not open": [(MakeKey("k"), OK, 1, 2), (Knock("k"), REFUSED, 3, 4)],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_planted_anomaly_is_found(name: str) -> None:
    assert decide(*WRONG[name]) is not None


def test_a_contradiction_lists_the_possible_results() -> None:
    found = contradiction([Operation("Ada", Members("Hand"), (A,), 1, 2)], START, perform)
    assert str(found) == (
        "Ada asked Members(segment='Hand') from 1 to 2 and was answered\n     ('a@example.org',)\n  possible:\n  or ()"
    )


def test_many_concurrent_calls_are_checked_quickly() -> None:
    """Six writers at once, each write with any number of the others before it, and reads that all agree."""
    calls = 0

    def counted(state: State, call: Any) -> tuple[State, Any]:
        nonlocal calls
        calls += 1
        return perform(state, call)

    history = []
    for turn in range(0, 400, 20):
        history += [Operation(f"{n}", Add("Hand", f"{n}.{turn}@x.org"), OK, turn + 1, turn + 9) for n in range(6)]
        rows = tuple(sorted(f"{n}.{old}@x.org" for n in range(6) for old in range(0, turn + 20, 20)))
        history += [Operation(f"reader {n}", Members("Hand"), rows, turn + 5, turn + 12) for n in range(4)]
    assert contradiction(history, START, counted) is None
    assert calls < 40_000
