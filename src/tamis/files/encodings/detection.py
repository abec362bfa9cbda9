"""Detecting the encoding of lines that are not UTF-8."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chardetng_py import EncodingDetector

from tamis.domain.files.encodings import BY_NAME
from tamis.files.encodings.letter_frequencies import language_scores
from tamis.files.encodings.likelihood import language_of, multi_byte_readings, single_byte_readings
from tamis.files.encodings.line_survey import NumberedLine, Survey

MOST_WORDS = 500
CLEAR = 2.0
"""The natural logarithm of how much likelier the best encoding must be than any other: seven times."""
UNREADABLE = -9.0
"""A log likelihood per byte below this fits none of the known encodings."""
_LANGUAGE_OF_THE_FILE = 5.0
_FEWEST_WIDE, _AGREED, _OUTVOTED = 12, 2.0, 8.0
# Bytes that never continue a character: East Asian second bytes are not below 0x30, nor any of these signs.
_BETWEEN_WORDS = re.compile(rb"[\x00-\x2f:-?]+")
_MULTI_BYTE = {
    "Shift_JIS": "shift_jis", "EUC-JP": "euc-jp", "gb18030": "gb18030", "GBK": "gb18030", "Big5": "big5",
    "EUC-KR": "euc-kr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detected:
    """The likeliest encoding of some lines, and a rival that decodes them differently where the choice is not clear."""

    name: str
    rival: str | None


def detect(survey: Survey) -> Detected:
    """Detect the encoding of the lines that are not UTF-8."""
    words = sample_words(survey.stray_lines)
    signs = language_scores(survey.start, (line.text for line in (*survey.stray_lines, *survey.good_lines)))
    if language := language_of([line.text.decode(errors="ignore") for line in survey.good_lines]):
        signs[language] = signs.get(language, 0.0) + _LANGUAGE_OF_THE_FILE
    single, multi = single_byte_readings(words, signs), multi_byte_readings(words, signs)
    (best, name) = max(single[0], multi[0])
    if name == multi[0][1]:
        best, name = _check_with_firefox(survey.stray_lines, words, single, multi)
    text = _text(words, name)
    others = sorted((reading for reading in (*single, *multi) if reading[1] != name), reverse=True)
    likely, rival = next(((likely, other) for likely, other in others if _text(words, other) != text), (best, None))
    unclear = best - likely < CLEAR or best < UNREADABLE * _bytes(words)
    return Detected(name, rival if unclear else None)


def sample_words(lines: Sequence[NumberedLine]) -> list[bytes]:
    """List distinct words outside ASCII, a sample from all of the lines."""
    found = dict.fromkeys(word for line in lines for word in _BETWEEN_WORDS.split(line.text) if not word.isascii())
    words = list(found)
    return words[:: len(words) // MOST_WORDS + 1]


def _check_with_firefox(
    lines: Sequence[NumberedLine],
    words: Sequence[bytes],
    single: Sequence[tuple[float, str]],
    multi: Sequence[tuple[float, str]],
) -> tuple[float, str]:
    """Return the log likelihood and the name of the East Asian encoding that Firefox's detector finds.

    It knows how often the characters of each language follow each other. Where there are few characters, or where it
    finds no such encoding, ours is returned, and is not clear if it finds another one."""
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
