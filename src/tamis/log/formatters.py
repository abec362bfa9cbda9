"""How a line of the log is written: as text for people, or as JSON; nobody else can begin a line of their own."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from tamis.domain.visible import visible

Detail = str | int | float | bool | None

MAX_CHARACTERS = 300
_UNQUOTED = re.compile(r"[\w./:+\-]+", re.ASCII)
_EMAIL = re.compile(r"[^\s/?&=,;:\"'<>()\[\]]+(?:@|%40)[^\s/?&=,;\"'<>()]+", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|`[^`]*`")


class TextFormatter(logging.Formatter):
    """Writes a record as a line for people: instant, level, event, details. A fault has its traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        name, details = _event_of(record)
        written = "".join(f" {key}={_format_detail(value)}" for key, value in details.items())
        fault = "".join(f"\n    {visible(line)}" for line in traceback_lines(record))
        return f"{_instant(record)} {record.levelname} {name}{written}{fault}"


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        name, details = _event_of(record)
        line = {"at": _instant(record), "level": record.levelname.lower(), "event": name, **details}
        if fault := traceback_lines(record):
            line["traceback"] = "\n".join(fault)
        return json.dumps(line, ensure_ascii=True)


def redact_emails(text: str) -> str:
    """Return a text without the email addresses in it, cut to a length that a line bears."""
    found = text[: 4 * MAX_CHARACTERS]  # an address that the end of the line cuts through is still known as one
    if "@" in found or "%40" in found:
        found = _EMAIL.sub("…@…", found)
    return found if len(found) <= MAX_CHARACTERS else found[:MAX_CHARACTERS] + "…"


def redact_data(text: str) -> str:
    """Return the message of an error without what may be somebody's data: emails, and all that stands in quotes."""
    return redact_emails(_QUOTED.sub("'…'", text))


def traceback_lines(record: logging.LogRecord) -> list[str]:
    """Return the lines of a traceback: code and places as Python has them, messages without data."""
    error = record.exc_info[1] if record.exc_info else None
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
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
    said = redact_data(record.getMessage())
    return "library_warned", {"library": record.name, "message": said, **details}


def _clean(value: Detail) -> Detail:
    return redact_emails(value) if isinstance(value, str) else value


def _format_detail(value: Detail) -> str:
    if isinstance(value, str):
        return value if _UNQUOTED.fullmatch(value) else json.dumps(visible(value), ensure_ascii=False)
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
