"""The progress of an import in a terminal: amount, speed, and time left."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from tamis.actions.importing.reports.report import Progress as ProgressCallback
from tamis.actions.importing.sources import READING
from tamis.domain.values.text import pluralize

BAR_WIDTH = 16


def format_amount(doing: str, done: float, total: float | None, speed: float | None, unit: str = "row") -> str:
    """Format an amount and its speed: bytes while a file is read, later in `unit`; blank while neither is counted."""
    if doing == READING:
        parts = [f"{decimal(int(done))} of {decimal(int(total))}" if total else decimal(int(done))]
        rate = f"{decimal(int(speed))}/s" if speed else ""
    elif total:
        parts = [f"{int(done):,} of {pluralize(int(total), unit)}"]
        rate = f"{speed:,.0f}/s" if speed else ""
    else:
        return ""
    return ", ".join([*parts, rate] if rate else parts)


class AmountColumn(ProgressColumn):
    """The amount of a task that is done."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """Return the text of the column."""
        # Over the whole phase: chunks of a file, and batches, arrive in bursts.
        speed = task.completed / task.elapsed if task.elapsed else None
        shown = format_amount(task.description, task.completed, task.total, speed, self._unit)
        return Text(shown, style="progress.data.speed")


@contextmanager
def progress_bar(*, enabled: bool, unit: str = "row") -> Iterator[ProgressCallback]:
    """Show the progress reported to the yielded function during a block, then remove it; where standard error is not a
    terminal, nothing is shown."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(BAR_WIDTH),
        AmountColumn(unit),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not enabled or not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task(READING, total=None)
        shown = READING

        def update(doing: str, done: int, total: int) -> None:
            nonlocal task, shown
            if doing != shown:  # a new task with its own speed and time left
                bar.refresh()
                bar.remove_task(task)
                task, shown = bar.add_task(doing, total=None), doing
            bar.update(task, completed=done, total=total or None)

        yield update
