"""The permissions of the files of a data directory: only the user that runs Tamis may read them.

The files hold contacts, password hashes and the token of the server. Anybody who can open the shared memory of SQLite
could also stop all writes with a lock on it.
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


def set_private_umask() -> None:
    """Make new files of this process, and of those that it starts, unreadable for other users."""
    os.umask(UMASK)


def tighten_permissions(directory: Path) -> None:
    """Remove the permissions of other users from a data directory and the files of Tamis in it, which an older version
    or a copy may have left; failures are logged.

    The directory itself is left alone while it has files that are not of Tamis: they may be meant for others.
    """
    changed, failed = 0, 0
    for path in list_open_to_others(directory):
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


def list_open_to_others(directory: Path) -> list[Path]:
    """Return the data directory and the files in it that other users have any permission for."""
    return [path for path in _own_paths(directory) if _is_open_to_others(path)]


def _own_paths(directory: Path) -> Iterator[Path]:
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


def _is_open_to_others(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & OTHERS)
