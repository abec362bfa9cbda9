"""Lose the power supply at many points of the same work, as far as that can be simulated: `python -m bench power`."""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.reliability.power.checks import Seen
from tests.reliability.power.crashing import crash, recorded
from tests.reliability.power.disk import CRASHES

from bench.harness import machine, show_progress

RESULTS = Path(__file__).with_name("power.json")
ACTIONS, POINTS, OPENED = 10, 60, 40


def main(arguments: Sequence[str]) -> None:
    """Record work and crash, with other choices each time, print what was seen, and write it to bench/power.json; the
    first thing that is lost ends it."""
    parser = argparse.ArgumentParser(
        prog="python -m bench power", description="Lose the power supply, again and again."
    )
    parser.add_argument("--seconds", type=float, default=300, help="record no more work after so long")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats the choices of a run")
    options = parser.parse_args(arguments)
    chance, begun = random.Random(options.seed), time.perf_counter()
    rounds, total, calls = 0, Seen(), Counter[str]()
    while time.perf_counter() - begun < options.seconds:
        seed = chance.randrange(1 << 32)
        with tempfile.TemporaryDirectory(prefix="tamis-power-") as directory:
            found, made = recorded(Path(directory), seed, ACTIONS)
            *_, seen = crash(Path(directory), found, made, POINTS, OPENED, seed)
        rounds += 1
        calls.update(event.name for event in found)
        total.crashes += seen.crashes
        total.promises += seen.promises
        total.opened += seen.opened
        total.quarantined += seen.quarantined
        show_progress(f"{time.perf_counter() - begun:4.0f} s, seed {seed}: {total.crashes} crashes, nothing lost")
    done = {
        "rounds": rounds,
        "seed": options.seed,
        "crashes": total.crashes,
        "ways": list(CRASHES),
        "opened": total.opened,
        "acknowledged_looked_for": total.promises,
        "lost": 0,  # the first that is ends the run
        "column_files_put_aside": len(total.quarantined),
        "calls": dict(calls.most_common()),
        "seconds": round(time.perf_counter() - begun),
    }
    RESULTS.write_text(json.dumps({"machine": machine(), **done}, indent=2) + "\n")
    print(json.dumps(done, indent=2))
