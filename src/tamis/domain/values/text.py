"""Text: checks of input, and the folded form in which texts are compared."""

import re
from unicodedata import normalize

from tamis.domain.errors import Message

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Zero-width characters: soft hyphens, joiners, direction marks and byte order marks."""
SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_LINE = 255
MAX_TEXT = 65_535
MAX_DESCRIPTION = 2_000

_WHITE_SPACE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
"""White space according to Unicode."""

SIMPLE = (
    "!-~\xa1-\xb4\xb6-\xde\xe0-\u012f\u0131-\u0148\u014a-\u017e\u0180-\u024f\u1e00-\u1e95\u1ea0-\u1eff"  # Latin
    "\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03c1\u03c3-\u03ce\u0400-\u0482\u048a-\u052f"  # Greek, Cyrillic
    "\u0531-\u0556\u0561-\u0586\u05d0-\u05ea\u061b-\u064a\u0660-\u066f\u0671-\u06d3\u10d0-\u10fa"  # Armenian to Arabic
    "\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e"  # East
    "\u200d\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2100-\u2125\u2600-\u27bf\ufe0f"  # signs
    "\U0001f1e6-\U0001f1ff\U0001f300-\U0001f6d7\U0001f900-\U0001f9ff"  # emoji
)
"""Characters, as a regular expression class, whose folded form is their lower case as long as no others are near. All
are in Unicode 14, so every version folds them alike; a test checks each of them."""
_SIMPLE = re.compile(f"[{SIMPLE} ]*")


def fold(text: str) -> str:
    """Return the folded form of a text: two texts are the same when their folded forms are.

    It is the canonical caseless form of Unicode (D145: decomposed, with full case folding), composed again (NFC), with
    each run of white space as one space, and none at the ends. So ß is ss, ς is σ, and İ is i with a dot above, as
    everywhere but in Turkish.
    """
    return fold_part(text).strip(" ")


def fold_part(text: str) -> str:
    """Return the folded form of a part of a text, to search folded texts for: like `fold`, but white space at the ends
    stays, as one space."""
    if text.isascii():
        folded = text.lower()
        if text.isprintable() and "  " not in text:
            return folded
    else:
        # Unicode folds Cherokee to capitals; lower() in databases must leave folded text unchanged.
        folded = normalize("NFC", normalize("NFD", text).casefold()).lower()
    return _WHITE_SPACE.sub(" ", folded)


def is_simple(text: str) -> bool:
    """Return whether the folded form of a text is its letters in lower case, one by one, which every database can
    compute; most texts are simple. Some simple ones are not recognised."""
    return "  " not in text and text.strip(" ") == text and _SIMPLE.fullmatch(text) is not None


def lower_letters(text: str) -> str:
    """Return a text with each letter in lower case by itself, like DuckDB's `lower()`; used for the stored keys of
    emails and fields.

    `str.lower()` differs from it in two places: a capital sigma at the end of a word, and U+0130.
    """
    if text.isascii():
        return text.lower()
    return "".join("i" if character == "\u0130" else character.lower() for character in text)


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 contact, 2,000 contacts; `many` is an irregular plural."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shorten(text: str, most: int = 60) -> str:
    """Shorten text that a message quotes."""
    return text if len(text) <= most else text[:most] + "…"


def line_problem(text: str) -> Message | None:
    """Return why text cannot be a name or another single line, or None."""
    if CONTROL.search(text) or SURROGATE.search(text):
        return Message("has_control_characters")
    if len(text) > MAX_LINE:
        return Message("text_too_long", most=MAX_LINE)
    return None


def name_problem(name: str) -> Message | None:
    """Return why a trimmed text cannot be a name, or None."""
    return line_problem(name) if name else Message("must_not_be_blank")


def description_problem(text: str) -> Message | None:
    """Return why text cannot be a description, which may be blank and have several lines, or None."""
    if CONTROL_BUT_LINES.search(text) or SURROGATE.search(text):
        return Message("has_control_characters")
    return Message("text_too_long", most=MAX_DESCRIPTION) if len(text) > MAX_DESCRIPTION else None


def text_problem(text: str) -> Message | None:
    """Return why text cannot be a value of a text field, which may have several lines, or None."""
    # Printable text has neither, and most text is printable, which is fast to check.
    if not text.isprintable() and (CONTROL_BUT_LINES.search(text) or SURROGATE.search(text)):
        return Message("has_control_characters")
    if len(text) > MAX_TEXT:
        return Message("text_too_long", most=MAX_TEXT)
    return None
