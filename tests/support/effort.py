"""How many examples the tests draw: few in `make test`, all in `make test-all`."""

import os

ALL = os.environ.get("TESTS") == "all"
PART, LEAST = 10, 5


def examples(many: int, least: int = LEAST) -> int:
    """Return how many of `many` examples this run draws: in `make test` a tenth, but at least `least` of them."""
    return many if ALL else min(max(many // PART, least), many)
