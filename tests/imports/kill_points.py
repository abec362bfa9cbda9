"""Named points of an import and of its undoing at which a process kills itself: so kills fall where they are wanted,
and not where most of the time is spent."""

import os
import signal
from importlib import import_module
from typing import Any, NamedTuple

ACTIONS, RUN = "tamis.actions.importing", "tamis.actions.importing.run"
STORE = "tamis.columns.engine.store"
FOLLOWED_STEP, UNDONE_STEP = 700, 900


class Point(NamedTuple):
    """A function, in the module that calls it, before or after which the process dies, at one of its first `most`
    calls; `phase` is what the import is at."""

    phase: str
    module: str
    function: str
    when: str
    most: int = 1


POINTS = {
    "a job that is not committed": Point("begin", f"{ACTIONS}.jobs.jobs", "_start", "after"),
    "the first line": Point("reading", RUN, "has_email_header", "before"),
    "all lines are read": Point("reading", RUN, "stage_file", "after"),
    "columns are mapped": Point("checking", RUN, "map_columns", "after"),
    "fields that are not committed": Point("checking", f"{ACTIONS}.mapping.field_creation", "create_fields", "after"),
    "cells are checked": Point("checking", f"{ACTIONS}.rows.row_preparation", "prepare_rows", "after"),
    "figures that are not committed": Point("checking", f"{ACTIONS}.jobs.jobs", "_set_left_out", "after"),
    "some rows are rejected": Point("writing rejects", f"{ACTIONS}.rows.rejects", "Row.written", "after", 60),
    "the rejects have no name": Point("writing rejects", f"{ACTIONS}.rows.rejects", "replace_durably", "before"),
    "the rejects have a name": Point("writing rejects", f"{ACTIONS}.rows.rejects", "replace_durably", "after"),
    "a batch is begun": Point("storing", f"{ACTIONS}.rows.batch_writer", "upsert", "before", 12),
    "a batch is not counted": Point("storing", f"{ACTIONS}.rows.batch_writer", "upsert", "after", 12),
    "a batch is not committed": Point("storing", f"{ACTIONS}.rows.batch_writer", "_store", "after", 12),
    "a batch is committed": Point("between batches", f"{ACTIONS}.rows.batch_writer", "BatchWriter.finish", "after", 12),
    "the columns have begun to follow": Point("projecting", STORE, "project", "before"),
    "the columns have not committed": Point("projecting", STORE, "project", "after"),
    "a report that is not committed": Point("finishing", f"{ACTIONS}.jobs.jobs", "_finish", "after"),
    "the report is there": Point("finishing", f"{ACTIONS}.jobs.jobs", "RunningJob.finish", "after"),
}
OF_A_COMMAND = {
    "what followed is not kept": Point("finishing", "tamis.cli.importing.imports", "record_effects", "before"),
    "what followed is kept": Point("finishing", "tamis.cli.importing.imports", "record_effects", "after"),
}
OF_A_SERVER = {
    "the upload is not discarded": Point("finishing", f"{ACTIONS}.jobs.background", "discard_upload", "before"),
    "the upload is discarded": Point("finishing", f"{ACTIONS}.jobs.background", "discard_upload", "after"),
    "what followed is not kept by the server": Point(
        "finishing", f"{ACTIONS}.jobs.background", "record_effects", "before"
    ),
}
OF_UNDOING = {
    "an undo that is not committed": Point("undo", f"{ACTIONS}.jobs.undo", "_start", "after"),
    "a step is begun": Point("undo", f"{ACTIONS}.jobs.undo", "_step", "before", 6),
    "a step is not committed": Point("undo", f"{ACTIONS}.jobs.undo", "_step", "after", 6),
    "the last figures are not committed": Point("undo", f"{ACTIONS}.jobs.undo", "_finish", "after"),
}
ALL = POINTS | OF_A_COMMAND | OF_A_SERVER | OF_UNDOING


def arm(point: Point, number: int) -> None:
    """Let this process kill itself at the so-manieth call at a point; what happens in large steps is done in small
    ones, so that there are several."""
    concurrent_projection: Any = import_module(f"{ACTIONS}.concurrent_projection")
    concurrent_projection.CONTACTS_PER_BATCH, concurrent_projection.PAUSE_SECONDS = FOLLOWED_STEP, 0.01
    undo: Any = import_module(f"{ACTIONS}.jobs.undo")
    undo.CONTACTS_PER_STEP = UNDONE_STEP
    if point.function == "Row.written":
        _count_rows(import_module(point.module), number)
        return
    owner: Any = import_module(point.module)
    *within, name = point.function.split(".")
    for part in within:
        owner = getattr(owner, part)
    original, calls = getattr(owner, name), 0

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and point.when == "before":
            die()
        found = original(*args, **kwargs)
        if calls == number:
            die()
        return found

    setattr(owner, name, counted)


def die() -> None:
    """End this process as a loss of its machine would."""
    os.kill(os.getpid(), signal.SIGKILL)


def _count_rows(rejects: Any, number: int) -> None:
    """Die when so many rejected rows are written, all of which have left the process."""
    right = rejects.csv.writer

    class Dying:
        def __init__(self, file: Any) -> None:
            self._file, self._writer, self._rows = file, right(file), 0

        def writerow(self, row: Any) -> None:
            self._writer.writerow(row)
            self._rows += 1
            if self._rows == number:
                self._file.flush()
                die()

    class Csv:
        writer = Dying

    rejects.csv = Csv
