"""Damage each page of the records in four ways, and see what Tamis makes of it.

    python -m bench.attacks.damage [--every N] [--people N]

Pages are changed by a few bits, emptied, swapped with another one, and cut off with all that follows. After each, a
process reads all that a client can, writes, checks the file and makes a backup, and another process comes after it.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.damage import (
    cut,
    damaged_copy,
    fill,
    flip,
    outcome,
    pages_by_kind,
    swap,
    truth_of,
    without_columns,
    zero,
)

DAMAGES = (flip, zero, swap, cut)


def main() -> None:
    """Print a row for each kind of page and damage: how many, met by readers, found by the check, wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="damage every so-manieth page of a kind")
    parser.add_argument("--people", type=int, default=1_500)
    chosen = parser.parse_args()
    print("| page | damage | tried | met by readers | found by the check | wrong |")
    print("|---|---|---|---|---|---|")
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="tamis-damage-") as directory:
        place = Path(directory)
        fill(place / "data", chosen.people)
        truth = truth_of(place / "data")
        for kind, pages in pages_by_kind(place / "data").items():
            tried = pages[:: chosen.every]
            for damage in DAMAGES:
                met = found = failed = 0
                for at, page in enumerate(tried):
                    damaged_copy(place / "data", place / "copy", damage, page, pages[at - 1] if len(pages) > 1 else 2)
                    if at % 2:
                        without_columns(place / "copy")
                    seen = outcome(place / "copy", truth, place / "backup")
                    met, found, failed = met + seen.met, found + seen.found, failed + bool(seen.wrong)
                    wrong.update(f"{kind}, {damage.__name__}: {what}" for what in seen.wrong)
                print(f"| {kind} | {damage.__name__} | {len(tried)} | {met} | {found} | {failed} |", flush=True)
    for what, count in wrong.most_common():
        print(f"{count} × {what}")


if __name__ == "__main__":
    main()
