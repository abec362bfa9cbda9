"""Digits that a number would lose: those of a postal code, a phone number, a customer number."""

import re

_LEADING_ZERO = re.compile(r"-?0\d", re.ASCII)


def lost_by_number(text: str) -> str | None:
    """Name what stands at the start of a trimmed text that a number would lose: "a leading zero" of 02138, "a leading
    plus sign" of +41790000001; None when nothing would be lost there."""
    if text.startswith("+"):
        return "a leading plus sign"
    return "a leading zero" if _LEADING_ZERO.match(text) else None
