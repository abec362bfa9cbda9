"""How a line of the log is written: as text for people, or as JSON; nobody else can begin a line of their own."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from tamis.domain.visible import visible

Detail = str | int | float | bool | None

MOST_CHARACTERS = 300
_PLAIN = re.compile(r"[\w./:+\-]+", re.ASCII)
_EMAIL = re.compile(r"[^\s/?&=,;:\"'<>()\[\]]+(?:@|%40)[^\s/?&=,;\"'<>()]+", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|`[^`]*`")


class TextLines(logging.Formatter):
    """Writes a record as a line for people: instant, level, event, details. A fault has its traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        name, details = _told(record)
        written = "".join(f" {key}={_written(value)}" for key, value in details.items())
        fault = "".join(f"\n    {visible(line)}" for line in fault_lines(record))
        return f"{_instant(record)} {record.levelname} {name}{written}{fault}"


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        name, details = _told(record)
        line = {"at": _instant(record), "level": record.levelname.lower(), "event": name, **details}
        if fault := fault_lines(record):
            line["traceback"] = "\n".join(fault)
        return json.dumps(line, ensure_ascii=True)


def without_emails(text: str) -> str:
    """Return a text without the email addresses in it, cut to a length that a line bears."""
    found = text[: 4 * MOST_CHARACTERS]  # an address that the end of the line cuts through is still known as one
    if "@" in found or "%40" in found:
        found = _EMAIL.sub("…@…", found)
    return found if len(found) <= MOST_CHARACTERS else found[:MOST_CHARACTERS] + "…"


def without_data(text: str) -> str:
    """Return the message of an error without what may be somebody's data: emails, and all that stands in quotes."""
    return without_emails(_QUOTED.sub("'…'", text))


def fault_lines(record: logging.LogRecord) -> list[str]:
    """Return the lines of a traceback: code and places as Python has them, messages without data."""
    error = record.exc_info[1] if record.exc_info else None
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = [line for entry in traceback.format_tb(error.__traceback__) for line in entry.rstrip().split("\n")]
        message = without_data(str(error))
        own = [*frames, f"{type(error).__qualname__}{': ' if message else ''}{message}"]
        lines = [*own, *(["", "which led to:", ""] if lines else []), *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _told(record: logging.LogRecord) -> tuple[str, dict[str, Detail]]:
    details: dict[str, Detail] = getattr(record, "details", {})
    if record.name == "tamis":
        return record.getMessage(), {name: _clean(value) for name, value in details.items()}
    said = without_data(record.getMessage())
    return "library_warned", {"library": record.name, "message": said, **details}


def _clean(value: Detail) -> Detail:
    return without_emails(value) if isinstance(value, str) else value


def _written(value: Detail) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else json.dumps(visible(value), ensure_ascii=False)
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
