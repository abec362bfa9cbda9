"""A check of the whole file that takes its time: beside it, others have the disk and the processor most of the time."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from tamis.records.integrity.checksums import VFS
from tamis.records.integrity.health import is_damage
from tamis.records.queries import load

STEPS_PER_SLICE = 500
"""After so many pages, or instructions of SQLite's, others have their turn."""
PAUSE_FACTOR = 3
"""How many times as long as it works a check rests."""
CACHE_KB = 2_048
WHOLE: list[tuple[Any, ...]] = [("ok",)]


class CheckStopped(Exception):
    """The check was given up before its end."""


def find_damage(path: Path, rest: Callable[[float], bool]) -> str | None:
    """Return what is wrong with a file of records, None where every page has its checksum and its place.

    SQLite's quick check reads every page that is in use: checksums, the trees of tables and indexes, the chains of long
    rows, the list of free pages. A page of a long row has no mark of which row it belongs to, so its text is looked at.
    `rest` is called with the seconds for which to pause; when it returns True, the check is given up. Raises Stopped,
    and apsw.Error for what is no damage.
    """
    db = apsw.Connection(str(path), vfs=VFS)
    try:
        db.execute(f"PRAGMA cache_size = -{CACHE_KB}").fetchall()
        db.set_progress_handler(_pausing(rest), STEPS_PER_SLICE)
        rows = db.execute("PRAGMA quick_check(1)").fetchall()
        if rows == WHOLE:
            rows = db.execute(load("check")["malformed"]).fetchall() or WHOLE
    except apsw.InterruptError:
        raise CheckStopped from None
    except apsw.Error as error:
        if is_damage(error):
            return f"a page is not what was written to it ({error})"
        raise
    finally:
        db.close()
    return None if rows == WHOLE else " ".join(str(rows[0][0]).split())


def _pausing(rest: Callable[[float], bool]) -> Callable[[], bool]:
    worked_since = time.monotonic()

    def pause() -> bool:
        nonlocal worked_since
        stopped = rest((time.monotonic() - worked_since) * PAUSE_FACTOR)
        worked_since = time.monotonic()
        return stopped

    return pause
