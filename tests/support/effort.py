"""How many examples the tests draw: few in `make test`, all in `make test-all`."""

import os

ALL = os.environ.get("TESTS") == "all"
PART, LEAST = 5, 5


def examples(many: int) -> int:
    """Give how many of `many` examples this run draws."""
    return many if ALL else min(max(many // PART, LEAST), many)
