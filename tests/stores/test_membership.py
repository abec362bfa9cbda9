"""§ Exact, § Once, § By hand wins, § Fresh: after any sequence of writes, and as time passes, the stored membership
equals a recomputation, and the log tells how it came about."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stores.machine import Membership


@pytest.mark.parametrize("part", range(10))  # so that several processes can share the work
def test_exact_after_anything(part: int) -> None:
    run_state_machine_as_test(Membership, settings=settings(max_examples=50, stateful_step_count=50, deadline=None))
