"""Once a day, the log of transitions loses what is older than it is to be kept."""

import logging
from datetime import datetime

from tamis.columns.store import Columns
from tamis.domain.errors import Unavailable
from tamis.records import segments
from tamis.records.store import Records

log = logging.getLogger("tamis")


def trim_history(records: Records, columns: Columns, now: datetime, kept_days: int) -> None:
    """Sum up and drop old history, unless that was done today; a failure is logged, for whoever has just asked
    something else has no use for it."""
    if columns.trimmed and columns.trimmed >= now.date():
        return
    try:
        columns.trim(segments.zones_of_live(records.reader()), now, kept_days)
    except Unavailable as error:
        columns.trimmed = now.date()
        log.error("old history is kept for another day: %s", error.message)
