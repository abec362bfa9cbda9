"""Parse numbers as files of many countries write them: 1,234.50 and 1.234,50, with currencies and percent signs."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tamis.domain.parsing.units import UNIT, is_more_specific, normalize_unit


class DecimalMark(StrEnum):
    """The character between the whole part of a number and its fraction."""

    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A text that is a number: its value as Python writes it (1234.5) for each decimal mark that fits, and its unit.

    `unit` is a currency, a percent sign or blank; `blanks` counts the blanks between thousands."""

    by_mark: dict[DecimalMark, str]
    unit: str
    blanks: int
    is_code: bool
    """Whether its exponent is that of a product code: 1E5, unlike 1e-05 and 7.7E-05, which programs write."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether its value depends on the decimal mark, as that of 1.234."""
        return len(set(self.by_mark.values())) > 1

    @property
    def only_mark(self) -> DecimalMark | None:
        """The decimal mark where only one fits, else None."""
        return next(iter(self.by_mark)) if len(self.by_mark) == 1 else None

    @property
    def is_whole(self) -> bool:
        """Whether it has no fraction."""
        return len(self.by_mark) == 2 and not self.is_ambiguous

    @property
    def digits(self) -> int:
        """The number of digits."""
        return sum(character.isdigit() for character in next(iter(self.by_mark.values())))

    @property
    def is_zero(self) -> bool:
        """Whether it is zero, in any unit."""
        return not any(digit in "123456789" for digit in next(iter(self.by_mark.values())))


# Blanks between thousands: the usual one, no-break, figure, thin and narrow no-break.
_BLANK = "[ \u00a0\u2007\u2009\u202f]"
_MINUS = "[-\u2212]"
_SHAPE = re.compile(
    rf"(?P<open>\()?{_BLANK}?(?P<sign>{_MINUS})?{_BLANK}?(?P<before>{UNIT})?{_BLANK}?(?P<inner>{_MINUS})?{_BLANK}?"
    rf"(?P<digits>[0-9.,](?:[0-9.,'’ \u00a0\u2007\u2009\u202f]*[0-9.,])?(?:[eE][+-]?[0-9]+)?)"
    rf"{_BLANK}?(?P<behind>{UNIT})?(?P<trail>{_MINUS})?{_BLANK}?(?P<close>\))?"
)
_GROUPS = rf"[1-9][0-9]{{0,2}}(?:(?P<between>{_BLANK}|['’])[0-9]{{3}}(?:(?P=between)[0-9]{{3}})*)"
_WHOLE = r"[0-9]+\.?"
_EXPONENT = "(?:[eE][+-]?[0-9]+)?"
_STYLES = {
    DecimalMark.POINT: re.compile(
        rf"(?:{_GROUPS}(?:\.[0-9]+)?|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+(?:\.[0-9]+)?"
        rf"|[1-9][0-9]?(?:,[0-9]{{2}})+,[0-9]{{3}}(?:\.[0-9]+)?|(?:{_WHOLE}|[0-9]*\.[0-9]+){_EXPONENT})"
    ),
    DecimalMark.COMMA: re.compile(
        rf"(?:{_GROUPS}(?:,[0-9]+)?|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+(?:,[0-9]+)?"
        rf"|(?:{_WHOLE}|[0-9]*,[0-9]+){_EXPONENT})"
    ),
}
_ADDRESS = re.compile(r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}")
_SEVERAL_POINTS = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")
_LEADING_ZERO = re.compile(r"-?0\d", re.ASCII)
_LONGEST = 60
_MOST_DIGITS = 17
_LARGEST_WHOLE = 2**53


def parse_number_text(text: str) -> ParsedNumber | None:
    """Parse a trimmed text as a number with each decimal mark that fits, or return None.

    Parentheses and a minus behind the number make it negative, as accountants and SAP write it; a plus sign makes no
    number, and neither do digits that are not ASCII, `Infinity`, `NaN`, `0x11` and `1_000`."""
    found = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if not found or bool(found["open"]) != bool(found["close"]) or _ADDRESS.fullmatch(text):
        return None
    signs = [sign for sign in (found["open"], found["sign"], found["inner"], found["trail"]) if sign]
    if len(signs) > 1 or (
        found["before"] and found["behind"] and not is_more_specific(found["before"], found["behind"])
    ):
        return None
    digits, by_mark = found["digits"], {}
    for mark, style in _STYLES.items():
        if style.fullmatch(digits):
            kept = digits if mark is DecimalMark.POINT else digits.replace(".", "").replace(",", ".")
            kept = re.sub(rf"[,'’]|{_BLANK}", "", kept).rstrip(".")
            by_mark[mark] = ("-" if signs else "") + kept
    if not by_mark:
        return None
    groups = len(re.findall(_BLANK, digits))
    is_code = "E" in digits and not re.search("[.,]", digits)
    return ParsedNumber(by_mark, normalize_unit(found["before"], found["behind"]), groups, is_code)


def is_version(text: str) -> bool:
    """Return whether a text has several points that do not group thousands, as in an IP address or a version."""
    return _SEVERAL_POINTS.fullmatch(text) is not None and parse_number_text(text) is None


def loss_as_number(text: str) -> str | None:
    """Return what a number would lose at the start of a trimmed text: "a leading zero" of 02138, "a leading plus sign"
    of +41790000001; None for nothing."""
    if text.startswith("+"):
        return "a leading plus sign"
    return "a leading zero" if _LEADING_ZERO.match(text) else None


def keeps_digits(number: ParsedNumber) -> bool:
    """Return whether a double keeps all digits, with each decimal mark."""
    return not any(loss_as_number(text) or not _fits_double(text) for text in set(number.by_mark.values()))


def _fits_double(text: str) -> bool:
    """Return whether a double keeps all digits of a number; it has 17 at most."""
    exact, kept = Decimal(text), float(text)
    digits = len("".join(map(str, exact.as_tuple().digits)).strip("0"))
    if not digits:
        return True
    if digits > _MOST_DIGITS or kept in (float("inf"), float("-inf")):
        return False
    if exact == exact.to_integral_value() and abs(exact) >= _LARGEST_WHOLE:
        return Decimal(kept) == exact
    return Decimal(f"{kept:.{digits - 1}e}") == exact
