"""The operator's log: one line for each event, as text or as JSON.

A line holds an event's name and its details: ids of accounts and keys, addresses of machines, counts, sizes. It never
holds a secret or data of a contact. docs/logging.md lists all events.
"""

import logging
import threading
from collections import Counter
from contextvars import ContextVar

from tamis.log.flood_filter import FloodFilter
from tamis.log.formatters import Detail, JsonFormatter, TextFormatter

__all__ = ["Detail", "access", "counts", "event", "request_id", "start_log", "write_withheld"]

logger = logging.getLogger("tamis")
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty outside of requests."""

_counts: Counter[str] = Counter()
_counting = threading.Lock()
_flood_filter = FloodFilter()


def event(name: str, *, level: int = logging.INFO, error: BaseException | None = None, **details: Detail) -> None:
    """Log an event: `name` is a verb in the past tense, such as `key_revoked`.

    Of `error` the line has the type and the traceback, and its message without quoted parts, which may be personal
    data. A line that stands for several events has their `count`, and one within a request has its id as `request`.
    """
    if request := request_id.get():
        details.setdefault("request", request)
    with _counting:
        _counts[name] += int(details.get("count") or 1)
    logger.log(level, name, exc_info=error, extra={"details": details})


def access(**details: Detail) -> None:
    """Write a line of the access log, which is exempt from the flood filter: operators who turn it on want every
    request."""
    logger.info("request_served", extra={"details": details, "always": True})


def counts() -> dict[str, int]:
    """Return how often each event has occurred since the process started, including withheld ones."""
    with _counting:
        return dict(_counts)


def start_log(form: str, level: int = logging.INFO) -> None:
    """Write the log to standard error, as `text` or `json`; other libraries are logged from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    handler.addFilter(_flood_filter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logger.setLevel(level)


def write_withheld(*, all_of_them: bool = False) -> None:
    """Log how many lines each ended flood has withheld, or all floods; to be called every second."""
    for name, level, details in _flood_filter.take_withheld(all_of_them=all_of_them):
        logger.log(level, name, extra={"details": details, "always": True})
