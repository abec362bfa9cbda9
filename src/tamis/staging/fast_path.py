"""The fast path: cells that SQL parses exactly as `domain.fields` does, which a property test shows.

Everything else, valid or not, is parsed in Python by `domain.fields` itself. Expressions take a cell that is neither
null nor blank and has no spaces around it.
"""

from collections.abc import Sequence

from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.parsing.units import PERCENT
from tamis.domain.values.fields import Kind

_DAY = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
# Numbers of at most 15 digits, all of which a double keeps; {mark} is a point or a comma.
_NUMBER = (
    "-?[1-9][0-9]{{0,10}}({mark}[0-9]{{1,4}})?|-?[1-9][0-9]{{11,14}}|0({mark}[0-9]{{1,4}})?|-0{mark}[0-9]{{0,3}}[1-9]"
)
_NUMBERS = {DecimalMark.POINT: _NUMBER.format(mark=r"\."), DecimalMark.COMMA: _NUMBER.format(mark=",")}
# Forbidden characters, line ends, and blanks other than the space, which may have to be trimmed.
_UNUSUAL = r"[\x00-\x1f\x7f-\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
_LONGEST = 60_000
_TRUE, _FALSE = "('true', 'yes', 't', 'y', '1')", "('false', 'no', 'f', 'n', '0')"

INFERABLE = (Kind.NUMBER, Kind.DATE, Kind.DATETIME)
"""Kinds whose fast-path cells all count the same when the kind of a column is inferred."""


def fast_path_condition(format_: ColumnFormat, cell: str, *, utc: bool) -> str:
    """Return the condition that a cell is on the fast path of a format.

    `utc`: datetimes without an offset are in UTC."""
    kind = format_.kind
    if kind is Kind.NUMBER and (format_.unit == PERCENT or format_.codes):
        return "FALSE"  # percentages are written with the sign or rejected; few columns hold codes
    if kind is Kind.NUMBER:
        return f"regexp_full_match({cell}, '{_NUMBERS[format_.decimal]}')"
    if kind is Kind.DATE:
        return f"(regexp_full_match({cell}, '{_DAY}') AND try_cast({cell} AS DATE) IS NOT NULL)"
    if kind is Kind.DATETIME:
        offset = "Z?" if utc else "Z"
        return (
            f"(regexp_full_match({cell}, '{_DAY}[T ]{_TIME}(:[0-5][0-9])?{offset}') "
            f"AND try_cast(left({cell}, 10) AS DATE) IS NOT NULL)"
        )
    if kind is Kind.BOOLEAN:
        return f"(lower({cell}) IN {_TRUE} OR lower({cell}) IN {_FALSE})"
    if kind is Kind.TEXT:
        return fast_text_condition([cell])
    return "FALSE"  # options are few: each is parsed once in Python


def fast_text_condition(cells: Sequence[str]) -> str:
    """Return the condition that several cells, some of which may be null, are all fast-path texts.

    One test of all of them together costs much less than one each. It is null, not true, where one of them is null."""
    together = cells[0] if len(cells) == 1 else f"concat_ws(' ', {', '.join(cells)})"
    quoted = " OR ".join(f"prefix({cell}, '''')" for cell in cells)
    return f"(NOT regexp_matches({together}, '{_UNUSUAL}') AND length({together}) <= {_LONGEST} AND NOT ({quoted}))"


def fast_path_part(format_: ColumnFormat, field_id: int, cell: str) -> str:
    """Return the entry of a fast-path cell as `domain.contacts.encode_entry` writes it; null for a null cell."""
    kind, head = format_.kind, f',"{field_id:d}":'
    if kind is Kind.NUMBER:
        if format_.decimal is DecimalMark.COMMA:
            cell = f"replace({cell}, ',', '.')"
        return f"'{head}' || try_cast({cell} AS DOUBLE)"
    if kind is Kind.DATE:
        return f"'{head}\"' || {cell} || '\"'"
    if kind is Kind.DATETIME:
        seconds = f"CASE WHEN substr({cell}, 17, 1) = ':' THEN substr({cell}, 17, 3) ELSE ':00' END"
        return f"'{head}\"' || left({cell}, 10) || 'T' || substr({cell}, 12, 5) || {seconds} || 'Z\"'"
    if kind is Kind.BOOLEAN:
        return f"CASE WHEN lower({cell}) IN {_TRUE} THEN '{head}true' WHEN {cell} IS NOT NULL THEN '{head}false' END"
    return f"'{head}' || to_json({cell})::VARCHAR"
