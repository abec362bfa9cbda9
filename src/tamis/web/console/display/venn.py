"""Venn diagrams of segments, with areas proportional to their members."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Circle:
    """A segment in a Venn diagram."""

    x: float
    y: float
    radius: float


def place_circles(sizes: Sequence[int], shared: Sequence[Sequence[int]]) -> list[Circle]:
    """Place two or three circles with areas proportional to the sizes, and pairwise overlaps proportional to what is
    shared. The overlap of all three follows from that and may be off."""
    largest = max(sizes) or 1
    radii = [max(math.sqrt(size / largest), 0.04) for size in sizes]

    def apart(i: int, j: int) -> float:
        return centre_distance(radii[i], radii[j], shared[i][j] / largest * math.pi)

    placed = [Circle(0, 0, radii[0]), Circle(apart(0, 1), 0, radii[1])]
    if len(sizes) == 3:
        a, b, c = apart(0, 2), apart(1, 2), apart(0, 1)
        x = (a * a - b * b + c * c) / (2 * c) if c > 1e-9 else 0.0
        placed.append(Circle(x, math.sqrt(max(a * a - x * x, 0.0)), radii[2]))
    return placed


def centre_distance(one: float, other: float, common: float) -> float:
    """Return the distance between the centres of two circles with a given common area."""
    low, high = abs(one - other), one + other
    if common <= 0:
        return high + 0.06
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if common_area(one, other, middle) > common else (low, middle)
    return low


def common_area(one: float, other: float, apart: float) -> float:
    """Return the common area of two circles."""
    if apart >= one + other:
        return 0.0
    if apart <= abs(one - other):
        return math.pi * min(one, other) ** 2
    a = math.acos(max(-1, min(1, (apart**2 + one**2 - other**2) / (2 * apart * one))))
    b = math.acos(max(-1, min(1, (apart**2 + other**2 - one**2) / (2 * apart * other))))
    return one**2 * (a - math.sin(2 * a) / 2) + other**2 * (b - math.sin(2 * b) / 2)


def venn_diagram(sizes: Sequence[int], shared: Sequence[Sequence[int]], label: str) -> Markup:
    """Draw two or three segments as overlapping circles; their colours refer to the table beside."""
    placed = place_circles(sizes, shared)
    left, right = min(c.x - c.radius for c in placed), max(c.x + c.radius for c in placed)
    top, bottom = min(c.y - c.radius for c in placed), max(c.y + c.radius for c in placed)
    unit = min(440 / (right - left), 300 / (bottom - top))
    width, height = (right - left) * unit + 8, (bottom - top) * unit + 8
    drawn = Markup("").join(
        Markup('<circle class="set set-{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>').format(
            place + 1, (c.x - left) * unit + 4, (c.y - top) * unit + 4, c.radius * unit
        )
        for place, c in enumerate(placed)
    )
    return Markup('<svg class="sets" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>').format(
        width, height, label, drawn
    )
