"""What the rules of segments depend on: fields, and time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from tamis.columns.projector.batch import Levels
from tamis.domain.events.events import AT
from tamis.domain.values.fields import Field
from tamis.rules.time.breakpoints import changes_at_midnight, clock_offsets, time_dependent_conditions
from tamis.rules.tree import (
    AggregateFunction,
    Condition,
    EventCondition,
    Rule,
    conditions,
    event_conditions,
    referenced_events,
    values_used,
)

MOST_EVENT_CONDITIONS = 50
"""How many conditions about events one statement may evaluate: DuckDB joins each with the contacts, and all the joins
of a statement need their memory (at least about 4 MB) at the same time."""

Breakpoint = tuple[Field, timedelta]
"""A field, and how long after a value of it the result of a rule can change."""

EventBreakpoint = tuple[int, Field, timedelta]
"""The event name, a property of theirs or `AT`, and how long after a value of it the result of a rule can
change."""


def split_by_events(levels: Levels, instants: int = 1) -> Iterator[dict[int, Rule]]:
    """Split the rules of each level into parts for a statement each, which evaluates them at a number of instants.

    A rule that has more conditions about events than fit is a part of its own."""
    for rules in levels:
        part, count = dict[int, Rule](), 0
        for segment_id, rule in rules.items():
            needed = sum(1 for _ in event_conditions(rule)) * instants
            if part and needed and count + needed > MOST_EVENT_CONDITIONS:
                yield part
                part, count = {}, 0
            part[segment_id] = rule
            count += needed
        if part:
            yield part


def breakpoints_of(levels: Levels) -> list[Breakpoint]:
    """List all breakpoints of some rules, in a fixed order."""
    found = {(c.field.id, offset): (c.field, offset) for c in timed_conditions(levels) for offset in clock_offsets(c)}
    return [found[key] for key in sorted(found)]


def event_breakpoints_of(levels: Levels) -> list[EventBreakpoint]:
    """List all breakpoints of some rules that are about events, each of which counts from its instant on."""
    found: dict[tuple[int, int, timedelta], EventBreakpoint] = {}
    for condition in timed_event_conditions(levels):
        name_id = condition.aggregate.event.id
        offsets = [(AT, timedelta(0))]
        for part in parts_of(condition):
            offsets += [(part.field, offset) for offset in clock_offsets(part)]
        found.update({(name_id, field.id, offset): (name_id, field, offset) for field, offset in offsets})
    return [found[key] for key in sorted(found)]


def timed_event_conditions(levels: Levels) -> list[EventCondition]:
    """List the conditions of some rules that are about events, each once: time changes the results of all."""
    return list(dict.fromkeys(c for rules in levels for rule in rules.values() for c in event_conditions(rule)))


def parts_of(condition: EventCondition) -> list[Condition]:
    """List what a condition about events asks of the instant and the properties of each event."""
    aggregate = condition.aggregate
    parts = [*([aggregate.window] if aggregate.window else []), *conditions(aggregate.where)]
    if aggregate.function in (AggregateFunction.FIRST, AggregateFunction.LAST):
        parts.append(replace(condition.test, field=AT))
    elif aggregate.function in (AggregateFunction.MIN, AggregateFunction.MAX) and aggregate.measured:
        parts.append(replace(condition.test, field=aggregate.measured))
    return parts


def midnight_conditions(levels: Levels) -> dict[int, list[Condition]]:
    """List what rules ask of each event that may change at a midnight, by the name of the events."""
    found: dict[int, dict[Condition, None]] = {}
    for condition in timed_event_conditions(levels):
        changing = filter(changes_at_midnight, parts_of(condition))
        found.setdefault(condition.aggregate.event.id, {}).update(dict.fromkeys(changing))
    return {name_id: list(parts) for name_id, parts in found.items() if parts}


def used_events(levels: Levels) -> list[int]:
    """List the names of the events that some rules use, ordered by id."""
    return sorted(frozenset[int]().union(*(referenced_events(rule) for rules in levels for rule in rules.values())))


def timed_conditions(levels: Levels) -> list[Condition]:
    """List the conditions of some rules whose results change with time alone, each once."""
    return list(
        dict.fromkeys(c for rules in levels for rule in rules.values() for c in time_dependent_conditions(rule))
    )


def used_fields(levels: Levels) -> list[Field]:
    """List the fields that some rules use, ordered by id."""
    used = {field.id: field for rules in levels for rule in rules.values() for field in values_used(rule)}
    return [used[field_id] for field_id in sorted(used)]
