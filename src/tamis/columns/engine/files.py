"""The file of the column store on the disk, put aside."""

import logging
import time
from pathlib import Path

from tamis import log

WAL_ENDING = ".wal"


def put_aside(path: Path, why: str) -> Path:
    """Rename a file that cannot be used, and its log, so that nothing is lost, and log why; return the new name."""
    target = path.with_name(f"{path.name}.unusable-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}")
    path.replace(target)
    wal = path.with_name(path.name + WAL_ENDING)
    if wal.exists():
        wal.replace(target.with_name(target.name + WAL_ENDING))
    log.event("columns_set_aside", level=logging.WARNING, file=target.name, reason=why)
    return target
