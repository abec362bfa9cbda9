"""§ Never mailed against their will: nobody who is suppressed is in a list, a count or the feed, whatever was written
before, and the segments that ask for it are exact."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tamis.columns.projector import strategy
from tamis.columns.projector.strategy import Thresholds
from tests.stores.machine.consent_only import ConsentMembership
from tests.support.effort import examples


@pytest.mark.parametrize("small_batch", [0, Thresholds().small_batch])
def test_nobody_is_given_who_is_suppressed_after_any_changes(small_batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategy, "THRESHOLDS", replace(Thresholds(), small_batch=small_batch))
    run_state_machine_as_test(
        ConsentMembership, settings=settings(max_examples=examples(20, 1), stateful_step_count=30, deadline=None)
    )
