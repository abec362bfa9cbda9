"""The file of rejected rows: the original cells, with the line and every reason in front."""

import csv
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from tamis.actions.importing.mapping import REJECT_COLUMNS
from tamis.actions.importing.read_rows import Reject


class RejectsFile:
    """Made when the first row is rejected; mended, it can be imported as it is."""

    def __init__(self, directory: Path, source: Path, header: Sequence[str], now: datetime) -> None:
        stem = re.sub(r"[^\w.-]+", "_", source.name.removesuffix(".gz").removesuffix(".csv")) or "import"
        self._path = directory / "rejects" / f"{stem}-{now:%Y%m%d-%H%M%S-%f}.csv"
        self._header = header
        self._file: IO[str] | None = None
        self._writer: Any = None

    @property
    def path(self) -> Path | None:
        """Where the rejected rows stand, or None when there are none."""
        return self._path if self._file else None

    def add(self, rejects: Sequence[Reject]) -> None:
        """Append rejected rows."""
        if not rejects:
            return
        if self._file is None:
            self._path.parent.mkdir(exist_ok=True)
            self._file = self._path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*REJECT_COLUMNS, *self._header])
        for reject in rejects:
            self._writer.writerow([reject.row.line, "; ".join(reject.reasons), *reject.row.cells])

    def close(self) -> None:
        """Finish the file."""
        if self._file:
            self._file.close()
