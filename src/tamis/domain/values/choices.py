"""Parse the options of choice fields as people and other tools write them, one or a list: VIP; Blog, ["VIP", "Blog"].

An option is matched as a whole before anything in it counts as a separator, so that `Rock, Pop` or `A/B test` can be
given alone and in a list. Case is ignored.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from tamis.domain.values.text import fold

SEPARATOR = ";"
"""Separates several choices in text that Tamis writes, so no option of such a field may contain it."""

_LEVELS = (f"{SEPARATOR}；\n\r\u2028", ",，、", "|", "/")
_SLASH = _LEVELS[-1]
LEVELS = range(len(_LEVELS) - 1)
"""The levels of separators that make a text a list, the surest first; a slash alone does not."""
COMMA = 1
_BLANK = "".join(_LEVELS[:-1]) + " \t"
_QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "„": "“”", "‘": "’", "’": "’", "«": "»", "»": "«"}
_BRACKETS = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class OptionIndex:
    """The options of a field, indexed for lookup; `runs` is the most parts into which the separators of each level cut
    an option."""

    by_text: dict[str, str]
    runs: dict[str, int]

    @staticmethod
    @lru_cache(maxsize=256)
    def of(options: tuple[str, ...]) -> "OptionIndex":
        """Index the options of a field."""
        cuts = {level: [sum(mark in level for mark in option) for option in options] for level in _LEVELS}
        return OptionIndex(
            {fold(option): option for option in reversed(options)} | {option: option for option in options},
            {level: 1 + max(found, default=0) for level, found in cuts.items()},
        )

    def find(self, text: str) -> str | None:
        """Find the option that a text names, in folded form; of several with the same folded form, which earlier
        versions distinguished, the exact match or else the first."""
        return self.by_text.get(text.strip()) or self.by_text.get(fold(text))


def split_options(text: str, known: OptionIndex) -> list[str]:
    """Split a list of options: each part is an option as the field spells it, or else the text as written, which is
    unknown. Blank parts are left out."""
    text = text.strip()
    found = [known.find(part) for part in text.split(SEPARATOR) if part.strip()]
    if all(found):  # as Tamis writes them; such options may look like lists or contain quotes
        return [option for option in found if option]
    if (array := _parse_json_array(text)) is not None:
        return [known.find(part) or part.strip() for part in array if part.strip()]
    if len(text) > 1 and _BRACKETS.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return list(_split(text, known, 0, surely=True))


def split_list(text: str, level: int) -> list[str]:
    """Split a text that may list options not known yet, at the separators of one of LEVELS only."""
    text = text.strip()
    if (array := _parse_json_array(text)) is not None:
        return [part.strip() for part in array if part.strip()]
    if len(text) > 1 and _BRACKETS.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    parts = _split_once(text, _LEVELS[level], OptionIndex.of(()))
    return [bare for part in parts if (bare := _unquoted(part).strip(_BLANK))]


def has_separator(text: str, level: int) -> bool:
    """Return whether a text contains a separator of one of LEVELS, possibly in quotes."""
    return any(mark in text for mark in _LEVELS[level])


def is_quoted(text: str) -> bool:
    """Return whether a text is in quotes or square brackets."""
    text = text.strip()
    return _unquoted(text) != text or (text[:1], text[-1:]) == ("[", "]")


def _split(text: str, known: OptionIndex, level: int, *, surely: bool) -> Iterator[str]:
    """Split a text at the separators of a level and the following ones, unless it is an option as a whole.

    Unless it is `surely` a list, separators count only when all parts are options; a slash when one of them is.
    """
    inside = _unquoted(text)
    whole = known.find(text) or known.find(inside)
    if whole:
        yield whole
        return
    surely = surely and inside == text
    for place, separators in enumerate(_LEVELS[level:], level):
        chunks = list(_split_once(inside, separators, known))
        if chunks == [inside]:
            continue
        parts = [part for chunk in chunks for part in _split(chunk, known, place + 1, surely=False)]
        found = [known.find(part) for part in parts]
        if (surely and (separators != _SLASH or any(found))) or (found and all(found)):
            yield from parts
            return
    if bare := inside.strip(_BLANK):
        yield bare


def _split_once(text: str, separators: str, known: OptionIndex) -> Iterator[str]:
    """Yield the parts between separators, without blank ones; neighbours that form one option stay together."""
    ends = list(_split_positions(text, separators))
    starts = [0, *(end + 1 for end in ends[:-1])]
    place = 0
    while place < len(ends):
        last = min(place + known.runs[separators], len(ends)) - 1
        while last > place and not known.find(text[starts[place] : ends[last]]):
            last -= 1
        if part := text[starts[place] : ends[last]].strip():
            yield part
        place = last + 1


def _split_positions(text: str, separators: str) -> Iterator[int]:
    """Yield the positions at which the parts of a text end: separators outside quotes, and its end."""
    mark, content = re.compile(f"[{separators}]"), re.compile(rf"[^\S{separators}]*(\S)")
    open_forever: set[str] = set()
    place = 0
    while True:
        start = content.match(text, place)
        closing = _QUOTES.get(start[1], "") if start else ""
        after = place
        if start and closing and closing not in open_forever:
            closed = re.compile(rf"[{closing}](?=[ \t]*(?:[{separators}]|\Z))").search(text, start.end())
            if closed:
                after = closed.end()
            else:
                open_forever.add(closing)  # later ones will not be closed either
        found = mark.search(text, after)
        if found is None:
            break
        yield found.start()
        place = found.end()
    yield len(text)


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[-1] in _QUOTES.get(text[0], "") and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    return text


def _parse_json_array(text: str) -> Sequence[str] | None:
    """Read a JSON array of texts and numbers, or return None."""
    if not text.startswith("["):
        return None
    try:
        return [str(part) for part in msgspec.json.decode(text, type=list[str | int | float])]
    except (msgspec.DecodeError, UnicodeError):
        return None
