"""Who may read the files of a data directory: the user whom Tamis runs as, and nobody else.

The files hold contacts, hashes of passwords and the token of the server. Whoever may open the shared memory of SQLite
can also stop all writes with a lock on it.
"""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tamis import log
from tamis.actions.maintenance.stores import STORES

UMASK = 0o077
OTHERS = stat.S_IRWXG | stat.S_IRWXO
DIRECTORIES = ("imports", "spool", "rejects", "exports", "uploads")
FILES = ("server.json", "demo.json")


def make_private_files() -> None:
    """Let nobody else read what this process, and those that it starts, make from here on."""
    os.umask(UMASK)


def tighten(directory: Path) -> None:
    """Take from others the rights that an older version, or a copy, has left on a data directory and what Tamis keeps
    in it; what cannot be changed is logged.

    The directory itself stays as it is while other things lie in it than Tamis's: they may be meant for others.
    """
    changed, failed = 0, 0
    for path in open_to_others(directory):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
            changed += 1
        except FileNotFoundError:
            continue  # another process has just removed it
        except OSError:
            failed += 1
    if changed:
        log.event("file_rights_tightened", files=changed)
    if failed:
        log.event("file_rights_too_wide", level=logging.WARNING, files=failed)


def open_to_others(directory: Path) -> list[Path]:
    """Return the data directory and the files in it that others than their owner have any right to."""
    return [path for path in _kept(directory) if _is_open(path)]


def _kept(directory: Path) -> Iterator[Path]:
    entries = sorted(directory.iterdir())
    ours = [
        path
        for path in entries
        if path.name in DIRECTORIES + FILES or any(store.belongs(path.name) for store in STORES)
    ]
    if len(ours) == len([path for path in entries if path.name != "lost+found"]):
        yield directory
    for path in ours:
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from sorted(path.rglob("*"))


def _is_open(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & OTHERS)
