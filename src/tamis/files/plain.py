"""Plain text of records: text on which every reader of CSV agrees."""

import re
from functools import lru_cache


def is_plain(data: bytes, delimiter: str) -> bool:
    """Return whether whole records in UTF-8 hold nothing that readers understand differently.

    Every quote opens a cell, closes it or is doubled within; no carriage return stands alone, no line is empty,
    there is no NUL, and the text does not begin with a byte order mark.
    """
    if b"\0" in data or data.startswith((b"\xef\xbb\xbf", b"\n", b"\r\n")) or b"\n\n" in data:
        return False
    if b"\r" in data and (b"\n\r\n" in data or data.count(b"\r") != data.count(b"\r\n")):
        return False
    return b'"' not in data or _has_plain_quotes(data, delimiter)


def _has_plain_quotes(data: bytes, delimiter: str) -> bool:
    # If all is well, every second part between quotes stands outside of quotes: it is empty where a quote is doubled,
    # else it begins with what ends a cell and it ends with what comes before a cell.
    parts = data.split(b'"')
    if len(parts) % 2 == 0:
        return False
    return _misplaced(delimiter).search(b'"'.join(parts[::2])) is None


@lru_cache(maxsize=16)
def _misplaced(delimiter: str) -> re.Pattern[bytes]:
    # Begins with the one character that is searched for, which is many times faster than anything else.
    around = rf'[^{re.escape(delimiter)}\r\n"]'
    return re.compile(rf'"(?:(?={around})|(?<={around}"))'.encode())
