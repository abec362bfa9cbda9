"""The format of a column: its kind and how its values are written, or the ambiguity to resolve first."""

from dataclasses import dataclass, field
from datetime import datetime

from tamis.domain.errors import Message
from tamis.domain.parsing.date_parser import parse_date_text
from tamis.domain.parsing.number_parser import DecimalMark, parse_number_text
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind


@dataclass(frozen=True, slots=True)
class ColumnFormat:
    """What a column holds and how it is written.

    `options` are those of a choice. `order` is that of dates; dates `of_birth` are never in the future. `decimal` is
    the decimal mark of numbers, `unit` their currency or percent sign; where they are `codes`, only bare digits are
    numbers. `notes` are for people; each continues "the column …"."""

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
    """A column of dates (`kind` is date or datetime) that fit several orders; `example` differs between them."""

    kind: Kind
    example: str
    orders: tuple[DateOrder, ...] = (DateOrder.DMY, DateOrder.MDY)
    of_birth: bool = False

    @property
    def readings(self) -> list[str]:
        """The example in each order: 03/04/2024 is 3 April, or 4 March."""
        found = parse_date_text(self.example, of_birth=self.of_birth)
        days = [found.by_order[order] for order in self.orders if order in found.by_order] if found else []
        with_year = len({day.year for day in days}) > 1
        return [_spelled(day, with_year=with_year) for day in days]

    def question(self, column: str) -> Message:
        """Ask for the order, with the example in each."""
        code = "dates_in_two_orders" if len(self.orders) == 2 else "dates_in_three_orders"
        return Message(code, column=column, example=self.example, readings=self.readings, orders=self.orders)


@dataclass(frozen=True, slots=True)
class AmbiguousNumbers:
    """A column of numbers whose decimal mark is unclear; `example` differs between point and comma."""

    example: str

    @property
    def kind(self) -> Kind:
        """Always a number."""
        return Kind.NUMBER

    @property
    def readings(self) -> list[str]:
        """The example with each decimal mark: 1.000 is 1, or 1000."""
        number = parse_number_text(self.example)
        return [f"{float(number.by_mark[mark]):.15g}" for mark in DecimalMark] if number else []

    def question(self, column: str) -> Message:
        """Ask for the decimal mark, with the example in each."""
        return Message("numbers_in_two_ways", column=column, example=self.example, readings=self.readings)


Ambiguous = AmbiguousDates | AmbiguousNumbers
"""A column that can be parsed in several ways."""


def _spelled(day: datetime, *, with_year: bool) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
