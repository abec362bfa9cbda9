"""Charts as SVG, rendered on the server; pages that use one also give its content as text."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from tamis.domain.segments.membership_changes import DaySize
from tamis.domain.values.text import pluralize
from tamis.web.console.display.filters import day as written_day

WIDTH, HEIGHT, PAD = 96, 28, 2
FULL_HEIGHT_CHANGE = 0.5
"""The change, relative to its highest value, with which a sparkline fills its height."""
MIN_RANGE = 0.2
"""The least range of a large chart, relative to its highest value."""
Position = Callable[[float], float]


def sparkline(values: Sequence[float | None], label: str = "") -> Markup:
    """Draw a small line over time; `label` describes it where no text beside it does. Nothing is drawn before the first
    known value. A change that is small relative to the values looks small."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(v for _, v in known), max(v for _, v in known)
    span = max(high - low, FULL_HEIGHT_CHANGE * high) or 1
    floor = max(0.0, (low + high - span) / 2)
    step = (WIDTH - 2 * PAD) / (len(values) - 1)
    points = [(PAD + i * step, HEIGHT - PAD - (v - floor) / span * (HEIGHT - 2 * PAD)) for i, v in known]
    attributes = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="sparkline" width="{w}" height="{h}" viewBox="0 0 {w} {h}" {attributes}>'
        '<polyline points="{line}"/><circle cx="{x:.0f}" cy="{y:.1f}" r="2"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, attributes=attributes, line=points_of(points), x=points[-1][0], y=points[-1][1])


def bar(share: float) -> Markup:
    """Draw a share as a bar, beside its number."""
    length = max(0.0, min(100.0, share * 100))
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-all" width="100" height="8"/><rect class="bar-part" width="{:.2f}" height="8"/></svg>'
    ).format(length)


# -- sizes over time ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChartLayout:
    """The size of a chart, the number of its day labels, and its margins."""

    kind: str
    width: int
    height: int
    labels: int

    left: int = 52
    right: int = 10
    top: int = 12
    changes_height: int = 64
    """The height of the lower part, with entries above a line and exits below it."""

    @property
    def floor(self) -> int:
        """The lower edge of the size line."""
        return self.height - self.changes_height - 40


LAYOUTS = (ChartLayout("wide", 860, 300, 6), ChartLayout("narrow", 360, 260, 3))


def size_chart(days: Sequence[DaySize], label: str) -> Markup:
    """Draw the sizes at the end of days as a line, and the entries and exits of each day below; once for wide screens
    and once for narrow ones. `data-days` says the numbers of each day, for the script."""
    return _figure(
        [
            f"{written_day(d.day)}: {pluralize(d.recipients, 'member')}, {d.entered:,} entered, {d.departed:,} left"
            for d in days
        ],
        (_sizes(paper, days, label) for paper in LAYOUTS),
    )


def _figure(days: Sequence[str], pictures: Iterable[Markup]) -> Markup:
    return Markup('<figure class="chart" data-days="{}">{}</figure>').format(
        json.dumps(days, ensure_ascii=False, separators=(",", ":")), Markup("").join(pictures)
    )


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
    if low == 0 and len(days) > 1:  # an area shows a share of the whole: only where the scale starts at zero
        corners = [(line[0][0], paper.floor), *line, (line[-1][0], paper.floor)]
        area = Markup('<polygon class="chart-area" points="{}"/>').format(points_of(corners))
    return Markup(
        '<svg class="{kind}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" '
        'data-left="{left}" data-step="{step:.4f}" data-floor="{bottom}">{grid}{area}'
        '<polyline class="chart-line" points="{line}"/><circle class="chart-now" cx="{cx:.1f}" cy="{cy:.1f}" r="3.5"/>'
        "{changes}{names}</svg>"
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
        changes=_membership_changes(paper, days, x, step),
        names=_day_labels(paper, [d.day for d in days], x),
    )


# -- numbers by day and name -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DaySeries:
    """A name, and its number on each day."""

    name: str
    counts: Sequence[int]


def stacked_chart(days: Sequence[date], series: Sequence[DaySeries], label: str) -> Markup:
    """Draw numbers by day as columns, one series on the other from the first one on; once for wide screens and once for
    narrow ones. The series have the classes `set-1`, `set-2` and so on."""
    sentences = []
    for n, day in enumerate(days):
        parts = [f"{one.counts[n]:,} {one.name}" for one in series if one.counts[n]]
        sentences.append(f"{written_day(day)}: {', '.join(parts) or 'none'}")
    return _figure(sentences, (_columns(paper, days, series, label) for paper in LAYOUTS))


def _columns(paper: ChartLayout, days: Sequence[date], series: Sequence[DaySeries], label: str) -> Markup:
    ticks = scale(0, max(sum(one.counts[n] for one in series) for n in range(len(days))))
    bottom = paper.height - 24
    step = (paper.width - paper.left - paper.right) / len(days)
    unit = (bottom - paper.top) / ticks[-1]

    def x(place: float) -> float:
        return paper.left + (place + 0.5) * step

    drawn = Markup("")
    for n in range(len(days)):
        top = float(bottom)
        for number, one in enumerate(series, 1):
            height = one.counts[n] * unit
            top -= height
            drawn += _column(f"column set-{number}", x(n), top, max(1.0, min(step * 0.72, 24)), height)
    return Markup(
        '<svg class="{kind}" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" '
        'data-left="{left:.2f}" data-step="{step:.4f}" data-floor="{bottom}">{grid}{columns}{names}</svg>'
    ).format(
        kind=paper.kind,
        w=paper.width,
        h=paper.height,
        label=label,
        left=x(0),
        step=step,
        bottom=bottom,
        grid=Markup("").join(_tick(paper, bottom - tick * unit, tick) for tick in ticks),
        columns=drawn,
        names=_day_labels(paper, days, x),
    )


# -- parts of charts ---------------------------------------------------------------------------------------------------


def _tick(paper: ChartLayout, y: float, tick: float) -> Markup:
    return Markup(
        '<line class="chart-grid" x1="{l}" x2="{r}" y1="{y:.1f}" y2="{y:.1f}"/>'
        '<text class="chart-text" x="{t}" y="{b:.1f}" text-anchor="end">{n}</text>'
    ).format(l=paper.left, r=paper.width - paper.right, y=y, t=paper.left - 8, b=y + 4, n=short_number(tick))


def _membership_changes(paper: ChartLayout, days: Sequence[DaySize], x: Position, step: float) -> Markup:
    """Draw entries above a line and exits below it, to one scale. The day of an initial build is left out: everybody
    enters then, which would dwarf all other days."""
    middle = paper.height - 24 - paper.changes_height / 2
    shown = [(x(i), d) for i, d in enumerate(days) if not d.snapshot]
    most = max((max(d.entered, d.departed) for _, d in shown), default=0) or 1
    half, width = paper.changes_height / 2 - 4, max(1.0, min(step * 0.62, 16))
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
    """Return round numbers around values, at most `most` and one: from zero, unless all values are close together; a
    change that is small relative to them still looks small."""
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
    """Format a number briefly: 1,200, 15k, 1.25M."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if value >= 10 * size or (value >= size and unit == "M"):
            return f"{value / size:.6g}{unit}"
    return f"{value:,.0f}"


def points_of(points: Sequence[tuple[float, float]]) -> str:
    """Format points for SVG."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
