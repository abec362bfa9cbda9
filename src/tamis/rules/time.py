"""Which conditions change by time alone, and when."""

from datetime import timedelta

from tamis.rules.tree import Condition, Rule


def timed(_rule: Rule) -> tuple[Condition, ...]:
    """List the conditions whose truth changes by time alone."""
    return ()


def changes_at_midnight(_condition: Condition) -> bool:
    """Tell whether a condition counts calendar days."""
    return False


def clock_edges(_condition: Condition) -> tuple[timedelta, ...]:
    """Tell how long after a value a condition about it may change."""
    return ()
