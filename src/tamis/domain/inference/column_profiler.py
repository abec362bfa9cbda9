"""Profile the cells of a column: collect evidence for the kind of its values without keeping the cells."""

from collections.abc import Iterable
from dataclasses import dataclass

from tamis.domain.inference.date_evidence import DateEvidence
from tamis.domain.inference.header_words import has_birth_word, has_identifier_word
from tamis.domain.inference.list_evidence import ListEvidence
from tamis.domain.inference.majority import is_great_majority, max_outlier_texts
from tamis.domain.inference.number_evidence import NumberEvidence
from tamis.domain.inference.word_evidence import MOST_OPTIONS, WordEvidence
from tamis.domain.parsing.null_values import is_null, is_placeholder
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.choices import OptionIndex, split_options
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind

NO_OPTIONS = OptionIndex.of(())
DATES = (Kind.DATE, Kind.DATETIME)
MOST_REQUESTED_OPTIONS = 1_000
"""The most options of a choice where a person requested that kind."""


@dataclass(frozen=True, slots=True)
class ColumnHints:
    """What is known about a column apart from its cells.

    `kind` is that of the field it is mapped to, None when it is to be inferred; `declared` is the kind that a file
    with column types declares."""

    header: str = ""
    kind: Kind | None = None
    declared: Kind | None = None


class ColumnProfiler:
    """Collects evidence from the texts of one column, in any order and any number of calls, keeping few of them."""

    def __init__(self, hints: ColumnHints = ColumnHints()) -> None:
        self.hints = hints
        self.reset(0)

    def reset(self, filled: int) -> None:
        """Drop all evidence and expect `filled` cells that are not blank."""
        kind = self.hints.kind
        self.filled = filled
        self.nulls = self.placeholders = 0
        may_count = kind is None and not has_identifier_word(self.hints.header)
        self.numbers = NumberEvidence() if kind is Kind.NUMBER or may_count else None
        of_birth = has_birth_word(self.hints.header)
        self.dates = DateEvidence(of_birth=of_birth) if kind is None or kind in DATES else None
        self._is_list = kind is Kind.CHOICES
        self.lists = ListEvidence() if kind is None else None
        most = MOST_REQUESTED_OPTIONS if self._is_list or kind is Kind.CHOICE else MOST_OPTIONS
        self.words = WordEvidence(most) if kind is None or kind.has_options else None

    @property
    def is_decided(self) -> bool:
        """Whether no further text can change the inferred kind."""
        return self.hints.kind is None and not (self.numbers or self.dates or self.words or self.lists)

    def add(self, texts: Iterable[tuple[str, int]]) -> None:
        """Add texts of the column, each with the number of its cells; blank texts are ignored."""
        for text, count in texts:
            stripped = text.strip()
            if stripped and not self.is_decided:
                self._add_text(stripped, count)

    def options(self) -> tuple[str, ...]:
        """List all options that a choice field would have."""
        return self.words.all_options() if self.words else ()

    def fits_kind(self, kind: Kind) -> bool:
        """Return whether the great majority of the cells added so far are numbers, or dates."""
        if kind is Kind.NUMBER and self.numbers:
            fitting = (self.numbers.count_fitting(mark, self.numbers.unit) for mark in DecimalMark)
        elif kind in DATES and self.dates:
            fitting = (self.dates.count_fitting(order) for order in DateOrder)
        else:
            return False
        return any(is_great_majority(count, self.filled - self.nulls, self.placeholders) for count in fitting)

    def _add_text(self, text: str, count: int) -> None:
        if self.words:
            for word in split_options(text, NO_OPTIONS) if self._is_list else (text,):
                self.words.add(word, count)
            if self.words.is_out:
                self.words = None
        if self.lists:
            self.lists.add(text)
            if self.lists.is_out:
                self.lists = None
        if is_null(text):
            self.nulls += count
            return
        if is_placeholder(text):
            self.placeholders += count
        for evidence in (self.numbers, self.dates):
            if evidence:
                evidence.add(text, count)
        if self.hints.kind is None:
            self._drop()

    def _drop(self) -> None:
        """Drop the evidence for kinds that are ruled out by now."""
        most = max_outlier_texts(self.filled)
        if self.numbers and (self.numbers.counterexample or self.numbers.non_numbers > most):
            self.numbers = None
        if self.dates and (self.dates.counterexample or self.dates.non_dates > most):
            self.dates = None
