"""Formatters of log lines, as text or as JSON; no detail can forge the beginning of another line."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from tamis.domain.values.hidden_characters import escape_hidden

Detail = str | int | float | bool | None

MAX_CHARACTERS = 300
_UNQUOTED = re.compile(r"[\w./:+\-]+", re.ASCII)
_EMAIL = re.compile(r"[^\s/?&=,;:\"'<>()\[\]]+(?:@|%40)[^\s/?&=,;\"'<>()]+", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|`[^`]*`")


class TextFormatter(logging.Formatter):
    """Formats a record as text: instant, level, event, details, and the traceback of a fault below."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        name, details = _event_of(record)
        written = "".join(f" {key}={_format_detail(value)}" for key, value in details.items())
        fault = "".join(f"\n    {escape_hidden(line)}" for line in traceback_lines(record))
        return f"{_instant(record)} {record.levelname} {name}{written}{fault}"


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        name, details = _event_of(record)
        line = {"at": _instant(record), "level": record.levelname.lower(), "event": name, **details}
        if fault := traceback_lines(record):
            line["traceback"] = "\n".join(fault)
        return json.dumps(line, ensure_ascii=True)


def redact_emails(text: str) -> str:
    """Return a text without email addresses, cut to the longest length that a line may have."""
    found = text[: 4 * MAX_CHARACTERS]  # so that an address cut off by the end of the line is still recognised
    if "@" in found or "%40" in found:
        found = _EMAIL.sub("…@…", found)
    return found if len(found) <= MAX_CHARACTERS else found[:MAX_CHARACTERS] + "…"


def redact_data(text: str) -> str:
    """Return the message of an error without possible personal data: emails, and anything in quotes."""
    return redact_emails(_QUOTED.sub("'…'", text))


def traceback_lines(record: logging.LogRecord) -> list[str]:
    """Return the lines of a traceback: code locations as Python writes them, messages without data."""
    error = record.exc_info[1] if record.exc_info else None
    lines: list[str] = []
    visited: set[int] = set()
    while error is not None and id(error) not in visited:
        visited.add(id(error))
        frames = [line for entry in traceback.format_tb(error.__traceback__) for line in entry.rstrip().split("\n")]
        message = redact_data(str(error))
        own = [*frames, f"{type(error).__qualname__}{': ' if message else ''}{message}"]
        lines = [*own, *(["", "which led to:", ""] if lines else []), *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _event_of(record: logging.LogRecord) -> tuple[str, dict[str, Detail]]:
    details: dict[str, Detail] = getattr(record, "details", {})
    if record.name == "tamis":
        return record.getMessage(), {name: _clean(value) for name, value in details.items()}
    message = redact_data(record.getMessage())
    return "library_warned", {"library": record.name, "message": message, **details}


def _clean(value: Detail) -> Detail:
    return redact_emails(value) if isinstance(value, str) else value


def _format_detail(value: Detail) -> str:
    if isinstance(value, str):
        return value if _UNQUOTED.fullmatch(value) else json.dumps(escape_hidden(value), ensure_ascii=False)
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
