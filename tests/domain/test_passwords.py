"""Rules for new passwords: long ones of any characters, but no common ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.demo.make import EMAIL, generate_password
from tamis.domain.passwords.rules import MAX_LENGTH, password_problem

OWNER = "anna.lindqvist@mail.bergby-shop.com"


@pytest.mark.parametrize(
    "password",
    [
        "grain by grain 42",
        "correct horse battery",
        "ёжик в тумане",
        "🐈 🐕 🐇 🐢 🐘 🐟",
        "          x          y",
        "tamis is what I sieve with",
        "Anna bakes bread on Sundays",
        "wholesale mail merge",
        "a" * (MAX_LENGTH // 2) + "bc" * (MAX_LENGTH // 4),
    ],
)
def test_long_passwords_of_any_characters_are_accepted(password: str) -> None:
    assert password_problem(password, OWNER) is None


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "QWERTYUIOP",
        "basketball",
        "Password2026!",
        "!!!letmein!!!",
        "p@ssw0rd123",
        "passwordpassword",
        "sunshine sunshine sunshine ",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "abcdefghijklm",
        "zyxwvutsrqponm",
        "😀😀😀😀😀😀😀😀😀😀",
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    assert "attackers try first" in str(password_problem(password, OWNER))


@pytest.mark.parametrize(
    "password",
    [
        "anna.lindqvist",
        "Lindqvist2026",
        "Bergby-Shop!!",
        "annalindqvist1",
        "mail.bergby-shop",
        "TamisTamis2026",
        "tamis-anna-42",
        "anna@bergby-shop",
    ],
)
def test_passwords_made_of_account_words_are_refused(password: str) -> None:
    assert "is based on" in str(password_problem(password, OWNER))


def test_length_is_counted_in_characters() -> None:
    assert str(password_problem("ωψχφυτσρξ", OWNER)) == "must have at least 10 characters"
    assert str(password_problem("x y" * MAX_LENGTH, OWNER)) == "must not have more than 1,000 characters"


@given(st.text(max_size=64), st.sampled_from([OWNER, EMAIL, "a@b.org", "not an email", ""]))
def test_every_text_is_accepted_or_refused(password: str, email: str) -> None:
    problem = password_problem(password, email)
    assert problem is not None or len(password) >= 10


def test_the_demo_passwords_are_accepted() -> None:
    assert not any(password_problem(generate_password(), EMAIL) for _ in range(100))
