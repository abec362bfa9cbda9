"""Numbers as files of many countries write them: 1,234.50 and 1.234,50, with currencies and percent signs."""

import re
from decimal import Decimal
from enum import StrEnum


class DecimalMark(StrEnum):
    """What stands between the whole part of a number and its fraction."""

    POINT = "point"
    COMMA = "comma"


_DIGITS_FIRST = re.compile(r"\+|[-−]?0[0-9]")
_PLAIN = re.compile(r"[-−]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MOST_DIGITS = 17
_LARGEST_WHOLE = 2**53


def loses_digits(text: str) -> bool:
    """Tell whether a text of digits would lose what is written when it became a number: a leading zero (02138), a
    leading plus sign (+4722000001), or more digits than a number keeps (9007199254740993)."""
    if _DIGITS_FIRST.match(text):
        return True
    return _PLAIN.fullmatch(text) is not None and not _is_kept(text.replace("−", "-"))


def _is_kept(text: str) -> bool:
    """Tell whether a double gives all written digits of a number back; 17 are the most that it can."""
    exact, kept = Decimal(text), float(text)
    digits = len("".join(map(str, exact.as_tuple().digits)).rstrip("0"))
    if not digits:
        return True
    if digits > _MOST_DIGITS or kept in (float("inf"), float("-inf")):
        return False
    if exact == exact.to_integral_value() and abs(exact) >= _LARGEST_WHOLE:
        return Decimal(kept) == exact
    return Decimal(f"{kept:.{digits - 1}e}") == exact
