"""Kill imports and their undoing at every named point, as a command, from a pipe and in a server: `python -m bench
killed_imports`."""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.imports.kill_points import ALL, OF_A_COMMAND, OF_A_SERVER, OF_UNDOING, POINTS
from tests.imports.killed_commands import Forks, Killing, kill_and_run_again, kill_and_undo_again
from tests.imports.killed_servers import kill_a_server

from bench.harness import machine, show_progress

RESULTS = Path(__file__).with_name("killed_imports.json")
WAYS = ("command", "pipe", "server")


def main(arguments: Sequence[str]) -> None:
    """Kill at each point so many times, print in which phase the kills fell, and write it to bench/killed_imports.json;
    the first state that is not that of a clean run ends it."""
    parser = argparse.ArgumentParser(prog="python -m bench killed_imports", description="Kill imports in each phase.")
    parser.add_argument("--times", type=int, default=3, help="how often each point is tried each way")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats the choices of a run")
    options = parser.parse_args(arguments)
    begun, chance = time.perf_counter(), random.Random(options.seed)
    kills = {way: Counter[str]() for way in WAYS}
    for way in WAYS:
        with tempfile.TemporaryDirectory(prefix="tamis-kills-") as directory, Forks() as forks:
            killing = Killing(Path(directory), forks, chance.randrange(1 << 32), piped=way == "pipe")
            for point in _points(way) * options.times:
                _kill(killing, way, point)
                kills[way][ALL[point].phase] += 1
        show_progress(f"{time.perf_counter() - begun:4.0f} s, {way}: {kills[way].total()} kills")
    done = {
        "seed": options.seed,
        "kills": sum(counted.total() for counted in kills.values()),
        "by_phase": {way: dict(counted) for way, counted in kills.items()},
        "other_than_a_clean_run": 0,  # the first that is ends the run
        "seconds": round(time.perf_counter() - begun),
    }
    RESULTS.write_text(json.dumps({"machine": machine(), **done}, indent=2) + "\n")
    print(json.dumps(done, indent=2))


def _points(way: str) -> list[str]:
    if way != "server":
        return [*POINTS, *OF_A_COMMAND, *OF_UNDOING]
    return [*(name for name, point in POINTS.items() if point.phase != "projecting"), *OF_A_SERVER, *OF_UNDOING]


def _kill(killing: Killing, way: str, point: str) -> None:
    try:
        if way == "server":
            kill_a_server(killing, point, killing.chance)
        elif point in OF_UNDOING:
            kill_and_undo_again(killing, point)
        else:
            kill_and_run_again(killing, point)
    except BaseException as error:
        error.add_note(f"after a kill of a {way} at: {point}")
        raise
