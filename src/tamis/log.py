"""The operator's log: one line for each thing that an operator may want to know, as text or as JSON.

A line holds an event's name and its details: ids of accounts and keys, addresses of machines, counts, sizes. It never
holds a secret, and nothing of a contact.
"""

import json
import logging
from datetime import UTC, datetime

logger = logging.getLogger("tamis")

Detail = str | int | float | bool | None


def event(name: str, *, level: int = logging.INFO, **details: Detail) -> None:
    """Write a line: `name` is a verb in the past, such as `key_revoked`."""
    logger.log(level, name, extra={"details": details})


def start_log(form: str) -> None:
    """Write the log to standard error, as `text` or `json`; what other libraries say is written from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logger.setLevel(logging.INFO)


class TextLines(logging.Formatter):
    """Writes a record as one line for people: instant, level, event, details."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        details = "".join(f" {name}={_quoted(value)}" for name, value in _details(record).items())
        return (
            f"{_instant(record)} {record.levelname} {record.getMessage()}{details}{_traceback(self, record, chr(10))}"
        )


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {"at": _instant(record), "level": record.levelname.lower(), "event": record.getMessage()}
        fault = _traceback(self, record)
        return json.dumps({**line, **_details(record), **({"traceback": fault} if fault else {})}, ensure_ascii=True)


def _details(record: logging.LogRecord) -> dict[str, Detail]:
    details: dict[str, Detail] = getattr(record, "details", {})
    return details


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traceback(formatter: logging.Formatter, record: logging.LogRecord, before: str = "") -> str:
    return before + formatter.formatException(record.exc_info) if record.exc_info else ""


def _quoted(value: Detail) -> str:
    return json.dumps(value) if isinstance(value, str) and not value.isalnum() else str(value)
