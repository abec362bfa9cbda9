"""How a column is read: the record that the rest of an import follows, or the question to be answered first."""

from dataclasses import dataclass, field
from datetime import datetime

from tamis.domain.dates import DateOrder
from tamis.domain.fields import Kind
from tamis.domain.reading.dates import written_date
from tamis.domain.reading.numbers import DecimalMark, written_number


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What a column holds and how it is written.

    `options` are those of a choice; `order` is that of dates, `of_birth` says that they are no days to come; `decimal`
    stands before the fraction of numbers, and `unit` is the currency or the percent sign that they carry. Where they
    are `codes`, only plain digits are numbers. `notes` say what people should know of it, each continuing
    "the column …"."""

    kind: Kind
    options: tuple[str, ...] = ()
    order: DateOrder = DateOrder.YMD
    decimal: DecimalMark = DecimalMark.POINT
    unit: str = ""
    codes: bool = False
    of_birth: bool = False
    notes: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class AmbiguousDates:
    """A column of dates (`kind` is date or datetime) that can be read in several orders; `example` is one that
    differs."""

    kind: Kind
    example: str
    orders: tuple[DateOrder, ...] = (DateOrder.DMY, DateOrder.MDY)
    of_birth: bool = False

    @property
    def readings(self) -> str:
        """Say what the example is in each order: 03/04/2024 is 3 April or 4 March."""
        found = written_date(self.example, of_birth=self.of_birth)
        days = [found.moments[order] for order in self.orders if order in found.moments] if found else []
        with_year = len({day.year for day in days}) > 1
        return f"{self.example} is {' or '.join(_spelled(day, with_year=with_year) for day in days)}"

    def question(self, column: str) -> str:
        """Ask for the order: what the example is in each, and what to say."""
        say = " or ".join(f"--date-order {order}" for order in self.orders)
        ways = "two ways" if len(self.orders) == 2 else "three ways"
        return f'the column "{column}" can be read in {ways}: {self.readings}: say {say}'


@dataclass(frozen=True, slots=True)
class AmbiguousNumbers:
    """A column of numbers of which nothing tells whether a point or a comma stands before the fraction; `example` is a
    number that differs."""

    example: str

    @property
    def kind(self) -> Kind:
        """A number."""
        return Kind.NUMBER

    @property
    def readings(self) -> str:
        """Say what the example is with each mark: 1.000 is 1 or 1000."""
        number = written_number(self.example)
        read = [f"{float(number.plain[mark]):.15g}" for mark in DecimalMark] if number else []
        return f"{self.example} is {' or '.join(read)}"

    def question(self, column: str) -> str:
        """Ask for the decimal mark: what the example is with each, and what to say."""
        say = " or ".join(f"--decimal {mark}" for mark in DecimalMark)
        return f'the column "{column}" can be read in two ways: {self.readings}: say {say}'


Ambiguous = AmbiguousDates | AmbiguousNumbers
"""A column that can be read in several ways."""


def _spelled(day: datetime, *, with_year: bool) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
