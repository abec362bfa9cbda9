"""Evidence that a column holds numbers, and for their decimal mark and unit."""

from collections import Counter
from collections.abc import Iterable

from tamis.domain.inference.majority import MINORITY
from tamis.domain.parsing.number_parser import DecimalMark, is_version, keeps_digits, loss_as_number, parse_number_text
from tamis.domain.parsing.units import PERCENT, is_in_unit

EITHER, BOTH = "either", "both"
LEAST_DIGITS_OF_A_GROUPED_ID = 9
LEAST_DIGITS_OF_THOUSANDS = 4


class NumberEvidence:
    """Counts the cells of a column by how they can be read as numbers.

    `counterexample` is a cell that a number would change, so that the column holds codes: with a leading zero or plus
    sign or too many digits, 1E5, an IP address or a version."""

    def __init__(self) -> None:
        self._cells: Counter[tuple[str, str]] = Counter()  # by decimal mark and unit
        self._zeros: Counter[str] = Counter()  # zeros, whose unit does not matter
        self._example: str | None = None
        self._grouped: Counter[int] = Counter()  # numbers in several groups between blanks, by digits
        self._keeps_zeros = self._has_bare = False
        self.counterexample: str | None = None
        self.codes = 0
        """The number of cells with a leading zero or plus sign."""
        self.non_numbers = 0
        """The number of different texts that are no numbers."""

    def add(self, text: str, count: int) -> None:
        """Count the cells with a text."""
        number, is_code = parse_number_text(text), loss_as_number(text) is not None
        if is_code:
            self.codes += count
        if number is None:
            if is_code or is_version(text):
                self._add_counterexample(text)
            self.non_numbers += 1
            return
        if number.is_code or not keeps_digits(number):
            self._add_counterexample(text)
        if number.is_ambiguous:
            self._example = min(text, self._example or text)
            self._keeps_zeros = self._keeps_zeros or number.by_mark[DecimalMark.COMMA].endswith("0")
        elif number.is_whole and not number.blanks and number.digits < LEAST_DIGITS_OF_THOUSANDS and not number.is_zero:
            self._has_bare = True
        if number.blanks > 1 and number.is_whole:
            self._grouped[number.digits] += count
        how = BOTH if number.is_ambiguous else number.only_mark or EITHER
        if number.is_zero:
            self._zeros[how] += count
        else:
            self._cells[how, number.unit] += count

    @property
    def decimal_mark(self) -> DecimalMark | None:
        """The decimal mark of the great majority of the cells that fit only one mark, None where there is none."""
        point, comma = self._count_readable([DecimalMark.POINT]), self._count_readable([DecimalMark.COMMA])
        if not point + comma:
            # A file that keeps trailing zeros, as in 1,250, would write 56 as 56,000: so the comma groups thousands.
            is_grouped = self._keeps_zeros and self._has_bare and "," in (self._example or "")
            return DecimalMark.POINT if is_grouped else None
        if min(point, comma) > MINORITY * (point + comma):
            return None
        return DecimalMark.POINT if point > comma else DecimalMark.COMMA

    @property
    def example(self) -> str | None:
        """A number that the other decimal mark would change, if the mark is unclear."""
        return self._example if self.decimal_mark is None else None

    @property
    def is_grouped_identifier(self) -> bool:
        """Whether all numbers have the same number of digits, in groups between blanks: 732 829 320 is a company's
        ID."""
        length = next(iter(self._grouped), 0)
        return (
            len(self._grouped) == 1
            and length >= LEAST_DIGITS_OF_A_GROUPED_ID
            and self._grouped[length] == sum(self._cells.values())
        )

    @property
    def unit(self) -> str:
        """The most frequent unit; blank without any, and where most numbers lack the percent sign that others have."""
        units = self._units()
        most = max(sorted(unit for unit in units if unit), key=lambda unit: units[unit], default="")
        return "" if most == PERCENT and units[""] > units[PERCENT] else most

    def count_fitting(self, mark: DecimalMark, unit: str) -> int:
        """Count the cells that are numbers with a decimal mark and in a unit.

        Numbers without a unit count as the same currency, but not as percentages."""
        readable = (mark, EITHER, BOTH)
        fitting = sum(count for (how, own), count in self._cells.items() if how in readable and is_in_unit(own, unit))
        return fitting + sum(count for how, count in self._zeros.items() if how in readable)

    def _count_readable(self, marks: Iterable[str]) -> int:
        return sum(count for (how, _), count in self._cells.items() if how in marks) + sum(
            count for how, count in self._zeros.items() if how in marks
        )

    def _units(self) -> Counter[str]:
        units: Counter[str] = Counter()
        for (_, unit), count in self._cells.items():
            units[unit] += count
        return units

    def _add_counterexample(self, text: str) -> None:
        self.counterexample = min(text, self.counterexample or text)
