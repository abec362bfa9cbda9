"""A process killed between two steps of the projector, or around its commits, loses nothing and doubles nothing."""

import random
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.projector import pipeline
from tests.projector import scenario
from tests.support import forked
from tests.support.effort import examples
from tests.support.process import environment

KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from tamis.columns.history.link import HistoryLink
from tamis.columns.projector import pipeline, strategy
from tamis.columns.projector.strategy import Thresholds
from tests.projector import scenario

directory, now, insert_only, wanted, number = sys.argv[1:]
if insert_only == "True":
    strategy.THRESHOLDS = Thresholds(small_batch=0, insert_only=0)
calls = 0

def die_at(name):
    global calls
    calls += name == wanted
    if name == wanted and calls == int(number):
        os.kill(os.getpid(), signal.SIGKILL)

def killing(con, step, context, run_step=pipeline.run_step):
    die_at(step.name)
    return run_step(con, step, context)

def keep(self, con, state, batch, keep=HistoryLink.keep):
    die_at("before the history is kept")
    done = keep(self, con, state, batch)
    die_at("between the commits")
    return done

pipeline.run_step, HistoryLink.keep = killing, keep
with scenario.opened(Path(directory), datetime.fromisoformat(now)) as services:
    services.project()
    die_at("after the commits")
print(calls)
"""
POINTS = [
    *(step.name for step in pipeline.all_steps()),
    "before the history is kept",
    "between the commits",
    "after the commits",
]
"""Each step, before which the process dies; and the commits of the kept history and of the projection."""


@dataclass(frozen=True)
class Kind:
    """What there is to project, and how."""

    name: str
    now: datetime = scenario.SOON
    insert_only: bool = False
    lost: bool = False


KINDS = (
    Kind("day by day"),
    Kind("new contacts apart", insert_only=True),
    Kind("after a long absence", scenario.LATE),
    Kind("as of an earlier instant, because the clock was set back", scenario.EARLIER),
    Kind("from nothing", lost=True),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a directory in which something of every kind waits to be projected."""
    directory = tmp_path_factory.mktemp("kills") / "template"
    scenario.make(directory)
    return directory


def fresh(template: Path, data: Path, kind: Kind) -> Path:
    """Copy the directory."""
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(template, data)
    if kind.lost:
        (data / FILE_NAME).unlink()
    return data


def kill(data: Path, kind: Kind, point: str, number: int) -> int:
    """Project, and die at the so-manieth coming to a point; return how often it came to it where that was less, else
    0."""
    arguments = [str(data), kind.now.isoformat(), str(kind.insert_only), point, str(number)]
    done = forked.run_text([sys.executable, "-c", KILLED, *arguments], env=environment())
    if done.returncode == 0:
        return int(done.stdout)
    assert done.returncode == -9, done.stderr
    return 0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_projector_killed_at_any_point_loses_and_duplicates_nothing(
    template: Path, tmp_path: Path, kind: Kind
) -> None:
    """`make test` draws some of the points, `make test-all` takes all of them."""
    right = scenario.project(fresh(template, tmp_path / "right", kind), kind.now)
    chance = random.Random()
    for point in chance.sample(POINTS, examples(len(POINTS), least=1)):
        data = fresh(template, tmp_path / "data", kind)
        number = chance.choice((1, 1, 2, 3))
        came = kill(data, kind, point, number)
        print(point, number, came)
        if came:
            kill(fresh(template, data, kind), kind, point, came)
        assert scenario.project(data, kind.now) == right
