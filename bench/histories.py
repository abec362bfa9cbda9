"""Let concurrent clients write and read, again and again, and decide whether one order explains all that it saw:
`python -m bench histories`."""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.reliability.concurrent_clients import ConcurrentClients
from tests.reliability.planted_bugs import PLANTED, program
from tests.support.histories.audience import object_of, perform

from bench.harness import machine, show_progress

RESULTS = Path(__file__).with_name("histories.json")
ROUND_SECONDS = 8.0


def main(arguments: Sequence[str]) -> None:
    """Run rounds, each on a directory of its own, in every second of which the server is killed; print what was done,
    and write it to bench/histories.json. The first thing that no order explains ends it."""
    parser = argparse.ArgumentParser(prog="python -m bench histories", description="Check histories of a crowd.")
    parser.add_argument("--seconds", type=float, default=120, help="begin no further round after so long")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats the choices of a run")
    parser.add_argument("--planted", choices=PLANTED, help="serve with a bug, which is to be found")
    options = parser.parse_args(arguments)
    chance, begun = random.Random(options.seed), time.perf_counter()
    calls: Counter[str] = Counter()
    rounds, checking = 0, 0.0
    while time.perf_counter() - begun < options.seconds:
        seed, kill_after = chance.randrange(1 << 32), chance.uniform(1, ROUND_SECONDS - 1) if rounds % 2 else None
        with tempfile.TemporaryDirectory(prefix="tamis-histories-") as directory:
            clients = ConcurrentClients(Path(directory), seed, program(options.planted))
            history = clients.run(ROUND_SECONDS, kill_after)
        decided = time.perf_counter()
        found = history.contradiction(clients.initial, perform, object_of)
        checking += time.perf_counter() - decided
        rounds, calls = rounds + 1, calls + history.calls
        show_progress(f"{time.perf_counter() - begun:4.0f} s, seed {seed}: {history.calls.total()} operations")
        if found:
            raise SystemExit(f"no order explains this, found after {time.perf_counter() - begun:.0f} s:\n{found}")
    done = {
        "rounds": rounds,
        "kills": rounds // 2,
        "seed": options.seed,
        "operations": calls.total(),
        "calls": dict(calls.most_common()),
        "unexplained": 0,  # the first that is ends the run
        "seconds": round(time.perf_counter() - begun),
        "seconds_of_checking": round(checking, 1),
    }
    if not options.planted:
        RESULTS.write_text(json.dumps({"machine": machine(), **done}, indent=2) + "\n")
    print(json.dumps(done, indent=2))
