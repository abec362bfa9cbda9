"""A killed import has stored a batch or not, and running it again ends in the state of one clean run."""

import random
import sys
from pathlib import Path

import pytest

from tests.imports.kill_points import OF_A_COMMAND, OF_A_SERVER, OF_UNDOING, POINTS
from tests.imports.killed_commands import Forks, Killing, kill_and_run_again, kill_and_undo_again, outcomes
from tests.imports.killed_servers import kill_a_server
from tests.support import forked
from tests.support.effort import ALL
from tests.support.process import environment, tamis

ROWS = 120_000
FEW_POINTS = 1
RULES = ("n >= 0", "n < 60000", 'name is one of ("name 1", "name 2")')


def make(directory: Path, file: Path) -> None:
    """Make a directory into which the file can go."""
    tamis(directory, "account", "create", "--email", "owner@example.org")
    tamis(directory, "type", "create", "People")
    file.write_text("email,n,name\n" + "".join(f"p{n}@example.org,{n},name {n % 7}\n" for n in range(ROWS)))


def counts(directory: Path) -> list[int]:
    """Count what a few rules select."""
    return [tamis(directory, "segment", "count", "--type", "People", "--where", rule)["count"] for rule in RULES]


def test_killed_and_run_again(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "people.csv"
    make(data, file)
    program = """
import os, signal, sys
from tamis.actions.importing.rows import batch_writer
stored = batch_writer.upsert
calls = 0
def upsert(*args, **kwargs):
    global calls
    calls += 1
    if calls == 2:
        os.kill(os.getpid(), signal.SIGKILL)  # in the middle of a transaction, with one batch on disk
    return stored(*args, **kwargs)
batch_writer.upsert = upsert
from tamis.cli.main import main
main(sys.argv[1:])
"""
    command = [
        sys.executable,
        "-c",
        program,
        "import",
        str(file),
        "--type",
        "People",
        "--create-fields",
        "--data",
        str(data),
    ]
    killed = forked.run(command, env=environment())
    assert killed.returncode == -9
    assert counts(data)[0] == 50_000
    report = tamis(data, "import", file, "--type", "People", "--create-fields")
    assert (report["created"], report["unchanged"]) == (70_000, 50_000)
    assert counts(data) == [120_000, 60_000, 34_286]
    assert tamis(data, "import", file, "--type", "People", "--create-fields")["unchanged"] == ROWS


OF_SERVERS = [*(name for name, point in POINTS.items() if point.phase != "projecting"), *OF_A_SERVER, *OF_UNDOING]


@pytest.mark.parametrize("way", ["file", "pipe"] if ALL else ["either"])
def test_killed_at_a_point_and_run_again(tmp_path: Path, way: str) -> None:
    """Kill at a point, and in `make test-all` at all of them; and at a random time."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    piped = way == "pipe" or (way == "either" and seed % 2 == 0)
    with Forks() as forks:
        killing = Killing(tmp_path, forks, seed, piped=piped)
        assert min(outcomes(killing.report)) > 0
        for point in [*some([*POINTS, *OF_A_COMMAND], killing), None]:
            print(point)
            kill_and_run_again(killing, point)
        for point in some([*OF_UNDOING], killing):
            print(point)
            kill_and_undo_again(killing, point)


def test_a_server_import_killed_at_a_point_and_run_again(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    with Forks() as forks:
        killing = Killing(tmp_path, forks, seed)
        for point in some(OF_SERVERS, killing):
            print(point)
            kill_a_server(killing, point, killing.chance)


def some(points: list[str], killing: Killing) -> list[str]:
    """Choose points for this run."""
    return killing.chance.sample(points, len(points) if ALL else min(FEW_POINTS, len(points)))
