"""What the cells of a column tell of dates in it, and of the order in which day, month and year stand."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from tamis.domain.dates import DateOrder
from tamis.domain.reading.dates import WrittenDate, written_date
from tamis.domain.reading.majority import MINORITY

ALL = frozenset(DateOrder)
USUAL_DAYS = frozenset({1, 15, 28, 30, 31})
"""Days on which things fall due month after month, so that a column may have no others."""
FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True)
class OrderFound:
    """The order of the dates of a column, or those that are possible and an example that they read differently."""

    order: DateOrder
    possible: tuple[DateOrder, ...] = ()
    example: str = ""


@dataclass(slots=True)
class _Ends:
    """The first and the last numbers of dates with a year of two digits."""

    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)


class DateEvidence:
    """Counts the cells of a column by the orders in which they are dates.

    `lost` is a date whose year has two digits and may be of either century."""

    def __init__(self, *, of_birth: bool) -> None:
        self._of_birth = of_birth
        self._cells: Counter[frozenset[DateOrder]] = Counter()
        self._differ: dict[tuple[DateOrder, ...], str] = {}
        self._ends = _Ends()
        self.times = 0
        """How many cells have a time."""
        self.lost: str | None = None
        self.misfits = 0
        """How many different texts are no dates."""

    def add(self, text: str, count: int) -> None:
        """Count the cells with a text."""
        found = written_date(text, of_birth=self._of_birth)
        if found is None or not found.moments:
            self.misfits += 1
            if found:
                self.lost = min(text, self.lost or text)
            return
        self._cells[frozenset(found.moments)] += count
        self.times += count if found.has_time else 0
        if found.ends:
            self._ends.first.add(found.ends[0])
            self._ends.last.add(found.ends[1])
        self._note_differences(text, found)

    def fitting(self, order: DateOrder) -> int:
        """Count the cells that are dates in an order."""
        return sum(count for orders, count in self._cells.items() if order in orders)

    def order(self, said: DateOrder | None) -> OrderFound:
        """Find the order of the column: the one that was said, else the one that the great majority of those cells tell
        which can be read in one order alone."""
        if said:
            return OrderFound(said)
        contending = [order for order in self._contending() if self.fitting(order)]
        if not contending or (set(self._cells) == {ALL} and not self._differ):
            return OrderFound(DateOrder.YMD)
        left = [one for one in contending if not any(self._beats(other, one) for other in contending)]
        differing = [pair for pair in combinations(left, 2) if self._stay_open(*pair)]
        if not differing:
            best = left or contending
            return OrderFound(max(best, key=lambda order: (self.fitting(order), order is not DateOrder.YMD)))
        possible = tuple(order for order in DateOrder if any(order in pair for pair in differing))
        return OrderFound(possible[0], _as_asked(possible), self._example(possible))

    def _note_differences(self, text: str, found: WrittenDate) -> None:
        for pair in combinations(DateOrder, 2):
            one, other = (found.moments.get(order) for order in pair)
            if one and other and one != other:
                self._differ[pair] = min(text, self._differ.get(pair, text))

    def _contending(self) -> list[DateOrder]:
        """List the orders that the years of two digits leave: a year can be 45 or 00, a day cannot; and where one end
        hardly varies while the other does, it is the year, unless it is a day on which things fall due."""
        first, last = self._ends.first, self._ends.last
        if not first:
            return list(DateOrder)
        year_is_last = any(_is_no_day(number) for number in last) or _is_day_beside(first, last)
        year_is_first = any(_is_no_day(number) for number in first) or _is_day_beside(last, first)
        if year_is_last == year_is_first:
            return list(DateOrder)
        return [DateOrder.DMY, DateOrder.MDY] if year_is_last else [DateOrder.YMD]

    def _beats(self, one: DateOrder, other: DateOrder) -> bool:
        for_one, for_other = self._only(one, other), self._only(other, one)
        return for_one > for_other and for_other <= MINORITY * (for_one + for_other)

    def _stay_open(self, one: DateOrder, other: DateOrder) -> bool:
        pair = tuple(order for order in DateOrder if order in (one, other))
        return pair in self._differ

    def _only(self, one: DateOrder, other: DateOrder) -> int:
        return sum(count for orders, count in self._cells.items() if one in orders and other not in orders)

    def _example(self, possible: tuple[DateOrder, ...]) -> str:
        examples = {pair: text for pair, text in self._differ.items() if set(pair) <= set(possible)}
        whole = [text for text in examples.values() if _readings(text, possible, of_birth=self._of_birth)]
        return min(whole or examples.values())


def _readings(text: str, orders: tuple[DateOrder, ...], *, of_birth: bool) -> list[datetime]:
    found = written_date(text, of_birth=of_birth)
    return [found.moments[o] for o in orders] if found and set(orders) <= set(found.moments) else []


def _as_asked(orders: tuple[DateOrder, ...]) -> tuple[DateOrder, ...]:
    """Put orders as a question names them: the one with the year in front is the rarest."""
    return tuple(sorted(orders, key=lambda order: order is DateOrder.YMD))


def _is_no_day(number: int) -> bool:
    return not 1 <= number <= 31


def _is_day_beside(days: set[int], years: set[int]) -> bool:
    return len(days) >= FEWEST_DAYS and len(days) >= 2 * len(years) and not years <= USUAL_DAYS
