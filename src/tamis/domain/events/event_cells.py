"""Values of events as the cells of spreadsheets and CSV files, so that they come back as they were.

A cell that looks like a plain number is one; every other is a text. What would be taken for something else is written
as a formula that spreadsheets understand: `="7"` is a text, `=1e-07` a number, `=TRUE` is not a text.
"""

import re

import msgspec

from tamis.domain.events.events import RawValue
from tamis.domain.files.formulas import escape

PLAIN_NUMBER = r"-?(0|[1-9][0-9]{0,10})(\.[0-9]{1,4})?|-?[1-9][0-9]{11,14}"
"""Numbers as people write them, of at most 15 digits, with no zeros that say something: 007 and +1 are texts."""
TEXT_FORMULA = '="[^"]*"'
NUMBER_FORMULA = r"=-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"

_PLAIN_NUMBER = re.compile(PLAIN_NUMBER, re.ASCII)


def format_cell(raw: RawValue | None) -> str:
    """Return the cell of a value; a blank one says that there is none."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        would_change = not raw or raw != raw.strip() or _PLAIN_NUMBER.fullmatch(raw)
        return f'="{raw}"' if would_change and '"' not in raw else escape(raw)
    if isinstance(raw, bool):
        return "=TRUE" if raw else "=FALSE"
    text = msgspec.json.encode(raw).decode()
    return text if _is_shortest(text) else f"={text}"


def _is_shortest(text: str) -> bool:
    """Return whether a number is read again as it was written."""
    return bool(_PLAIN_NUMBER.fullmatch(text)) and text != "-0" and not ("." in text and text.endswith("0"))
