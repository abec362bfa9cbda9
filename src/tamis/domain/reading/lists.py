"""Columns whose cells list things, such as tags: which options a field of several choices made of one has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tamis.domain.choices import COMMA, LEVELS, Options, is_quoted, may_list, parts_of, pieces_of
from tamis.domain.fields import Kind, problem_with_option
from tamis.domain.text import fold

MOST_TEXTS = 2_000
LONGEST_TEXT = 2_000
MOST_OPTIONS = 20
LONGEST_OPTION = 100
FEWEST_CELLS_AN_OPTION = 10


class ListLearner:
    """Learns the options that the cells of one column list, from its texts in any order, and keeps few of them."""

    def __init__(self) -> None:
        self._texts: set[str] | None = set()

    @property
    def settled(self) -> bool:
        """Whether no further text can make lists of the cells."""
        return self._texts is None

    def add(self, text: str) -> None:
        """Learn from a text of the column that is not blank."""
        if self._texts is not None:
            self._texts.add(text)
            if len(self._texts) > MOST_TEXTS or len(text) > LONGEST_TEXT:
                self._texts = None

    def options(self, filled: int) -> tuple[str, ...]:
        """List the options, or none where the cells are no lists of few things that come again and again; `filled` is
        the number of cells that are not blank."""
        texts = self._texts or set()
        for level in LEVELS:
            if any(may_list(text, level) for text in texts):
                pieces = _pieces(texts, level)
                if any(len(found) > 1 for found in pieces.values()):
                    options = _options(pieces)
                    enough = filled >= FEWEST_CELLS_AN_OPTION * len(options)
                    return options if enough and _are_lists(pieces, options, level) else ()
        return ()


def _pieces(texts: Iterable[str], level: int) -> dict[str, list[str]]:
    """Split texts, until they hold more different things than there are options."""
    pieces: dict[str, list[str]] = {}
    different: set[str] = set()
    for text in texts:
        pieces[text] = pieces_of(text, level)
        different.update(map(fold, pieces[text]))
        if len(different) > MOST_OPTIONS and any(len(found) > 1 for found in pieces.values()):
            break
    return pieces


def _options(pieces: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    spelled: dict[str, str] = {}
    for found in pieces.values():
        for piece in found:
            # Of several spellings the first in the order of code points, so that the order of rows plays no part.
            spelled[fold(piece)] = min(piece, spelled.get(fold(piece), piece))
    return tuple(spelled[folded] for folded in sorted(spelled))


def _are_lists(pieces: Mapping[str, Sequence[str]], options: tuple[str, ...], level: int) -> bool:
    if not 1 < len(options) <= MOST_OPTIONS:
        return False
    if any(len(option) > LONGEST_OPTION or problem_with_option(option, Kind.CHOICES) for option in options):
        return False
    if not all(is_quoted(text) for text, found in pieces.items() if len(found) > 1):
        folded = [{fold(piece) for piece in found} for found in pieces.values()]
        if max(Counter(piece for found in folded for piece in found).values()) < 2:
            return False
        # "Portland, OR" is a place and "Smith, John" a name: what a list names with others also stands alone.
        alone = set().union(*(found for found in folded if len(found) == 1))
        company = set().union(*(found for found in folded if len(found) > 1))
        if level == COMMA and (not alone & company or len(options) > len(pieces)):
            return False
    known = Options.of(options)
    return all(known.find(part) for text in pieces for part in parts_of(text, known))
