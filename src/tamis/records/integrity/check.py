"""A check of the whole file that pauses often, to leave most of the disk and the processor to others."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from tamis.records.integrity.checksums import VFS
from tamis.records.integrity.health import is_damage
from tamis.records.queries import load

STEPS_PER_SLICE = 500
"""The check pauses after this many pages, or instructions of SQLite."""
PAUSE_FACTOR = 3
"""A pause is this many times as long as the work before it."""
CACHE_KB = 2_048
WHOLE: list[tuple[Any, ...]] = [("ok",)]


class CheckStopped(Exception):
    """The check was stopped before its end."""


def find_damage(path: Path, pause: Callable[[float], bool]) -> str | None:
    """Return the damage of a file of records, or None when every page is intact and in its place.

    SQLite's quick check reads every page in use: checksums, the trees of tables and indexes, the chains of long rows,
    the list of free pages. A page of a long row does not say which row it belongs to, so its text is checked, too.
    `pause` is called with the seconds to pause; when it returns True, the check stops. Raises CheckStopped, and
    apsw.Error for errors that are not damage.
    """
    db = apsw.Connection(str(path), vfs=VFS)
    try:
        db.execute(f"PRAGMA cache_size = -{CACHE_KB}").fetchall()
        db.set_progress_handler(_pausing(pause), STEPS_PER_SLICE)
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


def _pausing(pause: Callable[[float], bool]) -> Callable[[], bool]:
    worked_since = time.monotonic()

    def pause_now() -> bool:
        nonlocal worked_since
        stopped = pause((time.monotonic() - worked_since) * PAUSE_FACTOR)
        worked_since = time.monotonic()
        return stopped

    return pause_now
