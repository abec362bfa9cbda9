"""Files of rejected rows: the original cells after the line and all reasons."""

import csv
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from tamis.actions.importing.mapping.mapping import REJECT_COLUMNS
from tamis.actions.scratch_directories import SPOOL, scratch_directory
from tamis.domain.contacts.emails import Email, fold_for_search, spellings
from tamis.domain.errors import Unavailable
from tamis.files.durable import make_directory, replace_durably, sync
from tamis.staging.delimited import SourceRow

PLACE = "rejects"
REJECTED, OMITTED = "-rejects", "-blanked"
CHARACTERS_PER_READ = 1 << 20
KNOWN_ENDINGS = re.compile(r"\.(csv|tsv|txt|ndjson|jsonl|parquet)$", re.IGNORECASE)


def write_rejects(
    data: Path,
    source: str,
    header: Sequence[str],
    rejects: Iterable[tuple[SourceRow, Sequence[str]]],
    now: datetime,
    what: str = REJECTED,
) -> Path:
    """Write rejected rows, or rows with cells left blank, with their reasons; a corrected file can be imported.

    The file appears atomically. Its name has the instant `now` in its time zone and ends with `what`. Raises
    Unavailable."""
    stem = re.sub(r"[^\w.-]+", "_", KNOWN_ENDINGS.sub("", source.removesuffix(".gz"))) or "import"
    path = data / PLACE / f"{stem}-{now:%Y%m%d-%H%M%S-%f}{what}.csv"
    try:
        make_directory(path.parent)
        with scratch_directory(data / SPOOL) as place:
            made = place / path.name
            with made.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([*REJECT_COLUMNS, *header])
                for row, reasons in rejects:
                    writer.writerow([row.line, "; ".join(reasons), *row.cells])
            sync(made)
            replace_durably(made, path)
    except OSError as error:
        raise Unavailable("rejects_not_written", path=str(path), reason=error.strerror) from None
    return path


def discard_rejects_with(data: Path, email: Email) -> list[str]:
    """Delete the files of rejected rows that contain an email, in any spelling; return their names.

    Raises Unavailable."""
    return discard_rejects_with_any(data, [email])


def discard_rejects_with_any(data: Path, emails: Sequence[Email]) -> list[str]:
    """Delete the files of rejected rows that contain any of some emails; return their names. Raises Unavailable."""
    if not emails:
        return []
    wanted = {fold_for_search(text) for email in emails for text in spellings(email)}
    discarded = []
    for path in sorted((data / PLACE).glob("*.csv")):
        try:
            if _holds_any(path, wanted):
                path.unlink(missing_ok=True)
                discarded.append(path.name)
        except FileNotFoundError:
            continue  # another process was faster
        except OSError as error:
            raise Unavailable(
                "forgotten_email_not_removed", path=str(path), email=emails[0].address, reason=error.strerror
            ) from None
    return discarded


def _holds_any(path: Path, wanted: Collection[str]) -> bool:
    """Search a file for any of some folded texts in overlapping parts."""
    overlap = max(map(len, wanted))
    text = ""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        while part := file.read(CHARACTERS_PER_READ):
            text = fold_for_search(text[-overlap:] + part)
            if any(spelling in text for spelling in wanted):
                return True
    return False
