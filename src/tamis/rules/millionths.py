"""Millionths: numbers as whole numbers of millionths, so that sums are exact and the same in every engine."""

MILLION = 1_000_000
LARGEST = 1e12
"""Larger amounts count as this one in sums, in which each engine then has room for very many."""


def to_millionths(number: float) -> int:
    """Return a number in whole millionths, rounded half away from zero; `rules.sql.events` writes the same steps."""
    scaled = max(min(number, LARGEST), -LARGEST) * MILLION
    return int(scaled + 0.5) if scaled >= 0 else -int(0.5 - scaled)
