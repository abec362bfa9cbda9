"""The file of rejected rows: the original cells, with the line and every reason in front."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from tamis.actions.importing.mapping import REJECT_COLUMNS
from tamis.actions.importing.read_rows import Reject
from tamis.domain.errors import Unavailable


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
        """Append rejected rows; raises Unavailable when they cannot be written."""
        if rejects:
            with self._plain_errors():
                self._append(rejects)

    def _append(self, rejects: Sequence[Reject]) -> None:
        if self._file is None:
            self._path.parent.mkdir(exist_ok=True)
            self._file = self._path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*REJECT_COLUMNS, *self._header])
        for reject in rejects:
            self._writer.writerow([reject.row.line, "; ".join(reject.reasons), *reject.row.cells])

    def close(self) -> None:
        """Finish the file; raises Unavailable when it cannot be written."""
        if self._file:
            with self._plain_errors():
                self._file.close()

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"the rejected rows cannot be written to {self._path}: {error.strerror}; rows that were stored stay, "
                "and count as unchanged when the file is imported again"
            ) from None
