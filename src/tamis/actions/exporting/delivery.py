"""Bring a finished export to where it is wanted: under its name as a whole, or not at all."""

import os
import secrets
import shutil
from errno import EXDEV
from pathlib import Path

from tamis.domain.errors import Refused, Unavailable
from tamis.files.durable import put_in_place, sync


def check_target(target: Path, *, replace: bool) -> Path:
    """Tell where a file will get its name, links followed; raises Refused where it cannot, before anything is done."""
    resolved = target.resolve()
    if resolved.exists() and not resolved.is_file():
        raise Refused("target_not_a_file", target=str(target))
    _refuse_taken(resolved, target, replace=replace)
    if not resolved.parent.is_dir():
        raise Refused("target_directory_missing", directory=str(resolved.parent))
    if not os.access(resolved.parent, os.W_OK | os.X_OK):
        raise Refused("target_not_writable", directory=str(resolved.parent))
    return resolved


def deliver(made: Path, target: Path, *, replace: bool) -> None:
    """Give a finished file its name, across disks where it must; raises Refused when the name was taken meanwhile and
    Unavailable when the disk fails."""
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.unfinished")
    try:
        sync(made)
        _refuse_taken(target, target, replace=replace)
        try:
            put_in_place(made, target)
        except OSError as error:
            if error.errno != EXDEV:
                raise
            shutil.copyfile(made, beside)
            sync(beside)
            _refuse_taken(target, target, replace=replace)
            put_in_place(beside, target)
    except OSError as error:
        raise Unavailable("target_not_written", target=str(target), reason=str(error.strerror or error)) from None
    finally:
        beside.unlink(missing_ok=True)


def _refuse_taken(target: Path, shown: Path, *, replace: bool) -> None:
    if target.exists() and not replace:
        raise Refused("target_exists", target=str(shown))
