"""How many examples the tests generate: few in `make test`, all in `make test-all`."""

import os
from collections.abc import Iterable
from itertools import product
from typing import Any

ALL = os.environ.get("TESTS") == "all"
PART, LEAST = 20, 3


def examples(many: int, least: int = LEAST) -> int:
    """Return how many of `many` examples this run draws: in `make test` a twentieth, but at least `least` of them."""
    return many if ALL else min(max(many // PART, least), many)


def combinations(*parameters: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return all combinations of the values of some parameters: in `make test` only so many that each value of each
    parameter is in one of them."""
    values = [list(each) for each in parameters]
    if ALL:
        return list(product(*values))
    return [tuple(each[n % len(each)] for each in values) for n in range(max(map(len, values)))]
