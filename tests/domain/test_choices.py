"""Parsing options as people and other tools write them."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tamis.domain.values.choices import OptionIndex, split_options

TAGS = OptionIndex.of(("VIP", "Blog", "Rock, Pop", "A/B test", "on|off", "[draft]", '7" vinyl', "Zoë"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("VIP, Blog", ["VIP", "Blog"]),
        ("VIP; Blog", ["VIP", "Blog"]),
        ('"VIP","Blog"', ["VIP", "Blog"]),
        ("VIP|Blog", ["VIP", "Blog"]),
        ("VIP/Blog", ["VIP", "Blog"]),
        ('["VIP","Blog"]', ["VIP", "Blog"]),
        ("[VIP,Blog]", ["VIP", "Blog"]),
        ("['VIP', 'Blog']", ["VIP", "Blog"]),
        ("{VIP,Blog}", ["VIP", "Blog"]),
        ("vip", ["VIP"]),
        ("VIP,", ["VIP"]),
        ("VIP,,Blog", ["VIP", "Blog"]),
        (";VIP;;", ["VIP"]),
        ("VIP, VIP", ["VIP", "VIP"]),
        ("Rock, Pop", ["Rock, Pop"]),
        ("rock, pop; VIP", ["Rock, Pop", "VIP"]),
        ("VIP, Rock, Pop, Blog", ["VIP", "Rock, Pop", "Blog"]),
        ('"Rock, Pop","VIP"', ["Rock, Pop", "VIP"]),
        ("A/B test", ["A/B test"]),
        ("A/B test/VIP", ["A/B test", "VIP"]),
        ("on|off|VIP", ["on|off", "VIP"]),
        ("[draft]", ["[draft]"]),
        ("[draft], VIP", ["[draft]", "VIP"]),
        ('7" vinyl, VIP', ['7" vinyl', "VIP"]),
        ("Blog\nVIP", ["Blog", "VIP"]),
        ("Blog\r\nVIP\r\n", ["Blog", "VIP"]),
        ("“VIP”", ["VIP"]),
        ("“VIP”, „Blog“", ["VIP", "Blog"]),
        ('"VIP, Blog"', ["VIP", "Blog"]),
        ("VIP，Blog、ZOË", ["VIP", "Blog", "Zoë"]),
        ("", []),
        (" ; ,", []),
        ("[]", []),
        # What is none of them is reported as it was written, and cut where it surely is a list.
        ("Unknown", ["Unknown"]),
        ("VIP, Gold", ["VIP", "Gold"]),
        ("Gold; Jazz, Blues", ["Gold", "Jazz, Blues"]),
        ('"Jazz, Blues"', ["Jazz, Blues"]),
        ('"Jazz, Blues","VIP"', ["Jazz, Blues", "VIP"]),
        ('["Jazz, Blues", 7]', ["Jazz, Blues", "7"]),
        ("n/a", ["n/a"]),
        ("VIP/Gold", ["VIP", "Gold"]),
        ('"VIP, Blog', ['"VIP', "Blog"]),
        ("/", ["/"]),
    ],
)
def test_a_list_is_split_as_intended(text: str, parts: list[str]) -> None:
    assert split_options(text, TAGS) == parts


OPTION = st.text("aAbB ,|/\"'[]{}“”é", min_size=1, max_size=6).map(str.strip).filter(bool) | st.sampled_from(
    ["VIP", "Blog", '["a"]', '"a","b"', "a", "b", "A, B"]
)
OPTIONS = st.lists(OPTION, min_size=1, max_size=6, unique_by=str.casefold).map(tuple)


@given(options=OPTIONS, data=st.data())
def test_written_lists_are_read_back_for_any_options(options: tuple[str, ...], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(options), unique=True))
    assert split_options("; ".join(chosen), OptionIndex.of(options)) == chosen


PLAIN = st.lists(st.text("abcABC é-", min_size=1, max_size=5).map(str.strip).filter(bool), min_size=1, max_size=5)
FORMS = {
    "quoted": lambda parts: ",".join(f'"{part}"' for part in parts),
    "curly": lambda parts: ", ".join(f"“{part}”" for part in parts),
    "brackets": lambda parts: f"[{','.join(parts)}]",
    "semicolons": "; ".join,
    "commas": ",".join,
    "bars": " | ".join,
    "lines": "\n".join,
}


@pytest.mark.parametrize("form", FORMS)
@given(parts=PLAIN)
def test_every_form_gives_the_same_parts_for_known_and_unknown_options(form: str, parts: list[str]) -> None:
    nothing, all_of_them = OptionIndex.of(("something else",)), OptionIndex.of(tuple(dict.fromkeys(parts)))
    written = FORMS[form](parts)
    assert split_options(written, nothing) == parts
    assert [part.casefold() for part in split_options(written, all_of_them)] == [part.casefold() for part in parts]


@pytest.mark.parametrize("text", ['"a' * 20_000, '"a,' * 20_000, ",/|;" * 15_000, "[" * 60_000, '"' * 60_000])
def test_a_long_text_is_split_quickly(text: str) -> None:
    split_options(text, TAGS)
