"""§ Exact, § Once, § By hand wins, § Fresh: after any sequence of writes, and as time passes, the stored membership
equals a recomputation, and the log tells how it came about."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tamis.columns.projector import arrivals, few, log
from tests.stores.machine import Membership
from tests.support.effort import examples

PARTS = 10  # so that several processes can share the work
EXAMPLES = 250
"""How many histories a run draws: new ones each time, so that many runs find what a long one does."""


@pytest.mark.parametrize("part", range(PARTS))
def test_exact_once_by_hand_wins_and_fresh_after_anything(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if part % 2:  # a handful of contacts is asked about by Python, more of them by the column store
        monkeypatch.setattr(few, "FEW", 0)
    if part >= PARTS // 2:  # new contacts go a shorter way, which otherwise only many of them do
        monkeypatch.setattr(arrivals, "MANY", 0)
        monkeypatch.setattr(log, "MANY_RECENT", 2)
    run_state_machine_as_test(
        Membership, settings=settings(max_examples=examples(EXAMPLES // PARTS), stateful_step_count=50, deadline=None)
    )
