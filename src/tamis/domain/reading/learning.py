"""Learn from the cells of a column what it holds, without keeping them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tamis.domain.choices import Options, parts_of
from tamis.domain.dates import DateOrder
from tamis.domain.fields import Kind
from tamis.domain.reading.blanks import is_null, is_placeholder
from tamis.domain.reading.date_evidence import DateEvidence
from tamis.domain.reading.headers import names_births, names_identifiers
from tamis.domain.reading.lists import ListLearner
from tamis.domain.reading.majority import decides, most_different
from tamis.domain.reading.number_evidence import NumberEvidence
from tamis.domain.reading.numbers import DecimalMark
from tamis.domain.reading.word_evidence import MOST_OPTIONS, WordEvidence

NO_OPTIONS = Options.of(())
DATES = (Kind.DATE, Kind.DATETIME)
MOST_SAID_OPTIONS = 1_000
"""How many options a choice has at most when a person has said that a column is one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a column.

    `kind` is that of the field which it feeds or is to feed, None where it is to be inferred; `declared` is what a
    typed file says of the column itself."""

    header: str = ""
    kind: Kind | None = None
    declared: Kind | None = None


class ColumnLearner:
    """Learns from the texts of one column, in any order and any number of calls, and keeps few of them."""

    def __init__(self, asked: Asked = Asked()) -> None:
        self.asked = asked
        self.expect(0)

    def expect(self, filled: int) -> None:
        """Forget what was learned, and expect so many cells that are not blank."""
        kind = self.asked.kind
        self.filled = filled
        self.nulls = self.placeholders = 0
        may_count = kind is None and not names_identifiers(self.asked.header)
        self.numbers = NumberEvidence() if kind is Kind.NUMBER or may_count else None
        of_birth = names_births(self.asked.header)
        self.dates = DateEvidence(of_birth=of_birth) if kind is None or kind in DATES else None
        self._is_list = kind is Kind.CHOICES
        self.lists = ListLearner() if kind is None else None
        most = MOST_SAID_OPTIONS if self._is_list or kind is Kind.CHOICE else MOST_OPTIONS
        self.words = WordEvidence(most) if kind is None or kind.has_options else None

    @property
    def settled(self) -> bool:
        """Whether no further text can change what the column is."""
        return self.asked.kind is None and not (self.numbers or self.dates or self.words or self.lists)

    def add(self, texts: Iterable[tuple[str, int]]) -> None:
        """Learn from texts of the column, each with the number of cells that have it; blank ones are ignored."""
        for text, count in texts:
            stripped = text.strip()
            if stripped and not self.settled:
                self._learn(stripped, count)

    def options(self) -> tuple[str, ...]:
        """List all options that a choice would have."""
        return self.words.all_options() if self.words else ()

    def holds(self, kind: Kind) -> bool:
        """Return whether the great majority of the cells fits a kind, a number or a date, as far as was learned."""
        if kind is Kind.NUMBER and self.numbers:
            fitting = (self.numbers.fitting(mark, self.numbers.unit) for mark in DecimalMark)
        elif kind in DATES and self.dates:
            fitting = (self.dates.fitting(order) for order in DateOrder)
        else:
            return False
        return any(decides(count, self.filled - self.nulls, self.placeholders) for count in fitting)

    def _learn(self, text: str, count: int) -> None:
        if self.words:
            for word in parts_of(text, NO_OPTIONS) if self._is_list else (text,):
                self.words.add(word, count)
            if self.words.is_out:
                self.words = None
        if self.lists:
            self.lists.add(text)
            if self.lists.settled:
                self.lists = None
        if is_null(text):
            self.nulls += count
            return
        if is_placeholder(text):
            self.placeholders += count
        for evidence in (self.numbers, self.dates):
            if evidence:
                evidence.add(text, count)
        if self.asked.kind is None:
            self._drop()

    def _drop(self) -> None:
        """Give up kinds that the column cannot have any more."""
        most = most_different(self.filled)
        if self.numbers and (self.numbers.lost or self.numbers.misfits > most):
            self.numbers = None
        if self.dates and (self.dates.lost or self.dates.misfits > most):
            self.dates = None
