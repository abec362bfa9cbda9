"""How many examples the tests generate: few in `make test`, all in `make test-all`."""

import os
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, TypeVar

ALL = os.environ.get("TESTS") == "all"
PART, LEAST = 20, 3
Each = TypeVar("Each")


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


def alone_or_together(groups: Iterable[Mapping[str, Each]]) -> list[dict[str, Each]]:
    """Return what each run of a test tries: in `make test` all of a group, whose members do not affect each other; else
    each of them alone."""
    if ALL:
        return [{name: each} for group in groups for name, each in group.items()]
    return [dict(group) for group in groups]
