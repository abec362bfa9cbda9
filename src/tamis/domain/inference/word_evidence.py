"""Evidence that a column holds booleans, or a choice of a few options."""

from collections import Counter
from collections.abc import Iterable

from tamis.domain.inference.header_words import has_non_boolean_word, has_question_word
from tamis.domain.parsing.boolean_words import (
    ENGLISH,
    BooleanPair,
    count_pair_cells,
    find_boolean_pairs,
    parse_boolean_word,
)
from tamis.domain.parsing.null_values import is_placeholder
from tamis.domain.values.choices import SEPARATOR
from tamis.domain.values.text import fold, name_problem

MOST_OPTIONS = 20
LONGEST_OPTION = 100
FEWEST_CELLS_AN_OPTION = 10
MOST_WORDS = 40
LONGEST_WORD = 40


class WordEvidence:
    """Counts the cells of a column by their texts, as long as these are few.

    `spellings` maps each option that a choice would have to its spelling; None once there are too many."""

    def __init__(self, most_options: int | None = MOST_OPTIONS) -> None:
        self._most = most_options
        self._words: Counter[str] | None = Counter()
        self._written: Counter[str] = Counter()
        self.spellings: dict[str, str] | None = {}

    def add(self, text: str, count: int) -> None:
        """Count the cells with a text."""
        folded = fold(text)
        if self._words is not None:
            self._words[folded] += count
            self._written[text] += count
            if len(self._words) > MOST_WORDS or len(text) > LONGEST_WORD:
                self._words = None
        if self.spellings is not None:
            if len(text) > LONGEST_OPTION or SEPARATOR in text or name_problem(text):
                self.spellings = None
                return
            # The first spelling in code point order, so that the order of rows does not matter.
            self.spellings[folded] = min(text, self.spellings.get(folded, text))
            if self._most is not None and len(self.spellings) > self._most:
                self.spellings = None

    @property
    def is_out(self) -> bool:
        """Whether the column has too many texts for booleans and for options."""
        return self._words is None and self.spellings is None

    @property
    def written(self) -> frozenset[str]:
        """The texts as written; empty once there are too many."""
        return frozenset(self._written) if self._words is not None else frozenset()

    def pair(self, header: str) -> BooleanPair | None:
        """Find the boolean pair of which the column has both sides, or None.

        A frequent text outside the pair is a third answer, so there is no pair. A column named after countries,
        languages or genders has a pair only in full English words."""
        for pair in find_boolean_pairs(self._words or {}):
            others = {word: n for word, n in (self._words or {}).items() if word not in pair.true | pair.false}
            words = (self._words or {}).keys() - others.keys()
            if any(count >= FEWEST_CELLS_AN_OPTION and not is_placeholder(word) for word, count in others.items()):
                continue
            if has_non_boolean_word(header) and (pair is not ENGLISH or any(len(word) == 1 for word in words)):
                continue
            return pair
        return None

    def is_one_side(self, header: str, others: Iterable[frozenset[str]]) -> bool:
        """Return whether the column has a single boolean word and a header that asks a yes-or-no question.

        The word must occur, spelled the same, in `others`: the words of other boolean columns of the file."""
        if len(self.written) != 1 or not has_question_word(header):
            return False
        (only,) = self.written
        return len(only) > 1 and parse_boolean_word(only) is not None and any(only in other for other in others)

    def count_fitting(self, pair: BooleanPair) -> int:
        """Count the cells with a word of a pair."""
        return count_pair_cells(pair, self._words or {})

    def options(self, filled: int) -> tuple[str, ...]:
        """List the options of a choice, or none unless there are at least two and each is frequent on average."""
        found = self.spellings or {}
        if len(found) < 2 or filled < FEWEST_CELLS_AN_OPTION * len(found):
            return ()
        return self.all_options()

    def all_options(self) -> tuple[str, ...]:
        """List all different texts, one spelling each."""
        found = self.spellings or {}
        return tuple(found[folded] for folded in sorted(found))
