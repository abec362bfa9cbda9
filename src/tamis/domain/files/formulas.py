"""Escape text that a spreadsheet would run as a formula, and undo it on import.

The list of characters is that of OWASP, https://owasp.org/www-community/attacks/CSV_Injection: equals, plus, minus,
at, tab, carriage return and line feed; also the full-width forms of the first four, which spreadsheets of
East Asian languages treat alike. Only text needs this: a negative number is not a formula. An apostrophe before digits
is doubled, because an import may take a single one for an escape and remove it.
"""

import re

_DANGEROUS = r"[=+\-@\x{9}\x{A}\x{D}\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_DIGITS = r"\+?[0-9][0-9 ()./-]*"
SHIELDED = f"'{_DIGITS}"
"""A whole number or phone number that was protected by an apostrophe, as shops export it, in the same syntax."""
TO_ESCAPE = rf"\A('*{_DANGEROUS}|'+{_DIGITS}\z)"
"""Text that `escape` changes, as an RE2 regular expression for DuckDB's `regexp_matches`."""
TO_UNESCAPE = rf"\A('+{_DANGEROUS}|''+{_DIGITS}\z)"
"""Text that `unescape` changes, in the same syntax."""


def _for_python(expression: str) -> re.Pattern[str]:
    expression = expression.replace(r"\z", r"\Z")  # the name in Python before 3.14
    return re.compile(re.sub(r"\\x\{([0-9A-F]+)\}", lambda found: re.escape(chr(int(found[1], 16))), expression))


_TO_ESCAPE = _for_python(TO_ESCAPE)
_TO_UNESCAPE = _for_python(TO_UNESCAPE)


def escape(text: str) -> str:
    """Prefix an apostrophe to text that a spreadsheet would run, or that already has one."""
    return f"'{text}" if _TO_ESCAPE.match(text) else text


def unescape(text: str) -> str:
    """Undo `escape`: remove one apostrophe from text that a spreadsheet would run."""
    return text[1:] if _TO_UNESCAPE.match(text) else text
