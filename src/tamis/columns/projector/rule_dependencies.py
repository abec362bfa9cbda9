"""What the rules of segments depend on: fields, and time."""

from datetime import timedelta

from tamis.columns.projector.batch import Levels
from tamis.domain.fields import Field
from tamis.rules.time.breakpoints import clock_offsets, time_dependent_conditions
from tamis.rules.tree import Condition, conditions

Breakpoint = tuple[Field, timedelta]
"""A field, and how long after a value of it the result of a rule can change."""


def breakpoints_of(levels: Levels) -> list[Breakpoint]:
    """List all breakpoints of some rules, in a fixed order."""
    found = {(c.field.id, offset): (c.field, offset) for c in timed_conditions(levels) for offset in clock_offsets(c)}
    return [found[key] for key in sorted(found)]


def timed_conditions(levels: Levels) -> list[Condition]:
    """List the conditions of some rules whose results change with time alone, each once."""
    return list(
        dict.fromkeys(c for rules in levels for rule in rules.values() for c in time_dependent_conditions(rule))
    )


def used_fields(levels: Levels) -> list[Field]:
    """List the fields that some rules use, ordered by id."""
    used = {c.field.id: c.field for rules in levels for rule in rules.values() for c in conditions(rule)}
    return [used[field_id] for field_id in sorted(used)]
