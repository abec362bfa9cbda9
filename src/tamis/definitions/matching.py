"""Which desired definition describes which present object: by its name, else by its previous name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tamis.domain.errors import Problem

D = TypeVar("D", bound="Named")
P = TypeVar("P")


class Named(Protocol):
    """A definition with a name."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def previous_name(self) -> str | None:
        """Its name before it was renamed."""


@dataclass(frozen=True, slots=True)
class Matches(Generic[D, P]):
    """Desired definitions with the present objects that they describe, None for new ones, and what is left."""

    pairs: tuple[tuple[D, P | None], ...]
    left: tuple[P, ...]


def match(
    desired: Sequence[D],
    present: Iterable[P],
    key: Callable[[str], str],
    name_of: Callable[[P], str],
) -> Matches[D, P]:
    """Match definitions by the keys of their names. A previous name counts only where nothing has the new one."""
    by_key = {key(name_of(each)): each for each in present}
    exact = {key(each.name) for each in desired}
    pairs = []
    for each in desired:
        found = by_key.get(key(each.name))
        if found is None and each.previous_name is not None and key(each.previous_name) not in exact:
            found = by_key.get(key(each.previous_name))
        pairs.append((each, found))
    used = {id(found) for _, found in pairs if found is not None}
    return Matches(tuple(pairs), tuple(each for each in by_key.values() if id(each) not in used))


def repeated_names(
    desired: Iterable[D], key: Callable[[str], str], line_of: Callable[[D], int], code: str
) -> list[Problem]:
    """Return a problem for each definition whose name or previous name an earlier one has."""
    problems = []
    seen: dict[str, int] = {}
    renamed: dict[str, int] = {}
    for each in desired:
        line = line_of(each)
        if key(each.name) in seen:
            problems.append(Problem(f"line {line}", code, name=each.name, line=seen[key(each.name)]))
        seen.setdefault(key(each.name), line)
        previous = each.previous_name
        if previous is None:
            continue
        if key(previous) in renamed:
            first = renamed[key(previous)]
            problems.append(Problem(f"line {line}", "previous_name_used_twice", name=previous, line=first))
        renamed.setdefault(key(previous), line)
    return problems
