"""The overlap of segments."""

from typing import NamedTuple


class Overlap(NamedTuple):
    """How segments overlap: the size of each, of their union, of their intersection, of what only each of them has, and
    of the intersection of every two (on the diagonal the size of each)."""

    sizes: list[int]
    union: int
    intersection: int
    only: list[int]
    matrix: list[list[int]]
