"""What all benchmarks share: measured values, figures with their baselines, and how they are shown."""

import json
import os
import platform
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw

LIBRARIES = ("apsw", "duckdb", "httptools", "msgspec", "multipart", "uvicorn", "uvloop")
COLUMNS = ("what is measured", "Tamis", "baseline", "baseline is", "Tamis / baseline", "aim", "reached")


@dataclass(frozen=True, slots=True)
class Measured:
    """A value measured several times: the median, and how far it went."""

    median: float
    low: float
    high: float
    times: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Measured":
        """Sum up repeated measurements."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    def shown(self, unit: str) -> str:
        """Show the median, and the range where there is one."""
        median, low, high = (_number(value) for value in (self.median, self.low, self.high))
        return f"{median} {unit}" + (f" ({low} – {high})" if low != high else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; without a baseline it is only shown, without an aim only compared."""

    what: str
    unit: str
    ours: Measured
    baseline: Measured | None = None
    baseline_is: str = ""
    aim: str = ""
    reached: bool | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the baseline's value ours is."""
        return self.ours.median / self.baseline.median if self.baseline and self.baseline.median else None


def timed(act: Callable[[], object]) -> float:
    """Run something and give its seconds."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def in_turn(times: int, ours: Callable[[], float], baseline: Callable[[], float]) -> tuple[Measured, Measured]:
    """Measure two things alternately, so that both see the same weather."""
    pairs = [(ours(), baseline()) for _ in range(times)]
    return Measured.of([pair[0] for pair in pairs]), Measured.of([pair[1] for pair in pairs])


def machine() -> dict[str, Any]:
    """Tell on what the figures were taken."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": f"{apsw.sqlite_lib_version()} (apsw), {sqlite3.sqlite_version} (sqlite3)",
        "load_average_before": round(os.getloadavg()[0], 2),
        **{name: version(name) for name in LIBRARIES},
    }


def show(figures: Sequence[Figure]) -> str:
    """Make the table, which is also valid Markdown, with the notes below it."""
    rows = [COLUMNS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    rows.insert(1, tuple("-" * width for width in widths))
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    notes = [f"- {figure.what}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*lines, "", *notes])


def save(path: Path, facts: dict[str, Any], figures: Sequence[Figure], seconds: float) -> None:
    """Write everything as JSON."""
    plain = [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
    path.write_text(json.dumps({"machine": facts, "seconds": seconds, "figures": plain}, indent=2) + "\n")


def show_progress(text: str) -> None:
    """Show the progress."""
    print(text, file=sys.stderr, flush=True)


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.what,
        figure.ours.shown(figure.unit),
        figure.baseline.shown(figure.unit) if figure.baseline else "",
        figure.baseline_is,
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        figure.aim,
        "" if figure.reached is None else ("yes" if figure.reached else "no"),
    )


def _number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
