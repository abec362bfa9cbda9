"""Evidence that a column holds dates, and for the order of day, month and year in them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from tamis.domain.inference.majority import MINORITY
from tamis.domain.parsing.date_parser import ParsedDate, parse_date_text
from tamis.domain.values.dates import DateOrder

ALL = frozenset(DateOrder)
USUAL_DAYS = frozenset({1, 15, 28, 30, 31})
"""Days on which payments fall due every month, so that a column may hold no others."""
FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True)
class InferredOrder:
    """The date order of a column; while several are `possible`, `example` is a date that differs between them."""

    order: DateOrder
    possible: tuple[DateOrder, ...] = ()
    example: str = ""


@dataclass(slots=True)
class _Ends:
    """The first and last numbers of dates with a two-digit year."""

    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)


class DateEvidence:
    """Counts the cells of a column by the orders in which they are dates.

    `counterexample` is a date with a two-digit year that could be in either century."""

    def __init__(self, *, of_birth: bool) -> None:
        self._of_birth = of_birth
        self._cells: Counter[frozenset[DateOrder]] = Counter()
        self._differ: dict[tuple[DateOrder, ...], str] = {}
        self._ends = _Ends()
        self.times = 0
        """The number of cells with a time."""
        self.counterexample: str | None = None
        self.non_dates = 0
        """The number of different texts that are no dates."""

    def add(self, text: str, count: int) -> None:
        """Count the cells with a text."""
        found = parse_date_text(text, of_birth=self._of_birth)
        if found is None or not found.by_order:
            self.non_dates += 1
            if found:
                self.counterexample = min(text, self.counterexample or text)
            return
        self._cells[frozenset(found.by_order)] += count
        self.times += count if found.has_time else 0
        if found.ends:
            self._ends.first.add(found.ends[0])
            self._ends.last.add(found.ends[1])
        self._note_differences(text, found)

    def count_fitting(self, order: DateOrder) -> int:
        """Count the cells that are dates in an order."""
        return sum(count for orders, count in self._cells.items() if order in orders)

    def infer_order(self, given: DateOrder | None) -> InferredOrder:
        """Return the `given` order, else the one of the great majority of the cells that fit only one order."""
        if given:
            return InferredOrder(given)
        contending = [order for order in self._contending() if self.count_fitting(order)]
        if not contending or (set(self._cells) == {ALL} and not self._differ):
            return InferredOrder(DateOrder.YMD)
        left = [one for one in contending if not any(self._beats(other, one) for other in contending)]
        differing = [pair for pair in combinations(left, 2) if self._is_open(*pair)]
        if not differing:
            best = left or contending
            return InferredOrder(max(best, key=lambda order: (self.count_fitting(order), order is not DateOrder.YMD)))
        possible = tuple(order for order in DateOrder if any(order in pair for pair in differing))
        return InferredOrder(possible[0], _question_order(possible), self._example(possible))

    def _note_differences(self, text: str, found: ParsedDate) -> None:
        for pair in combinations(DateOrder, 2):
            one, other = (found.by_order.get(order) for order in pair)
            if one and other and one != other:
                self._differ[pair] = min(text, self._differ.get(pair, text))

    def _contending(self) -> list[DateOrder]:
        """List the orders that two-digit years leave open.

        45 or 00 can be a year but no day. An end that hardly varies while the other one does is the year, unless it
        holds only usual due days."""
        first, last = self._ends.first, self._ends.last
        if not first:
            return list(DateOrder)
        year_is_last = any(_cannot_be_day(number) for number in last) or _are_days_next_to_years(first, last)
        year_is_first = any(_cannot_be_day(number) for number in first) or _are_days_next_to_years(last, first)
        if year_is_last == year_is_first:
            return list(DateOrder)
        return [DateOrder.DMY, DateOrder.MDY] if year_is_last else [DateOrder.YMD]

    def _beats(self, one: DateOrder, other: DateOrder) -> bool:
        for_one, for_other = self._only(one, other), self._only(other, one)
        return for_one > for_other and for_other <= MINORITY * (for_one + for_other)

    def _is_open(self, one: DateOrder, other: DateOrder) -> bool:
        pair = tuple(order for order in DateOrder if order in (one, other))
        return pair in self._differ

    def _only(self, one: DateOrder, other: DateOrder) -> int:
        return sum(count for orders, count in self._cells.items() if one in orders and other not in orders)

    def _example(self, possible: tuple[DateOrder, ...]) -> str:
        examples = {pair: text for pair, text in self._differ.items() if set(pair) <= set(possible)}
        whole = [text for text in examples.values() if _readings(text, possible, of_birth=self._of_birth)]
        return min(whole or examples.values())


def _readings(text: str, orders: tuple[DateOrder, ...], *, of_birth: bool) -> list[datetime]:
    found = parse_date_text(text, of_birth=of_birth)
    return [found.by_order[o] for o in orders] if found and set(orders) <= set(found.by_order) else []


def _question_order(orders: tuple[DateOrder, ...]) -> tuple[DateOrder, ...]:
    """Sort orders for a question: year first is the rarest, so it comes last."""
    return tuple(sorted(orders, key=lambda order: order is DateOrder.YMD))


def _cannot_be_day(number: int) -> bool:
    return not 1 <= number <= 31


def _are_days_next_to_years(days: set[int], years: set[int]) -> bool:
    return len(days) >= FEWEST_DAYS and len(days) >= 2 * len(years) and not years <= USUAL_DAYS
