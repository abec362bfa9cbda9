"""The log likelihood of words in an encoding: by letter frequencies, punctuation and East Asian characters.

Log likelihoods add up, and their differences are log odds."""

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from tamis.files.encodings.letter_frequencies import FIRST_LETTER, SHARES

# The log prior of each encoding relative to Windows-1252.
_SINGLE_BYTE = {
    "windows-1252": 0.0, "windows-1250": -1.5, "windows-1251": -3.0, "windows-1253": -3.0, "windows-1254": -1.5,
    "windows-1255": -3.0, "windows-1256": -3.0, "windows-1257": -2.5, "windows-874": -3.0, "iso-8859-2": -3.0,
    "iso-8859-7": -4.0, "iso-8859-15": -2.5, "koi8-u": -4.0, "mac-roman": -4.0, "cp850": -4.5, "cp852": -4.5,
    "cp866": -5.0,
}  # fmt: skip
_CODECS = {"windows-874": "cp874"}
_MULTI_BYTE = {"shift_jis": "cp932", "euc-jp": "euc-jp", "gb18030": "gb18030", "big5": "cp950", "euc-kr": "cp949"}
_COUNTRIES = {"shift_jis": "Japanese", "euc-jp": "Japanese", "gb18030": "Chinese", "big5": "Chinese"} | {
    "euc-kr": "Korean"
}
_RARE_LANGUAGES = frozenset({"Icelandic", "Catalan", "Estonian", "Lithuanian", "Latvian", "Persian", "Serbian", "Thai"})
_RARE, _MULTI_PRIOR, _CANNOT_BE_READ = -1.0, -1.0, -30.0
_OTHER_LETTER, _OTHER_SCRIPT = math.log(4e-4), math.log(2e-5)
_MIXED, _CAPITAL_INSIDE, _SMALL_BETWEEN, _BESIDE_ASCII = math.log(0.01), math.log(0.005), math.log(0.1), math.log(0.03)
_QUOTES_AND_SIGNS = "–—«»“”„‘‚…•·€£§©®™°№½¼¾²³×¿¡"
_AFTER_DIGITS = "°²³€£½¼¾"
_UNDEFINED = "\x80"


def single_byte_readings(words: Sequence[bytes], signs: Mapping[str, float]) -> list[tuple[float, str]]:
    """Return the log likelihood of words in each single-byte encoding, in its best language, the likeliest first.

    `signs` are the scores of languages."""
    found = []
    for name, prior in _SINGLE_BYTE.items():
        table = _table(name)
        between, letters = _signs_and_letters(["".join(map(table.__getitem__, word)) for word in words])
        language = max(_in_language(letters, language) + signs.get(language, 0.0) for language in SHARES)
        found.append((prior + between + language, name))
    return sorted(found, reverse=True)


def multi_byte_readings(words: Sequence[bytes], signs: Mapping[str, float]) -> list[tuple[float, str]]:
    """Return the log likelihood of words in each East Asian encoding, the likeliest first."""
    found = []
    for name, codec in _MULTI_BYTE.items():
        prior = _MULTI_PRIOR + signs.get(_COUNTRIES[name], 0.0)
        found.append((prior + sum(_wide(word, name, codec) for word in words), name))
    return sorted(found, reverse=True)


def language_of(texts: Sequence[str]) -> str | None:
    """Return the language that the letters of texts belong to, None where it is not clear."""
    letters = _signs_and_letters(texts)[1]
    best, second = sorted(((_in_language(letters, language), language) for language in SHARES), reverse=True)[:2]
    return best[1] if letters and best[0] - second[0] > math.log(20) else None


@lru_cache(maxsize=32)
def _table(name: str) -> tuple[str, ...]:
    codec = _CODECS.get(name, name)
    return tuple(bytes([n]).decode(codec, "replace").replace("\ufffd", _UNDEFINED) for n in range(256))


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


@lru_cache(maxsize=4096)
def _is_letter(character: str) -> bool:
    return unicodedata.category(character) in ("Lu", "Ll", "Lo", "Lm", "Mn") and character not in "ªº"


def _in_language(letters: Mapping[str, int], language: str) -> float:
    shares, script = SHARES[language], _script(FIRST_LETTER[language])
    rare = _RARE if language in _RARE_LANGUAGES else 0.0
    return rare + sum(
        count * shares.get(letter, _OTHER_LETTER if _script(letter) == script else _OTHER_SCRIPT)
        for letter, count in letters.items()
    )


def _signs_and_letters(texts: Sequence[str]) -> tuple[float, Counter[str]]:
    """Count letters outside ASCII, and return the log likelihood of the shape of words.

    The shape is what stands between letters, where capitals are, and whether scripts mix."""
    letters: Counter[str] = Counter()
    likely = 0.0
    for text in texts:
        before = " "
        for character, after in zip(text, text[1:] + " ", strict=True):
            if character <= "\x7f":
                if before > "\x7f" and before.islower() and character.isupper():
                    likely += _CAPITAL_INSIDE
            elif _is_letter(character):
                letters[character] += 1
                likely += _shape(before, character, after)
            else:
                likely += math.log(_sign(before, character, after))
            before = character
    return likely, letters


def _shape(before: str, letter: str, after: str) -> float:
    likely, script = 0.0, _script(letter)
    if (before.isalpha() and _script(before) != script) or (after.isascii() and after.isalpha() and script != "LATIN"):
        likely += _MIXED
    if letter.isupper() and before.islower():
        likely += _CAPITAL_INSIDE
    if letter.islower() and before.isupper() and after.isupper():
        likely += _SMALL_BETWEEN
    return likely


def _sign(before: str, sign: str, after: str) -> float:
    """Return the likelihood of a character that is no letter at its position."""
    after_letter, before_letter = before.isalpha(), after.isalpha()
    if sign == "\xa0":
        return 1e-2
    if sign == "’":
        return 1e-2 if after_letter else 1e-4
    if sign in "´`":
        return 1e-4 if after_letter else 1e-5
    if sign in "ªº":
        return 1e-6 if before_letter or before.islower() else 1e-3
    if sign in _QUOTES_AND_SIGNS:
        if after_letter and before_letter:
            return 1e-6
        if sign in _AFTER_DIGITS and before_letter:
            return 1e-5
        return 1e-4 if sign in "²³½¼¾×" else 1e-3
    if unicodedata.category(sign) in ("Cc", "Cn", "Co"):
        return 1e-8
    return 1e-7 if after_letter and before_letter else 3e-6


def _wide(word: bytes, name: str, codec: str) -> float:
    try:
        text = word.decode(codec)
    except UnicodeDecodeError:
        return _CANNOT_BE_READ
    likely, before = 0.0, " "
    for character in text:
        if character > "\x7f":
            likely += _of_east_asia(character, name)
            if before.isascii() and before.isalpha():
                likely += _BESIDE_ASCII
        elif character.isalpha() and before > "\x7f":
            likely += _BESIDE_ASCII
        before = character
    return likely


@lru_cache(maxsize=1 << 16)
def _of_east_asia(character: str, name: str) -> float:
    """Return the log likelihood of a character in an encoding, whose tables list everyday characters first."""
    bytes_ = character.encode(_MULTI_BYTE[name])
    if len(bytes_) == 1:
        return math.log(1 / 1500)  # halfwidth katakana
    if len(bytes_) > 2:
        return -20.0
    high, low = bytes_
    if name == "gb18030":
        everyday, rare, signs = 0xB0 <= high <= 0xD7 and low >= 0xA1, high >= 0xD8 and low >= 0xA1, high <= 0xA3
        return math.log(0.9 / 3755) if everyday else -13.0 if rare else -9.0 if signs and low >= 0xA1 else -15.0
    if name == "big5":
        everyday, rare = 0xA440 <= high << 8 | low <= 0xC67E, high >= 0xC9
        return math.log(0.9 / 5401) if everyday else -14.0 if rare else -9.0
    if name == "euc-kr":
        everyday, rare = 0xB0 <= high <= 0xC8 and low >= 0xA1, high >= 0xCA and low >= 0xA1
        return math.log(0.95 / 2350) if everyday else -13.0 if rare else -9.0 if low >= 0xA1 <= high else -16.0
    return _of_japan(character)


def _of_japan(character: str) -> float:
    if unicodedata.name(character, "").startswith(("HIRAGANA", "KATAKANA")):
        return math.log(0.4 / 170)
    try:
        rows = character.encode("euc-jp")
    except UnicodeEncodeError:
        return -15.0
    if len(rows) > 2:
        return -16.0
    return math.log(0.5 / 2965) if 0xB0 <= rows[0] <= 0xCF else -13.0 if rows[0] >= 0xD0 else -9.0
