"""Move a finished export to its target, completely or not at all."""

import os
import secrets
import shutil
from errno import EXDEV
from pathlib import Path

from tamis.domain.errors import Refused, Unavailable
from tamis.files.durable import replace_durably, sync


def check_target(target: Path, *, replace: bool) -> Path:
    """Return the path of a target with links resolved; raises Refused, before any work is done, if it cannot be
    written."""
    resolved = target.resolve()
    if resolved.exists() and not resolved.is_file():
        raise Refused("target_not_a_file", target=str(target))
    _refuse_taken(resolved, target, replace=replace)
    if not resolved.parent.is_dir():
        raise Refused("target_directory_missing", directory=str(resolved.parent))
    if not os.access(resolved.parent, os.W_OK | os.X_OK):
        raise Refused("target_not_writable", directory=str(resolved.parent))
    return resolved


def deliver(finished: Path, target: Path, *, replace: bool) -> None:
    """Move a finished file to its target, across disks if needed; raises Refused if the target was created meanwhile,
    and Unavailable if the disk fails."""
    partial = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.unfinished")
    try:
        sync(finished)
        _refuse_taken(target, target, replace=replace)
        try:
            replace_durably(finished, target)
        except OSError as error:
            if error.errno != EXDEV:
                raise
            shutil.copyfile(finished, partial)
            sync(partial)
            _refuse_taken(target, target, replace=replace)
            replace_durably(partial, target)
    except OSError as error:
        raise Unavailable("target_not_written", target=str(target), reason=str(error.strerror or error)) from None
    finally:
        partial.unlink(missing_ok=True)


def _refuse_taken(target: Path, shown: Path, *, replace: bool) -> None:
    if target.exists() and not replace:
        raise Refused("target_exists", target=str(shown))
