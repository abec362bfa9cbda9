"""§ Exact, § Once, § Manual changes win, § Fresh: after any sequence of writes, and as time passes, the stored
membership equals a recomputation, and the log explains it."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tamis.columns.projector import strategy
from tamis.columns.projector.strategy import Thresholds
from tests.stores.machine.membership import Membership
from tests.support.effort import ALL, examples

PARTS = 10 if ALL else 4  # so that several processes can share the work; 4 are all that differ
EXAMPLES = 250
"""How many histories a run draws: new ones each time, so that many runs find what a long one does."""


@pytest.mark.parametrize("part", range(PARTS))
def test_memberships_are_exact_unique_overridable_and_fresh_after_any_changes(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    thresholds = Thresholds()
    if part % 2:  # a handful of contacts is evaluated by Python, more of them by the projection
        thresholds = replace(thresholds, small_batch=0)
    if part >= PARTS // 2:  # new contacts are evaluated once, which otherwise only many of them are
        thresholds = replace(thresholds, insert_only=0, entries_at_once=2)
    monkeypatch.setattr(strategy, "THRESHOLDS", thresholds)
    run_state_machine_as_test(
        Membership, settings=settings(max_examples=examples(EXAMPLES // 10, 1), stateful_step_count=50, deadline=None)
    )
