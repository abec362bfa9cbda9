"""Some rounds of those that `python -m bench faults` runs by the hundred."""

import random

import pytest

from tests.reliability.kills import KINDS, Figures, run_rounds

PEOPLE = 600
PAIRS = [["writing", "stop"], ["rewrite", "projection"], ["migration", "rebuild"]]


@pytest.mark.parametrize("kinds", PAIRS, ids="-".join)
def test_acknowledged_writes_survive_a_kill(kinds: list[str]) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    figures = Figures()
    run_rounds(kinds, PEOPLE, seed, figures)
    assert figures.kills.total() == len(kinds)
    assert figures.certain


def test_all_kill_points_have_names() -> None:
    assert set(KINDS) == {"writing", "projection", "rebuild", "migration", "rewrite", "start", "stop"}
