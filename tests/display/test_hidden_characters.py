"""What people read hides no character; what languages and emoji need stays."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.values.hidden_characters import escape_hidden, escape_hidden_lines

# Signs of Arabic, Syriac and Kaithi that enclose the number after them: of the class of formats, but with ink.
WITH_INK = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
ANY = st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cs", "Ll", "Lo", "So", "Mn", "Zs"]))


def test_every_control_and_format_character_is_shown_as_its_number() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    formats = [c for c in every if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and ord(c) not in WITH_INK]
    assert escape_hidden("".join(formats)) == "".join(f"⟨U+{ord(c):04X}⟩" for c in formats)


@pytest.mark.parametrize(
    "hidden", ["\x1b[2J", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041", "\x9b31m", "\u3164"]
)
def test_names_cannot_hide_or_reverse_text(hidden: str) -> None:
    assert escape_hidden(f"Ann{hidden}Lee") == f"Ann⟨U+{ord(hidden[0]):04X}⟩{hidden[1:]}Lee"


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian: I want
        "क्\u200dष",  # Hindi: a half form
        "ന്\u200d",  # Malayalam: a letter at the end of a word, as it was written for long
        "ශ්\u200dරී",  # Sinhala
        "👩\u200d🔬 👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 👩🏽\u200d💻 1\ufe0f\u20e3 ❤\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "葛\U000e0100飾区",  # a town's own form of its character
        "Zoë Ångström, 東京, Ελλάδα, עברית",
    ],
)
def test_characters_needed_by_languages_and_emoji_are_kept(text: str) -> None:
    assert escape_hidden(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u200dpal", "pay⟨U+200D⟩pal"),
        ("pay\u200cpal", "pay⟨U+200C⟩pal"),
        ("می\u200c\u200cخ", "می⟨U+200C⟩⟨U+200C⟩خ"),
        ("👩\u200d\u200d🔬", "👩⟨U+200D⟩⟨U+200D⟩🔬"),
        ("a\ufe0f", "a⟨U+FE0F⟩"),
        ("🏴\U000e0068\U000e0069\U000e007f", "🏴⟨U+E0068⟩⟨U+E0069⟩⟨U+E007F⟩"),
        ("a\U000e0100", "a⟨U+E0100⟩"),
        ("\ud800", "⟨U+D800⟩"),
    ],
)
def test_the_same_characters_are_shown_where_nothing_needs_them(text: str, shown: str) -> None:
    assert escape_hidden(text) == shown


@given(ANY)
def test_text_stays_on_one_line_without_terminal_sequences(text: str) -> None:
    shown = escape_hidden(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in shown)
    assert not any(unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF") for character in shown)
    assert escape_hidden(shown) == shown, "what was shown once stays as it is"


@given(ANY)
def test_lines_keep_their_breaks_and_tabs_alone(text: str) -> None:
    for line, shown in zip(text.split("\n"), escape_hidden_lines(text).split("\n"), strict=True):
        assert shown == "\t".join("\r".join(map(escape_hidden, part.split("\r"))) for part in line.split("\t"))


@given(
    st.text(st.characters(categories=["L", "N", "P", "Zs", "Sm", "Sc"], exclude_characters="\u115f\u1160\u3164\uffa0"))
)
def test_letters_digits_and_signs_are_left_alone(text: str) -> None:
    assert escape_hidden(text) == text
