"""Text: how it is folded and what it may not contain."""

import pytest

from tamis.domain.text import fold, problem_with_line, problem_with_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ABC abc 09_", "abc abc 09_"),
        ("ÄÖÜß", "äöüß"),
        ("ẞ", "ß"),
        ("ΟΔΟΣ", "οδοσ"),
        ("οδος", "οδος"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "isparta"),
        ("ı", "ı"),
        ("\u212a", "k"),
        ("ǅ", "ǆ"),
        ("𐐀", "𐐨"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["", "a", "a" * 255, "👩‍👩‍👧", "e\u0301"])
def test_a_line_may_be(text: str) -> None:
    assert problem_with_line(text) is None
    assert problem_with_text(text) is None


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "\0", "\x7f", "\x9f", "\ud83d", "a" * 256])
def test_a_line_may_not_be(text: str) -> None:
    assert problem_with_line(text)


@pytest.mark.parametrize("text", ["a\nb", "a\r\n\tb", "a" * 256])
def test_a_text_may_have_lines(text: str) -> None:
    assert problem_with_text(text) is None


@pytest.mark.parametrize("text", ["\0", "\x08", "\x0b", "\x1f", "\x85", "\udfff", "a" * 65_536])
def test_a_text_may_not_be(text: str) -> None:
    assert problem_with_text(text)
