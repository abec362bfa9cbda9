"""Record once, crash often: the same work, cut off at many points, each with all ways in which a disk may be left."""

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.reliability.power.checks import Crash, Promise, Seen, promises
from tests.reliability.power.disk import CRASHES, Disk
from tests.reliability.power.recording import Event, events, record


def recorded(directory: Path, seed: int, actions: int) -> tuple[list[Event], list[Promise]]:
    """Do some work and give what it did to the disk, and what it promised."""
    base, log, journal = directory / "base", directory / "log", directory / "journal"
    base.mkdir()
    arguments = [str(base), str(journal), str(seed), str(actions)]
    record([sys.executable, "-m", "tests.reliability.power.workload", *arguments], log)
    found = list(events(log, base))
    log.unlink()
    disk = Disk(base)
    for event in found:
        disk.apply(event)
    disk.build("everything", directory / "again", random.Random(seed))
    assert contents(directory / "again") == contents(base), "the record does not lead to what is on the disk"
    shutil.rmtree(directory / "again")
    return found, promises(journal)


def contents(directory: Path) -> dict[str, bytes | None]:
    """Read all files below a directory."""
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None
        for path in sorted(directory.rglob("*"))
    }


def crash(
    directory: Path, found: list[Event], made: list[Promise], points: int, opened: int, seed: int
) -> Iterator[Seen]:
    """Crash at some points, as many again right after an acknowledgement, in every way, and look each time; so many of
    the directories are opened as well. Gives what was seen so far after each point."""
    chance, seen = random.Random(seed), Seen()
    ends = [event.ended for event in found]
    after = [next((n for n, end in enumerate(ends) if end > promise.acknowledged), len(found)) for promise in made]
    chosen = {*chance.sample(after, min(points, len(after))), *chance.sample(range(1, len(found)), points)}
    pairs = [(point, kind) for point in chosen for kind in CRASHES]
    to_open = set(chance.sample(pairs, min(opened, len(pairs))))
    disk = Disk(directory / "base")
    for number in range(len(found) + 1):
        if number in chosen:
            at = ends[number] if number < len(found) else float("inf")
            for kind in CRASHES:
                _look(disk, directory / "left", kind, at, made, seen, chance, (number, kind) in to_open, seed)
            yield seen
        if number < len(found):
            disk.apply(found[number])


def _look(
    disk: Disk,
    left: Path,
    kind: str,
    at: float,
    made: list[Promise],
    seen: Seen,
    chance: random.Random,
    is_opened: bool,
    seed: int,
) -> None:
    shutil.rmtree(left, ignore_errors=True)
    disk.build(kind, left, chance)
    crashed = Crash(left, at, made, seen)
    try:
        crashed.look()
        if is_opened:
            crashed.recover()
    except BaseException as error:
        last = [promise.what for promise in made if promise.acknowledged < at][-3:]
        error.add_note(f"after a crash at {at} that left {kind}; seed {seed}; last: {last}; it is in {left}")
        raise
    shutil.rmtree(left)
