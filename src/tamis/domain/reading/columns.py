"""Which kind the values of a column have, and in which order its dates are written, when nobody has said it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tamis.domain.dates import DateOrder, day_comes_late, read_moment
from tamis.domain.fields import SEPARATOR, Field, Kind, ValueProblem, parser
from tamis.domain.reading.lists import ListLearner
from tamis.domain.text import fold, problem_with_name

MOST_OPTIONS = 20
LONGEST_OPTION = 100
FEWEST_CELLS_AN_OPTION = 10


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What a column holds; `options` are those of a choice, `order` is that of its dates."""

    kind: Kind
    options: tuple[str, ...] = ()
    order: DateOrder = DateOrder.YMD


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A column of dates (`kind` is date or datetime) that can be read in two ways; `example` is one that differs."""

    kind: Kind
    example: str

    @property
    def readings(self) -> str:
        """Say what the example is in each order: 03/04/2024 is 3 April or 4 March."""
        spelled = (_spelled(self.example, order) for order in (DateOrder.DMY, DateOrder.MDY))
        return f"{self.example} is {' or '.join(spelled)}"

    def question(self, column: str) -> str:
        """Ask for the order: what the example is in each, and what to say."""
        return (
            f'the column "{column}" can be read in two ways: {self.readings}: '
            f"say --date-order {DateOrder.DMY} or --date-order {DateOrder.MDY}"
        )


class ColumnLearner:
    """Learns the kind of one column from its texts, in any order and any number of calls, and keeps few of them.

    Digits that a number would lose (a leading zero or plus sign, more digits than a number keeps) make no number, and
    0 and 1 no boolean. Of a `known` field only the order of dates is asked; `order` is what a person has said, and
    `declared` what a typed file says of the column: strings (`Kind.TEXT`) become no numbers and no booleans.
    """

    def __init__(
        self, known: Field | None = None, order: DateOrder | None = None, declared: Kind | None = None
    ) -> None:
        self._known = known
        self._left = [kind for kind in _INFERABLE if known is None and (declared is not Kind.TEXT or kind in _DATES)]
        self._dates = _Order(order)
        self._spellings: dict[str, str] | None = {} if known is None else None
        self._lists = ListLearner()

    @property
    def settled(self) -> bool:
        """Whether no further text can change what `decide` answers."""
        if self._known:
            return self._known.kind not in _DATES or self._dates.settled
        return not self._left and self._spellings is None and self._lists.settled

    def add(self, texts: Iterable[str]) -> None:
        """Learn from texts of the column, distinct or not; blank ones are ignored."""
        for text in texts:
            stripped = text.strip()
            if stripped and not self.settled:
                self._learn(stripped)

    def decide(self, filled: int) -> ColumnReading | Ambiguous:
        """Say what the column holds; `filled` is the number of its cells that are not blank."""
        if self._known:
            return self._dated(self._known.kind) if self._known.kind in _DATES else ColumnReading(self._known.kind)
        if filled and self._left:
            return self._dated(self._left[0]) if self._left[0] in _DATES else ColumnReading(self._left[0])
        if options := self._lists.options(filled):
            return ColumnReading(Kind.CHOICES, options)
        spellings = self._spellings or {}
        if len(spellings) > 1 and filled >= FEWEST_CELLS_AN_OPTION * len(spellings):
            return ColumnReading(Kind.CHOICE, tuple(spellings[folded] for folded in sorted(spellings)))
        return ColumnReading(Kind.TEXT)

    def _learn(self, text: str) -> None:
        asks_dates = self._known is not None or any(kind in _DATES for kind in self._left)
        if asks_dates:
            self._dates.add(text)
        self._left = [kind for kind in self._left if self._fits(kind, text)]
        if self._known is None:
            self._lists.add(text)
        if self._spellings is not None:
            if len(text) > LONGEST_OPTION or SEPARATOR in text or problem_with_name(text):
                self._spellings = None
                return
            folded = fold(text)
            # Of several spellings the first in the order of code points, so that the order of rows plays no part.
            self._spellings[folded] = min(text, self._spellings.get(folded, text))
            if len(self._spellings) > MOST_OPTIONS:
                self._spellings = None

    def _fits(self, kind: Kind, text: str) -> bool:
        if kind in _DATES:
            orders = self._dates.possible
            return bool(orders) and any(_parses(text, kind, order) for order in orders)
        return _FITS[kind](text)

    def _dated(self, kind: Kind) -> ColumnReading | Ambiguous:
        example = self._dates.open_question
        return Ambiguous(kind, example) if example else ColumnReading(kind, (), self._dates.decided)


class _Order:
    """In which orders the dates of a column can be read; texts that are no dates in any order say nothing."""

    def __init__(self, said: DateOrder | None) -> None:
        self._said = said
        self._left = {said} if said else {DateOrder.DMY, DateOrder.MDY}
        self._late = False
        self._example: str | None = None

    @property
    def possible(self) -> tuple[DateOrder, ...]:
        return tuple(order for order in DateOrder if order in self._left)

    @property
    def settled(self) -> bool:
        return self._said is not None or not self._left

    @property
    def open_question(self) -> str | None:
        return self._example if len(self._left) > 1 else None

    @property
    def decided(self) -> DateOrder:
        if self._said:
            return self._said
        return self.possible[0] if self._late and self._left else DateOrder.YMD

    def add(self, text: str) -> None:
        if self._said or not day_comes_late(text):
            return
        readings = {order: _moment(text, order) for order in (DateOrder.DMY, DateOrder.MDY)}
        fitting = {order for order, moment in readings.items() if moment}
        if not fitting:
            return
        self._late = True
        self._left &= fitting
        if readings[DateOrder.DMY] != readings[DateOrder.MDY] and len(fitting) > 1:
            self._example = min(text, self._example or text)


def _moment(text: str, order: DateOrder) -> datetime | None:
    try:
        return read_moment(text, order)
    except ValueProblem:
        return None


def _spelled(text: str, order: DateOrder) -> str:
    day: date = read_moment(text, order)
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _fits_number(text: str) -> bool:
    return _parses(text, Kind.NUMBER)


def _fits_boolean(text: str) -> bool:
    return text not in ("0", "1") and _parses(text, Kind.BOOLEAN)


def _parses(text: str, kind: Kind, order: DateOrder = DateOrder.YMD) -> bool:
    try:
        _BARE[kind, order](text)
    except ValueProblem:
        return False
    return True


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DATES = (Kind.DATE, Kind.DATETIME)
_BARE = {(kind, order): parser(Field(0, "", "", kind), ZoneInfo("UTC"), order) for kind in Kind for order in DateOrder}
_FITS: dict[Kind, Callable[[str], bool]] = {Kind.BOOLEAN: _fits_boolean, Kind.NUMBER: _fits_number}
_INFERABLE = (*_FITS, *_DATES)
