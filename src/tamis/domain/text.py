"""How text is cleaned when it comes in and folded when it is compared."""

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Characters without a width: soft hyphens, joiners, marks of direction and of byte order."""
SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_LINE = 255
MAX_TEXT = 65_535


def fold(text: str) -> str:
    """Lower-case text for comparison, one code point at a time, exactly as the column store's `lower()` does.

    `str.lower()` differs from it in two places: a capital sigma at the end of a word, and U+0130.
    """
    if text.isascii():
        return text.lower()
    return "".join("i" if character == "\u0130" else character.lower() for character in text)


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its word: 1 contact, 2,000 contacts; `many` is the plural where it takes more than an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def short(text: str, most: int = 60) -> str:
    """Cut text that a message quotes."""
    return text if len(text) <= most else text[:most] + "…"


def problem_with_line(text: str) -> str | None:
    """Say why text cannot be a name or another single line, or None when it can."""
    if CONTROL.search(text) or SURROGATE.search(text):
        return "must not contain control characters"
    if len(text) > MAX_LINE:
        return f"must not be longer than {MAX_LINE} characters"
    return None


def problem_with_name(name: str) -> str | None:
    """Say why a trimmed text cannot be the name of something, or None when it can."""
    return problem_with_line(name) if name else "must not be blank"


def problem_with_text(text: str) -> str | None:
    """Say why text cannot be a value of a text field, which may have several lines, or None when it can."""
    # What is printable has neither; most text is, and is known to be at once.
    if not text.isprintable() and (CONTROL_BUT_LINES.search(text) or SURROGATE.search(text)):
        return "must not contain control characters"
    if len(text) > MAX_TEXT:
        return f"must not be longer than {MAX_TEXT:,} characters"
    return None
