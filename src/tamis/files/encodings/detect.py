"""Which encoding reads lines that are not UTF-8, and whether that is clear."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chardetng_py import EncodingDetector

from tamis.domain.encodings import BY_NAME
from tamis.files.encodings.letters import signs_of_languages
from tamis.files.encodings.likelihood import language_of, multi_byte_readings, single_byte_readings
from tamis.files.encodings.survey import Line, Survey

MOST_WORDS = 500
CLEAR = 2.0
"""The reading that is taken must be so much likelier than any other one, as a natural logarithm: seven times."""
UNREADABLE = -9.0
"""What reads worse than this a byte, as a natural logarithm, is in none of the encodings that are known."""
_LANGUAGE_OF_THE_FILE = 5.0
_FEWEST_WIDE, _AGREED, _OUTVOTED = 12, 2.0, 8.0
# Where no character goes on: the second byte of one in East Asia is never below 0x30, nor one of these signs.
_BETWEEN_WORDS = re.compile(rb"[\x00-\x2f:-?]+")
_MULTI_BYTE = {
    "Shift_JIS": "shift_jis", "EUC-JP": "euc-jp", "gb18030": "gb18030", "GBK": "gb18030", "Big5": "big5",
    "EUC-KR": "euc-kr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detected:
    """The encoding that reads some lines best, and another one that would read them otherwise, where it is not clear
    which of the two is right."""

    name: str
    rival: str | None


def detect(survey: Survey) -> Detected:
    """Find the encoding of the lines that are not UTF-8."""
    words = words_of(survey.stray_lines)
    signs = signs_of_languages(survey.start, (line.text for line in (*survey.stray_lines, *survey.good_lines)))
    if language := language_of([line.text.decode(errors="ignore") for line in survey.good_lines]):
        signs[language] = signs.get(language, 0.0) + _LANGUAGE_OF_THE_FILE
    single, multi = single_byte_readings(words, signs), multi_byte_readings(words, signs)
    (best, name) = max(single[0], multi[0])
    if name == multi[0][1]:
        best, name = _as_firefox(survey.stray_lines, words, single, multi)
    text = _text(words, name)
    others = sorted((reading for reading in (*single, *multi) if reading[1] != name), reverse=True)
    likely, rival = next(((likely, other) for likely, other in others if _text(words, other) != text), (best, None))
    unclear = best - likely < CLEAR or best < UNREADABLE * _bytes(words)
    return Detected(name, rival if unclear else None)


def words_of(lines: Sequence[Line]) -> list[bytes]:
    """List different words outside of ASCII, some from all of the lines."""
    found = dict.fromkeys(word for line in lines for word in _BETWEEN_WORDS.split(line.text) if not word.isascii())
    words = list(found)
    return words[:: len(words) // MOST_WORDS + 1]


def _as_firefox(
    lines: Sequence[Line],
    words: Sequence[bytes],
    single: Sequence[tuple[float, str]],
    multi: Sequence[tuple[float, str]],
) -> tuple[float, str]:
    """Return how likely the encoding of East Asia is that the detector of Firefox finds, which knows how often the
    characters of each language stand beside each other, and its name. Where there are few characters, or where it
    finds none of them, ours is returned, and is not clear if it finds another one."""
    detector = EncodingDetector()
    detector.feed(b"\n".join(line.text for line in lines), last=True)
    theirs = _MULTI_BYTE.get(detector.guess(tld=None, allow_utf8=False))
    best, own = multi[0]
    if theirs == own:
        return best + _AGREED, own
    if theirs is None:
        return min(best, single[0][0] + max(0.0, best - single[0][0] - _OUTVOTED)), own
    if _bytes(words) < _FEWEST_WIDE:
        return min(best, multi[1][0]), own
    return best + _AGREED, theirs


def _text(words: Sequence[bytes], name: str) -> str:
    return "\n".join(word.decode(BY_NAME[name].codec, "replace") for word in words)


def _bytes(words: Sequence[bytes]) -> int:
    return sum(not chr(byte).isascii() for word in words for byte in word)
