"""What segments have in common."""

from typing import NamedTuple


class Overlap(NamedTuple):
    """What some segments have in common: the size of each, of all together, of what is in all of them, of what is in
    each of them alone, and of every two of them (on the diagonal the size of each)."""

    sizes: list[int]
    union: int
    intersection: int
    only: list[int]
    matrix: list[list[int]]
