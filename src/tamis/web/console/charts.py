"""Pictures of numbers, drawn on the server as SVG; whoever uses one says in words what it shows."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from tamis.domain.membership_changes import DaySize
from tamis.web.console.filters import day as written_day

WIDTH, HEIGHT, PAD = 96, 28, 2
FULL_HEIGHT_CHANGE = 0.5
"""By which part of its highest value a small line has to change to take its whole height."""
MIN_RANGE = 0.2
"""Which part of the highest value a large chart shows at least."""
Position = Callable[[float], float]


def sparkline(values: Sequence[float | None], label: str = "") -> Markup:
    """Draw a small line over time; `label` tells it in words, where nothing beside it does. Before the first value that
    is known, nothing is drawn. A change that is small beside the values looks small."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(v for _, v in known), max(v for _, v in known)
    span = max(high - low, FULL_HEIGHT_CHANGE * high) or 1
    floor = max(0.0, (low + high - span) / 2)
    step = (WIDTH - 2 * PAD) / (len(values) - 1)
    points = [(PAD + i * step, HEIGHT - PAD - (v - floor) / span * (HEIGHT - 2 * PAD)) for i, v in known]
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="sparkline" width="{w}" height="{h}" viewBox="0 0 {w} {h}" {told}>'
        '<polyline points="{line}"/><circle cx="{x:.0f}" cy="{y:.1f}" r="2"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, told=told, line=points_of(points), x=points[-1][0], y=points[-1][1])


def bar(share: float) -> Markup:
    """Draw a share as a bar; the number stands beside it."""
    length = max(0.0, min(100.0, share * 100))
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-all" width="100" height="8"/><rect class="bar-part" width="{:.2f}" height="8"/></svg>'
    ).format(length)


# -- sizes over time ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChartLayout:
    """How large a picture is, how many days it names, and where its parts lie."""

    kind: str
    width: int
    height: int
    labels: int

    left: int = 52
    right: int = 10
    top: int = 12
    moves: int = 64
    """How high the part below is, in which entries stand above a line and exits hang below it."""

    @property
    def floor(self) -> int:
        """Where the part with the sizes ends."""
        return self.height - self.moves - 40


LAYOUTS = (ChartLayout("wide", 860, 300, 6), ChartLayout("narrow", 360, 260, 3))


def size_chart(days: Sequence[DaySize], label: str) -> Markup:
    """Draw the sizes at the end of days as a line, and below it who came and went on each; once for wide screens and
    once for narrow ones. What a script shows of a single day stands in `data-days`."""
    told = json.dumps([[written_day(d.day), d.recipients, d.entered, d.departed] for d in days], separators=(",", ":"))
    pictures = Markup("").join(_sizes(paper, days, label) for paper in LAYOUTS)
    return Markup('<figure class="chart" data-days="{}">{}</figure>').format(told, pictures)


def _sizes(paper: ChartLayout, days: Sequence[DaySize], label: str) -> Markup:
    sizes = [d.recipients for d in days]
    ticks = scale(min(sizes), max(sizes))
    low, high = ticks[0], ticks[-1]
    step = (paper.width - paper.left - paper.right) / max(len(days) - 1, 1)

    def x(place: float) -> float:
        return paper.left + place * step if len(days) > 1 else (paper.left + paper.width - paper.right) / 2

    def y(size: float) -> float:
        return paper.floor - (size - low) / (high - low) * (paper.floor - paper.top)

    line = [(x(i), y(size)) for i, size in enumerate(sizes)]
    area = Markup("")
    if low == 0 and len(days) > 1:  # an area tells a part of a whole: only where the whole is seen
        corners = [(line[0][0], paper.floor), *line, (line[-1][0], paper.floor)]
        area = Markup('<polygon class="chart-area" points="{}"/>').format(points_of(corners))
    return Markup(
        '<svg class="{kind}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" '
        'data-left="{left}" data-step="{step:.4f}" data-floor="{bottom}">{grid}{area}'
        '<polyline class="chart-line" points="{line}"/><circle class="chart-now" cx="{cx:.1f}" cy="{cy:.1f}" r="3.5"/>'
        "{moves}{names}</svg>"
    ).format(
        kind=paper.kind,
        w=paper.width,
        h=paper.height,
        label=label,
        left=f"{x(0):.2f}",
        step=step,
        bottom=paper.height - 24,
        grid=Markup("").join(_tick(paper, y(tick), tick) for tick in ticks),
        area=area,
        line=points_of(line),
        cx=line[-1][0],
        cy=line[-1][1],
        moves=_membership_changes(paper, days, x, step),
        names=_day_labels(paper, [d.day for d in days], x),
    )


def _tick(paper: ChartLayout, y: float, tick: float) -> Markup:
    return Markup(
        '<line class="chart-grid" x1="{l}" x2="{r}" y1="{y:.1f}" y2="{y:.1f}"/>'
        '<text class="chart-text" x="{t}" y="{b:.1f}" text-anchor="end">{n}</text>'
    ).format(l=paper.left, r=paper.width - paper.right, y=y, t=paper.left - 8, b=y + 4, n=short_number(tick))


def _membership_changes(paper: ChartLayout, days: Sequence[DaySize], x: Position, step: float) -> Markup:
    """Draw entries above a line and exits below it, both to one scale. The day on which a segment was filled as a whole
    is left out: all come then, and whoever comes later could not be seen."""
    middle = paper.height - 24 - paper.moves / 2
    shown = [(x(i), d) for i, d in enumerate(days) if not d.snapshot]
    most = max((max(d.entered, d.departed) for _, d in shown), default=0) or 1
    half, width = paper.moves / 2 - 4, max(1.0, min(step * 0.62, 16))
    line = Markup('<line class="chart-grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    drawn = line.format(paper.left, paper.width - paper.right, middle, middle)
    for at, d in shown:
        came, went = (max(1.5, n / most * half) if n else 0.0 for n in (d.entered, d.departed))
        drawn += _column("came", at, middle - came, width, came) + _column("went", at, middle, width, went)
    return drawn


def _column(kind: str, at: float, top: float, width: float, height: float) -> Markup:
    if not height:
        return Markup("")
    block = Markup('<rect class="chart-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return block.format(kind, at - width / 2, top, width, height)


def _day_labels(paper: ChartLayout, days: Sequence[date], x: Position) -> Markup:
    count = min(paper.labels, len(days))
    places = sorted({round(i * (len(days) - 1) / max(count - 1, 1)) for i in range(count)})
    texts = []
    for place in places:
        anchor = (
            "middle" if len(days) == 1 else "start" if place == 0 else "end" if place == len(days) - 1 else "middle"
        )
        year = f" {days[place].year}" if len(days) > 200 else ""
        texts.append(
            Markup('<text class="chart-text" x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
                x(place), paper.height - 6, anchor, f"{days[place].day} {days[place]:%b}{year}"
            )
        )
    return Markup("").join(texts)


def scale(low: float, high: float, most: int = 4) -> list[float]:
    """Choose round numbers around some values, at most so many and one: from nought on, unless all values lie close
    together; then a change that is small beside them still looks small."""
    room = max(high - low, MIN_RANGE * high)
    floor = 0.0 if low < 0.6 * high or high < 10 else (low + high - room) / 2
    top = max(high, (low + high + room) / 2) if floor else high
    rough = max(top - floor, 1) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(n * power for n in (1, 2, 5, 10) if n * power >= rough)
    step = max(step, 1)
    first = math.floor(floor / step)
    last = max(math.ceil(top / step), first + 1)
    return [n * step for n in range(first, last + 1)]


def short_number(value: float) -> str:
    """Write a number so that it fits beside a picture: 1,200, 15k, 1.25M."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if value >= 10 * size or (value >= size and unit == "M"):
            return f"{value / size:.6g}{unit}"
    return f"{value:,.0f}"


def points_of(points: Sequence[tuple[float, float]]) -> str:
    """Write points as SVG does."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
