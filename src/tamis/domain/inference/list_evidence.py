"""Evidence that the cells of a column list several options, such as tags."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tamis.domain.values.choices import COMMA, LEVELS, OptionIndex, has_separator, is_quoted, split_list, split_options
from tamis.domain.values.fields import Kind, option_problem
from tamis.domain.values.text import fold

MOST_TEXTS = 2_000
LONGEST_TEXT = 2_000
MOST_OPTIONS = 20
LONGEST_OPTION = 100
FEWEST_CELLS_AN_OPTION = 10


class ListEvidence:
    """Collects the options that the cells of one column list, from its texts in any order, keeping few of them."""

    def __init__(self) -> None:
        self._texts: set[str] | None = set()

    @property
    def is_out(self) -> bool:
        """Whether the cells can no longer be lists."""
        return self._texts is None

    def add(self, text: str) -> None:
        """Add a text of the column that is not blank."""
        if self._texts is not None:
            self._texts.add(text)
            if len(self._texts) > MOST_TEXTS or len(text) > LONGEST_TEXT:
                self._texts = None

    def options(self, filled: int) -> tuple[str, ...]:
        """List the options, or none unless the cells are lists of few, recurring options.

        `filled` is the number of cells that are not blank."""
        texts = self._texts or set()
        for level in LEVELS:
            if any(has_separator(text, level) for text in texts):
                items = _split_all(texts, level)
                if any(len(found) > 1 for found in items.values()):
                    options = _options(items)
                    enough = filled >= FEWEST_CELLS_AN_OPTION * len(options)
                    return options if enough and _are_lists(items, options, level) else ()
        return ()


def _split_all(texts: Iterable[str], level: int) -> dict[str, list[str]]:
    """Split texts until they have more different items than a field may have options."""
    items: dict[str, list[str]] = {}
    different: set[str] = set()
    for text in texts:
        items[text] = split_list(text, level)
        different.update(map(fold, items[text]))
        if len(different) > MOST_OPTIONS and any(len(found) > 1 for found in items.values()):
            break
    return items


def _options(items: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    spelled: dict[str, str] = {}
    for found in items.values():
        for item in found:
            # The first spelling in code point order, so that the order of rows does not matter.
            spelled[fold(item)] = min(item, spelled.get(fold(item), item))
    return tuple(spelled[folded] for folded in sorted(spelled))


def _are_lists(items: Mapping[str, Sequence[str]], options: tuple[str, ...], level: int) -> bool:
    if not 1 < len(options) <= MOST_OPTIONS:
        return False
    if any(len(option) > LONGEST_OPTION or option_problem(option, Kind.CHOICES) for option in options):
        return False
    if not all(is_quoted(text) for text, found in items.items() if len(found) > 1):
        folded = [{fold(item) for item in found} for found in items.values()]
        if max(Counter(item for found in folded for item in found).values()) < 2:
            return False
        # "Portland, OR" is a place and "Smith, John" a name: an item of a list also occurs alone in other cells.
        alone = set().union(*(found for found in folded if len(found) == 1))
        company = set().union(*(found for found in folded if len(found) > 1))
        if level == COMMA and (not alone & company or len(options) > len(items)):
            return False
    known = OptionIndex.of(options)
    return all(known.find(part) for text in items for part in split_options(text, known))
