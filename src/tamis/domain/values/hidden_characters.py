"""Escape control, direction and invisible characters in text that people read.

Controls move a terminal's cursor, direction marks show one text as another, zero-width characters hide in names. In
terminals, logs and pages each is shown as its code point, ⟨U+202E⟩; output for programs keeps the exact text. Joiners
stay where languages and emoji need them. Sources: Unicode Technical Report 36 (security), Unicode
Standard Annex 31 (joiners), RFC 5892 appendix A, CVE-2021-42574 ("Trojan Source").
"""

import re

# Symbols and pictographs; scripts in which letters join (Arabic to Myanmar, Khmer and Mongolian, Brahmi's family);
# the signs that kill a vowel, after which a joiner also stands at the end of a word; Han.
_PICTURE = "\xa9\xae\u203c\u2049\u20e3\u2122-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_JOINING = "\u0600-\u109f\u1780-\u18af\ua840-\ua8ff\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff"
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_HIDDEN = (
    "\x00-\x1f\x7f-\x9f"  # C0, delete, C1: terminal controls
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001107f\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

_KEPT = "|".join(
    (
        f"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])",
        f"(?<=[{_VIRAMA}])[\u200c\u200d]",
        f"(?<=[{_PICTURE}\ufe0f])\u200d(?=[{_PICTURE}])",  # families, professions
        f"(?<=[{_PICTURE}0-9#*])[\ufe0e\ufe0f]",  # as an emoji, or as text
        f"(?<=[{_HAN}])[\ufe00-\ufe02\U000e0100-\U000e01ef]",  # forms of a character
        "(?<=[\u1820-\u1878])[\u180b-\u180e]",  # forms of a Mongolian letter
        "(?<=\U0001f3f4)\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
        "|\U000e0077\U000e006c\U000e0073)\U000e007f",  # the flags of England, Scotland and Wales
    )
)
_FOUND = re.compile(f"(?P<kept>{_KEPT})|[{_HIDDEN}]")
_LINES = re.compile(f"(?P<kept>[\t\n\r]|{_KEPT})|[{_HIDDEN}]")


def escape_hidden(text: str) -> str:
    """Return text for one line of a terminal or log, with each control and invisible character as ⟨U+…⟩."""
    return text if text.isascii() and text.isprintable() else _FOUND.sub(_shown, text)


def escape_hidden_lines(text: str) -> str:
    """Return text of one or more lines like `escape_hidden`, but with its tabs and line breaks."""
    return text if text.isascii() and text.isprintable() else _LINES.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    return found[0] if found["kept"] is not None else f"⟨U+{ord(found[0]):04X}⟩"
