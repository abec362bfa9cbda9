"""Paths of problems: what the domain calls a part of the input, and what a body calls it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tamis.domain.errors import Invalid, Problem


@contextmanager
def renamed_paths(names: Mapping[str, str]) -> Iterator[None]:
    """Rename the paths of the problems that a block finds with its input."""
    try:
        yield
    except Invalid as refused:
        raise Invalid(
            [Problem.of(names.get(problem.path, problem.path), problem) for problem in refused.problems]
        ) from None
