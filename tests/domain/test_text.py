"""Text: folding, and forbidden characters."""

import pytest

from tamis.domain.values.text import fold, fold_part, is_simple, line_problem, pluralize, text_problem


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ABC abc 09_", "abc abc 09_"),
        ("ÄÖÜß", "äöüss"),
        ("ẞ", "ss"),
        ("ΟΔΟΣ", "οδοσ"),
        ("οδος", "οδοσ"),
        ("ΝΊΚΟΣ", "νίκοσ"),
        ("İstanbul", "i\u0307stanbul"),
        ("ISPARTA", "isparta"),
        ("ı", "ı"),
        ("\u212a", "k"),
        ("ǅ", "ǆ"),
        ("ﬃ", "ffi"),
        ("ŉ", "ʼn"),
        ("e\u0301", "é"),
        ("\u1fb3", "αι"),
        ("\u03b1\u0345\u0301", "\u03ac\u03b9"),
        ("a\u0302\u0323", "\u1ead"),
        ("Ꭰꭰ", "ꭰꭰ"),
        ("𐐀", "𐐨"),
        (" New\u00a0\t York\u3000", "new york"),
        ("a\u200bb", "a\u200bb"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_part_keeps_one_blank_at_its_ends() -> None:
    assert fold_part("\u00a0 OF\t") == " of "
    assert fold_part("  ") == " "


@pytest.mark.parametrize("text", ["Müller", "Łódź", "東京", "São Paulo", "Ελλάδα", "Россия", "", "a b", "🦊"])
def test_most_texts_are_simple(text: str) -> None:
    assert is_simple(text)


@pytest.mark.parametrize("text", ["Straße", "Jose\u0301", "Νίκος", "a  b", " a", "a\t", "a\u00a0b", "İ", "Ꭰ", "ﬁ"])
def test_other_texts_are_not(text: str) -> None:
    assert not is_simple(text)


@pytest.mark.parametrize("text", ["", "a", "a" * 255, "👩‍👩‍👧", "e\u0301"])
def test_valid_lines_are_accepted(text: str) -> None:
    assert line_problem(text) is None
    assert text_problem(text) is None


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "\0", "\x7f", "\x9f", "\ud83d", "a" * 256])
def test_invalid_lines_are_refused(text: str) -> None:
    assert line_problem(text)


@pytest.mark.parametrize("text", ["a\nb", "a\r\n\tb", "a" * 256])
def test_valid_multiline_texts_are_accepted(text: str) -> None:
    assert text_problem(text) is None


@pytest.mark.parametrize("text", ["\0", "\x08", "\x0b", "\x1f", "\x85", "\udfff", "a" * 65_536])
def test_invalid_multiline_texts_are_refused(text: str) -> None:
    assert text_problem(text)


@pytest.mark.parametrize(
    ("number", "words", "written"),
    [
        (0, ("member",), "0 members"),
        (1, ("member",), "1 member"),
        (2_000, ("member",), "2,000 members"),
        (1, ("address", "addresses"), "1 address"),
        (2, ("address", "addresses"), "2 addresses"),
        (2, ("row is", "rows are"), "2 rows are"),
    ],
)
def test_counts_use_singular_and_plural(number: int, words: tuple[str, ...], written: str) -> None:
    assert pluralize(number, *words) == written
