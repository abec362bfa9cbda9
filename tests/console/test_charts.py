"""Charts show the same numbers as the text."""

import json
import math
import re
from datetime import date, timedelta
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.segments.membership_changes import Cause, DaySize
from tamis.web.console.display.charts import bar, scale, short_number, size_chart, sparkline
from tamis.web.console.display.venn import common_area, place_circles, venn_diagram

sizes = st.integers(0, 10**9)


def test_a_sparkline_starts_at_the_first_known_size() -> None:
    assert sparkline([None, 3]) == sparkline([]) == ""
    points = re.findall(r"[\d.]+,[\d.]+", sparkline([None, 10, 20, 15]))
    assert len(points) == 3
    heights = [float(point.partition(",")[2]) for point in points]
    assert heights[1] < heights[2] < heights[0]
    assert 'aria-label="&lt;b&gt;"' in sparkline([1, 2], "<b>")
    assert 'aria-hidden="true"' in sparkline([1, 2])


def test_a_small_change_looks_small() -> None:
    def rises(values: list[float | None]) -> float:
        heights = [float(y) for y in re.findall(r"[\d.]+,([\d.]+)", sparkline(values))]
        return abs(heights[0] - heights[-1])

    assert rises([46, 45]) < 2
    assert rises([46, 4]) > 20
    assert rises([1_000_000, 1_001_000]) < 1
    assert scale(45, 46) == [40, 45, 50, 55]


@given(low=sizes, more=sizes)
def test_a_scale_has_round_ticks_and_covers_all_values(low: int, more: int) -> None:
    ticks = scale(low, low + more)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= low <= low + more <= ticks[-1]
    steps = {round(b - a, 6) for a, b in pairwise(ticks)}
    assert len(steps) == 1
    assert re.fullmatch(r"[125]0*\.0|[125]0*", str(steps.pop()))


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (9_500, "9,500"), (12_000, "12k"), (12_500, "12.5k"), (1_250_000, "1.25M")]
)
def test_numbers_next_to_a_chart_are_abbreviated(value: int, written: str) -> None:
    assert short_number(value) == written


def test_a_chart_has_a_tooltip_for_every_day() -> None:
    first = date(2026, 2, 27)
    days = [DaySize(first, 90, 90, 0, Cause.FIRST)]
    days += [DaySize(first + timedelta(days=n), 90 + n, 2, 1, None) for n in range(1, 40)]
    chart = size_chart(days, 'From "90" on')
    reported = re.search(r'data-days="([^"]*)"', chart)
    assert reported
    days_shown = json.loads(unescape(reported[1]))
    assert days_shown[0] == "27 Feb 2026: 90 members, 90 entered, 0 left"
    assert len(days_shown) == 40
    for kind in ("wide", "narrow"):
        picture = chart[chart.index(f'class="{kind}"') :].partition("</svg>")[0]
        line = re.search(r'chart-line" points="([^"]*)"', picture)
        assert line
        assert len(line[1].split()) == 40
        assert (picture.count("chart-came"), picture.count("chart-went")) == (39, 39)
    assert chart.count('aria-label="From &#34;90&#34; on"') == 2
    assert size_chart(days[:1], "One day").count("<circle") == 2


@given(one=st.integers(1, 10**6), other=st.integers(1, 10**6), share=st.floats(0, 1))
def test_a_venn_diagram_of_two_segments_is_to_scale(one: int, other: int, share: float) -> None:
    common = round(min(one, other) * share)
    placed = place_circles([one, other], [[one, common], [common, other]])
    unit = math.pi / max(one, other)
    drawn = common_area(placed[0].radius, placed[1].radius, placed[1].x - placed[0].x)
    if min(one, other) * 400 > max(one, other):  # smaller ones are drawn larger, so that they can be seen
        assert drawn == pytest.approx(common * unit, abs=1e-3)
        assert placed[1].radius / placed[0].radius == pytest.approx(math.sqrt(other / one), rel=0.3)


@given(a=st.integers(0, 1000), b=st.integers(0, 1000), c=st.integers(0, 1000), shares=st.tuples(*[st.floats(0, 1)] * 3))
def test_any_three_segments_can_be_drawn(a: int, b: int, c: int, shares: tuple[float, float, float]) -> None:
    ab, ac, bc = (int(min(x, y) * s) for (x, y), s in zip(((a, b), (a, c), (b, c)), shares, strict=True))
    picture = venn_diagram([a, b, c], [[a, ab, ac], [ab, b, bc], [ac, bc, c]], "three")
    assert picture.count("<circle") == 3
    assert "nan" not in picture
    assert "inf" not in picture


def test_a_bar_is_as_long_as_its_share() -> None:
    assert 'class="bar-part" width="25.00"' in bar(0.25)
    assert 'class="bar-part" width="100.00"' in bar(1.2)
