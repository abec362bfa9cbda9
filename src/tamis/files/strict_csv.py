"""Strict CSV: text on which all CSV readers agree."""

import re
from functools import lru_cache


def is_strict_csv(data: bytes, delimiter: str) -> bool:
    """Return whether whole records in UTF-8 contain nothing that readers parse differently.

    Every quote opens a cell, closes it or is doubled in it; there is no carriage return without a line feed, no empty
    line, no NUL, and no byte order mark at the start."""
    if b"\0" in data or data.startswith((b"\xef\xbb\xbf", b"\n", b"\r\n")) or b"\n\n" in data:
        return False
    if b"\r" in data and (b"\n\r\n" in data or data.count(b"\r") != data.count(b"\r\n")):
        return False
    return b'"' not in data or _has_strict_quotes(data, delimiter)


def _has_strict_quotes(data: bytes, delimiter: str) -> bool:
    # In strict CSV, every second part between quotes is outside quotes: it is empty where a quote is doubled, else it
    # starts with the end of a cell and ends with the start of one.
    parts = data.split(b'"')
    if len(parts) % 2 == 0:
        return False
    return _misplaced(delimiter).search(b'"'.join(parts[::2])) is None


@lru_cache(maxsize=16)
def _misplaced(delimiter: str) -> re.Pattern[bytes]:
    # Starts with a single literal character, which makes the search many times faster.
    around = rf'[^{re.escape(delimiter)}\r\n"]'
    return re.compile(rf'"(?:(?={around})|(?<={around}"))'.encode())
