"""The lines in which events are stored in runs: one for each event, sorted by contact."""

import re
import zlib
from bisect import bisect_left
from collections.abc import Sequence

from tamis.records.events.rows import NewEvent, StoredEvent

CONTACT_DIGITS = 10
"""Contact ids have at most ten digits, so lines of this width sort by contact."""
COMPRESSION_LEVEL = 1

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n"}
_UNESCAPES = {escape: character for character, escape in _ESCAPES.items()}


def write_line(event: NewEvent) -> str:
    """Return the line of an event."""
    contact_id, name_id, at, key, properties, occurrence = event
    if key and ("\\" in key or "\t" in key or "\n" in key):
        key = re.sub(r"[\\\t\n]", lambda match: _ESCAPES[match[0]], key)
    return f"{contact_id:010}\t{name_id}\t{key}\t{at}\t{occurrence}\t{properties}"


def read_line(line: str, change: int) -> StoredEvent:
    """Return the event of a line; `change` is that of its run."""
    contact_id, name_id, key, at, occurrence, properties = line.split("\t", 5)
    if "\\" in key:
        key = re.sub(r"\\[\\tn]", lambda match: _UNESCAPES[match[0]], key)
    return StoredEvent(int(contact_id), int(name_id), int(at), int(occurrence), key, properties, change)


def known_by(line: str) -> str:
    """Return the part of a line by which its event is known: contact, name and key, or else all of it."""
    key_at = line.index("\t", CONTACT_DIGITS + 1) + 1
    end = line.index("\t", key_at)
    return line[:end] if end > key_at else line


def contact_of(line: str) -> int:
    """Return the contact of a line."""
    return int(line[:CONTACT_DIGITS])


def name_of(line: str) -> int:
    """Return the name of the event of a line."""
    return int(line[CONTACT_DIGITS + 1 : line.index("\t", CONTACT_DIGITS + 1)])


def instant_of(line: str) -> int:
    """Return the instant of the event of a line, in microseconds since 1970."""
    return int(line.split("\t", 4)[3])


def lines_before(lines: Sequence[str], contact_id: int) -> int:
    """Return how many of sorted lines are of contacts with a lower id."""
    return bisect_left(lines, f"{contact_id:010}")


def lines_of_contact(lines: Sequence[str], contact_id: int) -> Sequence[str]:
    """Return those of sorted lines that are of a contact."""
    return lines[lines_before(lines, contact_id) : lines_before(lines, contact_id + 1)]


def compress(lines: Sequence[str]) -> bytes:
    """Return lines as the content of a block."""
    return zlib.compress(join_lines(lines).encode(), COMPRESSION_LEVEL)


def decompress(content: bytes) -> list[str]:
    """Return the lines of a block; raises zlib.error and UnicodeDecodeError for damaged content."""
    return split_lines(zlib.decompress(content).decode())


def join_lines(lines: Sequence[str]) -> str:
    """Return lines as one text."""
    return "\n".join(lines)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text."""
    return text.split("\n")
