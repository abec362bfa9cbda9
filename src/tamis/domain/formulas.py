"""Text that a spreadsheet would run as a formula, made harmless in a file and taken back from one.

The list of characters is that of OWASP, https://owasp.org/www-community/attacks/CSV_Injection: equals, plus, minus,
at, tab, carriage return and line feed; beside them the full-width forms of the first four, which spreadsheets of
East Asian languages read alike. Only text needs this: a negative number is no formula. An apostrophe that stands
before digits is given another one, because an import may take one for a shield and take it off.
"""

import re

_DANGEROUS = r"[=+\-@\x{9}\x{A}\x{D}\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_DIGITS = r"\+?[0-9][0-9 ()./-]*"
SHIELDED = f"'{_DIGITS}"
"""A number that somebody has shielded from spreadsheets by an apostrophe, as shops do: as a whole, in the same
language."""
TO_ESCAPE = rf"\A('*{_DANGEROUS}|'+{_DIGITS}\z)"
"""What `escape` puts an apostrophe before, as a regular expression of RE2, which DuckDB's `regexp_matches` reads."""
TO_UNESCAPE = rf"\A('+{_DANGEROUS}|''+{_DIGITS}\z)"
"""What `unescape` takes an apostrophe from, in the same language."""


def _for_python(expression: str) -> re.Pattern[str]:
    expression = expression.replace(r"\z", r"\Z")  # Python has called it so until 3.14
    return re.compile(re.sub(r"\\x\{([0-9A-F]+)\}", lambda found: re.escape(chr(int(found[1], 16))), expression))


_TO_ESCAPE = _for_python(TO_ESCAPE)
_TO_UNESCAPE = _for_python(TO_UNESCAPE)


def escape(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run, or that has been given one; leave the rest alone."""
    return f"'{text}" if _TO_ESCAPE.match(text) else text


def unescape(text: str) -> str:
    """Undo `escape`: take one apostrophe from before what a spreadsheet would run; leave the rest alone."""
    return text[1:] if _TO_UNESCAPE.match(text) else text
