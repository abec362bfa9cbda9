"""Kill a server again and again, and look each time whether all that was acknowledged is there: `python -m bench
faults`."""

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

from tests.reliability.kills import Figures, run_rounds

from bench.harness import machine, show_progress

RESULTS = Path(__file__).with_name("faults.json")
ROUNDS_A_DIRECTORY = 5
SHARES = {"writing": 32, "rewrite": 16, "projection": 14, "rebuild": 12, "start": 10, "stop": 8, "migration": 8}


def main(arguments: Sequence[str]) -> None:
    """Run the rounds, print what was seen, and write it to bench/faults.json; the first thing that is lost ends it."""
    parser = argparse.ArgumentParser(prog="python -m bench faults", description="Kill a server again and again.")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60, help="begin no further directory after so long")
    parser.add_argument("--people", type=int, default=6_000, help="how many contacts there are")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats the choices of a run")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    kinds = [kind for kind, share in SHARES.items() for _ in range(max(round(options.rounds * share / 100), 1))]
    chance.shuffle(kinds)
    figures, begun = Figures(), time.perf_counter()
    for first in range(0, len(kinds), ROUNDS_A_DIRECTORY):
        if time.perf_counter() - begun > 60 * options.minutes:
            break
        some, seed = kinds[first : first + ROUNDS_A_DIRECTORY], chance.randrange(1 << 32)
        show_progress(f"{time.perf_counter() - begun:4.0f} s, seed {seed}: {' '.join(some)}")
        run_rounds(some, options.people, seed, figures)
        show_progress(
            f"        {figures.kills.total()} rounds, {figures.acknowledged} acknowledged writes, nothing lost"
        )
    seconds = time.perf_counter() - begun
    found = {
        "rounds": figures.kills.total(),
        "kills": dict(figures.kills.most_common()),
        "people": options.people,
        "seed": options.seed,
        "acknowledged_writes": figures.acknowledged,
        "states_compared": figures.certain,
        "recipients_compared": figures.recipients,
        "lost": 0,  # a run that loses anything, or finds it twice, does not come to its end
        "twice": 0,
        "column_files_put_aside": figures.unusable,
        "longest_recovery_seconds": round(max(figures.recoveries), 2),
        "median_recovery_seconds": round(sorted(figures.recoveries)[len(figures.recoveries) // 2], 2),
        "seconds": round(seconds),
    }
    RESULTS.write_text(json.dumps({"machine": machine(), **found}, indent=2) + "\n")
    print(json.dumps(found, indent=2))
