"""An erasure that is killed at any step leaves a whole store, and is done by the next one."""

import shutil
import sys
from pathlib import Path

import pytest

from tamis.actions.maintenance.erasure import erase
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.services import Services
from tamis.records.maintenance import erasure
from tamis.settings import Settings
from tests.erasure.traceable_people import VICTIMS, TraceablePeople, traces
from tests.support import forked
from tests.support.effort import ALL
from tests.support.process import environment

Left = tuple[Path, set[str], list[tuple[int, str]]]

PROGRAM = """
import os, signal, sys
from pathlib import Path
from tamis.actions.maintenance import erasure as erasing
from tamis.actions.services import Services
from tamis.columns.engine import opening, store as columns
from tamis.records.maintenance import erasure
from tamis.records.engine.sqlite import engine as records
from tamis.settings import Settings

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def killing(owner, name, *, after):
    done = getattr(owner, name)
    def run(*args):
        if after:
            done(*args)
        kill()
    setattr(owner, name, run)

services = Services(Settings(Path(sys.argv[1])))
services.project()
match sys.argv[2]:
    case "copying":
        columns.Columns._raise_failure = kill  # the copy meets an error half way
        services.project()._db.cursor().execute("SET memory_limit = '1MB'")
    case "copied": killing(columns.Columns, "_copy", after=True)
    case "closed": killing(columns.Columns, "_close_database", after=True)
    case "replaced": killing(columns, "replace_durably", after=True)
    case "opened": killing(opening, "read_state", after=False)
    case "compacted": killing(records, "_truncate_log", after=False)
    case "cleared": killing(records, "_truncate_log", after=True)
    case "recorded": killing(erasure, "complete_erasure", after=True)
erasing.erase(services)
"""


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """A closed data directory in which people were deleted but not erased, their values, and a segment's rows."""
    directory = tmp_path_factory.mktemp("killed") / "data"
    services = Services(Settings(directory))
    traceable = TraceablePeople(services)
    services.project()
    traceable.forget_victims()
    rows = recipient_page(services, traceable.account.id, traceable.segment.id, 0, 1 << 53)
    services.close()
    return directory, {value for n in VICTIMS for value in traceable.values[n]}, rows


STEPS = ["copying", "copied", "closed", "replaced", "opened", "compacted", "cleared", "recorded"]


@pytest.mark.parametrize("step", STEPS if ALL else STEPS[::3])
def test_an_erasure_is_completed_after_a_kill(left: Left, tmp_path: Path, step: str) -> None:
    directory, values, rows = left
    data = tmp_path / "data"
    shutil.copytree(directory, data)
    killed = forked.run([sys.executable, "-c", PROGRAM, str(data), step], env=environment())
    assert killed.returncode == -9, killed.stderr
    services = Services(Settings(data))
    assert erasure.find_pending(services.records.reader())
    assert services.open_columns().applied is not None  # neither lost nor to be built again
    assert services.open_columns().quarantined is None
    assert recipient_page(services, 1, 1, 0, 1 << 53) == rows
    assert erase(services)
    assert traces(data, values) == {}
    services.close()
    assert not list(data.glob("*.new*"))
