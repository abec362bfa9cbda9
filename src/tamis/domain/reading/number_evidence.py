"""What the cells of a column tell of numbers in it: with which decimal mark, in which unit, or that there are none."""

from collections import Counter
from collections.abc import Iterable

from tamis.domain.reading.majority import MINORITY
from tamis.domain.reading.numbers import DecimalMark, is_version, keeps_digits, lost_by_number, written_number
from tamis.domain.reading.units import PERCENT

EITHER, BOTH = "either", "both"
LEAST_DIGITS_OF_A_GROUPED_ID = 9
LEAST_DIGITS_OF_THOUSANDS = 4


class NumberEvidence:
    """Counts the cells of a column by how they can be read as numbers.

    `lost` is a cell that shows that the column holds no numbers but codes of digits, which a number would change: a
    leading zero or plus sign, too many digits, 1E5, an IP address or a version."""

    def __init__(self) -> None:
        self._cells: Counter[tuple[str, str]] = Counter()  # by how they can be read, and by unit
        self._zeros: Counter[str] = Counter()  # those without value, whose unit does not matter
        self._example: str | None = None
        self._grouped: Counter[int] = Counter()  # those in several groups between blanks, by their digits
        self._keeps_zeros = self._has_bare = False
        self.lost: str | None = None
        self.codes = 0
        """How many cells have a leading zero or plus sign."""
        self.misfits = 0
        """How many different texts are no numbers."""

    def add(self, text: str, count: int) -> None:
        """Count the cells with a text."""
        number, is_code = written_number(text), lost_by_number(text) is not None
        if is_code:
            self.codes += count
        if number is None:
            if is_code or is_version(text):
                self._loses(text)
            self.misfits += 1
            return
        if number.is_code or not keeps_digits(number):
            self._loses(text)
        if number.is_ambiguous:
            self._example = min(text, self._example or text)
            self._keeps_zeros = self._keeps_zeros or number.plain[DecimalMark.COMMA].endswith("0")
        elif number.is_whole and not number.blanks and number.digits < LEAST_DIGITS_OF_THOUSANDS and not number.is_zero:
            self._has_bare = True
        if number.blanks > 1 and number.is_whole:
            self._grouped[number.digits] += count
        how = BOTH if number.is_ambiguous else number.told or EITHER
        if number.is_zero:
            self._zeros[how] += count
        else:
            self._cells[how, number.unit] += count

    @property
    def told(self) -> DecimalMark | None:
        """The decimal mark that the column tells by itself: that of the great majority of cells that tell one."""
        point, comma = self._reading([DecimalMark.POINT]), self._reading([DecimalMark.COMMA])
        if not point + comma:
            # Who keeps the zero of a fraction, as in 1,250, would write 56,000 for 56: it stands between thousands.
            is_grouped = self._keeps_zeros and self._has_bare and "," in (self._example or "")
            return DecimalMark.POINT if is_grouped else None
        if min(point, comma) > MINORITY * (point + comma):
            return None
        return DecimalMark.POINT if point > comma else DecimalMark.COMMA

    @property
    def example(self) -> str | None:
        """A number that is another one with the other decimal mark, if the column does not tell which it has."""
        return self._example if self.told is None else None

    @property
    def is_grouped_id(self) -> bool:
        """Whether all numbers have as many digits, in groups between blanks: 732 829 320 numbers a company."""
        length = next(iter(self._grouped), 0)
        return (
            len(self._grouped) == 1
            and length >= LEAST_DIGITS_OF_A_GROUPED_ID
            and self._grouped[length] == sum(self._cells.values())
        )

    @property
    def unit(self) -> str:
        """The unit that most cells with one have; blank where the others are percentages or none has one."""
        units = self._units()
        most = max(sorted(unit for unit in units if unit), key=lambda unit: units[unit], default="")
        return "" if most == PERCENT and units[""] > units[PERCENT] else most

    def fitting(self, mark: DecimalMark, unit: str) -> int:
        """Count the cells that are numbers with a decimal mark and in a unit; that of those without one is the same
        currency, but no percentage."""
        readable = (mark, EITHER, BOTH)
        fitting = sum(count for (how, own), count in self._cells.items() if how in readable and is_in_unit(own, unit))
        return fitting + sum(count for how, count in self._zeros.items() if how in readable)

    def _reading(self, ways: Iterable[str]) -> int:
        return sum(count for (how, _), count in self._cells.items() if how in ways) + sum(
            count for how, count in self._zeros.items() if how in ways
        )

    def _units(self) -> Counter[str]:
        units: Counter[str] = Counter()
        for (_, unit), count in self._cells.items():
            units[unit] += count
        return units

    def _loses(self, text: str) -> None:
        self.lost = min(text, self.lost or text)


def is_in_unit(own: str, unit: str) -> bool:
    """Return whether a number that carries one unit, or none, belongs into a column of another."""
    return own == unit or (not own and unit != PERCENT)
