"""The file of rejected rows: the original cells, with the line and every reason in front."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from tamis.actions.importing.mapping import REJECT_COLUMNS
from tamis.domain.errors import Unavailable
from tamis.workbench.staging import Located

PLACE = "rejects"
KNOWN_ENDINGS = re.compile(r"\.(csv|tsv|txt|ndjson|jsonl|parquet)$", re.IGNORECASE)


def write_rejects(
    data: Path,
    source: str,
    header: Sequence[str],
    rejects: Iterable[tuple[Located, Sequence[str]]],
    now: datetime,
) -> Path:
    """Write rows that are not taken, each with its reasons; mended, the file can be imported as it is. Raises
    Unavailable."""
    stem = re.sub(r"[^\w.-]+", "_", KNOWN_ENDINGS.sub("", source.removesuffix(".gz"))) or "import"
    path = data / PLACE / f"{stem}-{now:%Y%m%d-%H%M%S-%f}.csv"
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*REJECT_COLUMNS, *header])
            for row, reasons in rejects:
                writer.writerow([row.line, "; ".join(reasons), *row.cells])
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Unavailable(
            f"the rejected rows cannot be written to {path}: {error.strerror}; nothing was imported"
        ) from None
    return path
