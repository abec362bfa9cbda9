"""How a column is read: the record that the rest of an import follows, or the question to be answered first."""

from dataclasses import dataclass, field
from datetime import datetime

from tamis.domain.dates import DateOrder
from tamis.domain.errors import Message
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
    def readings(self) -> list[str]:
        """Return what the example is in each order: 03/04/2024 is 3 April, or 4 March."""
        found = written_date(self.example, of_birth=self.of_birth)
        days = [found.moments[order] for order in self.orders if order in found.moments] if found else []
        with_year = len({day.year for day in days}) > 1
        return [_spelled(day, with_year=with_year) for day in days]

    def question(self, column: str) -> Message:
        """Return the question for the order: what the example is in each."""
        code = "dates_in_two_orders" if len(self.orders) == 2 else "dates_in_three_orders"
        return Message(code, column=column, example=self.example, readings=self.readings, orders=self.orders)


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
    def readings(self) -> list[str]:
        """Return what the example is with each mark: 1.000 is 1, or 1000."""
        number = written_number(self.example)
        return [f"{float(number.plain[mark]):.15g}" for mark in DecimalMark] if number else []

    def question(self, column: str) -> Message:
        """Return the question for the decimal mark: what the example is with each."""
        return Message("numbers_in_two_ways", column=column, example=self.example, readings=self.readings)


Ambiguous = AmbiguousDates | AmbiguousNumbers
"""A column that can be read in several ways."""


def _spelled(day: datetime, *, with_year: bool) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
