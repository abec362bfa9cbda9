"""What the cells of a column tell of yes and no, and of a choice between a few texts."""

from collections import Counter
from collections.abc import Iterable

from tamis.domain.fields import SEPARATOR
from tamis.domain.reading.blanks import is_placeholder
from tamis.domain.reading.headers import asks_question, names_no_answers
from tamis.domain.reading.words import ENGLISH, Pair, cells_of, pairs_of, yes_or_no
from tamis.domain.text import fold, problem_with_name

MOST_OPTIONS = 20
LONGEST_OPTION = 100
FEWEST_CELLS_AN_OPTION = 10
MOST_WORDS = 40
LONGEST_WORD = 40


class WordEvidence:
    """Counts the cells of a column by their texts, as long as those are few.

    `spellings` has a text for each option that a choice would have, None once there are too many."""

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
            if len(text) > LONGEST_OPTION or SEPARATOR in text or problem_with_name(text):
                self.spellings = None
                return
            # Of several spellings the first in the order of code points, so that the order of rows plays no part.
            self.spellings[folded] = min(text, self.spellings.get(folded, text))
            if self._most is not None and len(self.spellings) > self._most:
                self.spellings = None

    @property
    def is_out(self) -> bool:
        """Whether there are too many texts for both."""
        return self._words is None and self.spellings is None

    @property
    def written(self) -> frozenset[str]:
        """The texts as they are written, where they are few."""
        return frozenset(self._written) if self._words is not None else frozenset()

    def pair(self, header: str) -> Pair | None:
        """Find the pair of which both sides stand in the column, or None.

        A text that is no word of it and comes up often is a third answer. A column that is called after countries,
        languages or genders has a pair only if it says it in full English words."""
        for pair in pairs_of(self._words or {}):
            others = {word: n for word, n in (self._words or {}).items() if word not in pair.true | pair.false}
            words = (self._words or {}).keys() - others.keys()
            if any(count >= FEWEST_CELLS_AN_OPTION and not is_placeholder(word) for word, count in others.items()):
                continue
            if names_no_answers(header) and (pair is not ENGLISH or any(len(word) == 1 for word in words)):
                continue
            return pair
        return None

    def is_one_side(self, header: str, others: Iterable[frozenset[str]]) -> bool:
        """Return whether the column has one word alone, which with its opposite makes up another column of the file,
        spelled just so, and is called after a question that it answers."""
        if len(self.written) != 1 or not asks_question(header):
            return False
        (only,) = self.written
        return len(only) > 1 and yes_or_no(only) is not None and any(only in other for other in others)

    def fitting(self, pair: Pair) -> int:
        """Count the cells that hold a word of a pair."""
        return cells_of(pair, self._words or {})

    def options(self, filled: int) -> tuple[str, ...]:
        """List the options of a choice, if there are at least two and they come up often."""
        found = self.spellings or {}
        if len(found) < 2 or filled < FEWEST_CELLS_AN_OPTION * len(found):
            return ()
        return self.all_options()

    def all_options(self) -> tuple[str, ...]:
        """List all different texts, of several spellings one."""
        found = self.spellings or {}
        return tuple(found[folded] for folded in sorted(found))
