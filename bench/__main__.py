"""Run all benchmarks, or those named on the command line: `python -m bench [NAME]...`."""

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    add_recipients,
    console,
    count_rules,
    event_rules,
    export_file,
    follow_changes,
    full_list,
    import_file,
    list_segments,
    preview_rules,
    scale,
    send_events,
    start,
    unsubscribe,
    webhooks,
    write_contacts,
)
from bench.harness import Figure, machine, save, show, show_progress
from bench.stores import Stores

CONTACTS = 1_000_000
OF_THEIR_OWN = ("fairness", "faults", "histories", "killed_imports", "power")
RESULTS = Path(__file__).with_name("results.json")
BENCHMARKS: dict[str, Callable[[Stores], Iterator[Figure]]] = {
    "count_rules": count_rules.run,
    "preview_rules": preview_rules.run,
    "list_segments": list_segments.run,
    "add_recipients": add_recipients.run,
    "write_contacts": write_contacts.run,
    "event_rules": event_rules.run,
    "send_events": send_events.run,
    "webhooks": webhooks.run,
    "follow_changes": follow_changes.run,
    "full_list": full_list.run,
    "export_file": export_file.run,
    "import_file": import_file.run,
    "unsubscribe": unsubscribe.run,
    "console": console.run,
    "start": start.run,
    "scale": scale.run,
}


def main() -> None:
    """Measure, print the table, and write it to bench/results.json."""
    if sys.argv[1:2] and sys.argv[1] in OF_THEIR_OWN:
        # Some need the tests, which measuring does not.
        importlib.import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure speed against baselines.")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"one of {', '.join(BENCHMARKS)}; default all. Options of their own, and no part of all, "
        f"have {', '.join(OF_THEIR_OWN)}",
    )
    parser.add_argument("--contacts", type=int, default=CONTACTS, help="how many contacts the store has")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    begun = time.perf_counter()
    facts = machine()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tamis-bench-") as directory:
        stores = Stores(Path(directory), options.contacts)
        for name in options.names or BENCHMARKS:
            show_progress(name)
            for figure in BENCHMARKS[name](stores):
                figures.append(figure)
                show_progress(f"  {figure.what}: {figure.ours.shown(figure.unit)}")
    seconds = time.perf_counter() - begun
    save(RESULTS, facts, figures, seconds)
    print("\n" + ", ".join(f"{name} {value}" for name, value in facts.items()))
    print(f"{len(figures)} figures in {seconds:.0f} s, also in {RESULTS.name}\n")
    print(show(figures))


if __name__ == "__main__":
    main()
