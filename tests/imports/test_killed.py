"""A killed import has finished a batch or not touched it, and running it again ends in the state of one clean run."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.imports.killing import Forks, Killing, state
from tests.support import forked
from tests.support.process import environment, tamis

ROWS = 120_000
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
from tamis.actions.importing import storing
stored = storing.upsert
calls = 0
def upsert(*args, **kwargs):
    global calls
    calls += 1
    if calls == 2:
        os.kill(os.getpid(), signal.SIGKILL)  # in the middle of a transaction, with one batch on disk
    return stored(*args, **kwargs)
storing.upsert = upsert
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


KILLS = 50


@pytest.mark.parametrize("half", [1, 2])
def test_killed_at_any_moment_and_run_again(tmp_path: Path, half: int) -> None:
    seed = random.randrange(half, 1 << 32)
    print(f"seed {seed}")
    with Forks() as forks:
        killing = Killing(tmp_path, forks, seed)
        report = killing.report
        assert min(outcomes(report)) > 0
        stored: Counter[int] = Counter()
        for _ in range(KILLS // 2):
            killing.fresh()
            killing.kill()
            again = killing.run()
            assert sum(outcomes(again)) == again["rows"] == report["rows"]
            assert outcomes(again)[3:] == outcomes(report)[3:]
            assert state(killing.data) == killing.right
            assert not list(killing.data.glob("spool/*"))
            stored[again["unchanged"] - report["unchanged"]] += 1
    print("rows that were stored before a kill, and how often:", sorted(stored.items()))


def outcomes(report: dict[str, int]) -> list[int]:
    """Tell what became of the rows."""
    return [report[name] for name in ("created", "updated", "unchanged", "repeated", "rejected")]
