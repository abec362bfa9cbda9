"""Backups of the first format, which held the file of the projection too."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

from tamis.actions.maintenance.backups import MANIFEST, FileSum, file_sum
from tamis.columns.engine.files import NAME as COLUMNS
from tamis.records.maintenance.files import NAME as RECORDS


def to_first_format(backup: Path, columns: Path) -> None:
    """Make of a backup one of the first format, with a projection file; its records may have been changed since."""
    shutil.copy(columns, backup / COLUMNS)
    manifest = json.loads((backup / MANIFEST).read_text())
    sums: dict[str, FileSum] = {name: file_sum(backup / name) for name in (RECORDS, COLUMNS)}
    manifest |= {"format": 1, "files": {name: asdict(found) for name, found in sums.items()}}
    (backup / MANIFEST).write_text(json.dumps(manifest, indent=2))
