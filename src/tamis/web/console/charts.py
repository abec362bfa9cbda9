"""Pictures of numbers, drawn on the server as SVG; whoever uses one says in words what it shows."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, PAD = 96, 28, 2


def sparkline(values: Sequence[float], label: str) -> Markup:
    """Draw a small line over time, from the lowest to the highest value; `label` tells it in words."""
    if len(values) < 2:
        return Markup("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (WIDTH - 2 * PAD) / (len(values) - 1)
    flat = high == low
    points = [
        (PAD + i * step, HEIGHT / 2 if flat else HEIGHT - PAD - (v - low) / span * (HEIGHT - 2 * PAD))
        for i, v in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup(
        '<svg class="sparkline" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, label=label, line=line, x=points[-1][0], y=points[-1][1])
