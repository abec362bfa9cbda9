"""The order of steps: each after those that it needs, else as planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from tamis.definitions.steps import Step
from tamis.definitions.words import describe
from tamis.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with its key, and the keys of the steps that must come before; keys without a step need nothing."""

    key: str
    step: Step
    after: frozenset[str] = frozenset()


def in_order(steps: Sequence[PlannedStep]) -> list[Step]:
    """Return the steps in order; raises Refused when some wait for each other in a circle."""
    by_key = {each.key: each for each in steps}
    places = {key: place for place, key in enumerate(by_key)}
    sorter = TopologicalSorter({key: sorted(each.after & by_key.keys() - {key}) for key, each in by_key.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = [describe(by_key[key].step) for key in dict.fromkeys(error.args[1])]
        raise Refused("steps_need_each_other", steps=circle) from None
    ordered: list[Step] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=places.__getitem__)
        key = ready.pop(0)
        ordered.append(by_key[key].step)
        sorter.done(key)
    return ordered
