"""Emails: which are valid, and which are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.contacts.emails import (
    Email,
    clean_email,
    email_problem,
    escape_invisible,
    fold_for_search,
    parse_email,
    parse_email_for_lookup,
)


@pytest.mark.parametrize(
    ("text", "address", "key"),
    [
        ("ada@example.com", "ada@example.com", "ada@example.com"),
        (" Ada.Lovelace+news@Example.COM\n", "Ada.Lovelace+news@Example.COM", "ada.lovelace+news@example.com"),
        ("a@münchen.de", "a@münchen.de", "a@münchen.de"),
        ("a@MÜNCHEN.de", "a@MÜNCHEN.de", "a@münchen.de"),
        ("a@xn--mnchen-3ya.de", "a@xn--mnchen-3ya.de", "a@münchen.de"),
        ("Ölaf@example.com", "Ölaf@example.com", "ölaf@example.com"),
        ("cafe\u0301@example.org", "café@example.org", "café@example.org"),
        ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
    ],
)
def test_an_email_is_parsed(text: str, address: str, key: str) -> None:
    email = parse_email(text)
    assert email
    assert (email.address, email.key) == (address, key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@localhost",
        "ada@exa mple.com",
        "ada@@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..b@example.com",
        "ada@example..com",
        "ada@-example.com",
        "a\0@example.com",
        "Ada <ada@example.com>",
        '"a b"@example.com',
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "a@" + "d" * 64 + ".com",
        "a@" + ".".join(["d" * 60] * 5),
        "ada@example.com, bob@example.com",
        "ada@x.test",
        "\ud800@a.de",
        "x" * 65 + "@example.org",
        "é" * 65 + "@example.org",
    ],
)
def test_invalid_emails_are_refused(text: str) -> None:
    assert parse_email(text) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Nea Nord <nea@example.org>", "nea@example.org"),
        ('"Nord, Nea" <nea@example.org>', "nea@example.org"),
        ("nea@example.org <NEA@example.org>", "NEA@example.org"),
        ("<nea@example.org>", "nea@example.org"),
        ("nea@example.org<mailto:nea@example.org>", "nea@example.org"),
        ("mailto:nea@example.org", "nea@example.org"),
        ("MailTo: nea@example.org?subject=Hello", "nea@example.org"),
        ("nea@example.org.", "nea@example.org"),
        ("nea@example.org ;", "nea@example.org"),
        ("nea@example.org,;", "nea@example.org"),
        ("nea@example.org、", "nea@example.org"),
        ("'nea@example.org'", "nea@example.org"),
        ("“nea@example.org”,", "nea@example.org"),
        ("„nea@example.org“", "nea@example.org"),
        ("«nea@example.org»", "nea@example.org"),
        ('="nea@example.org"', "nea@example.org"),
        ("'Nea <nea@example.org>'", "nea@example.org"),
        ("nea＠example.org", "nea@example.org"),
        ("ｎｅａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "nea@example.org"),
        ("so\u00adft@exam\u00adple.org", "soft@example.org"),
        *(
            (f"{mark}nea@example.org{mark}", "nea@example.org")
            for mark in "\u200b\ufeff\u200e\u200f\u202a\u202c\u2060\xa0\u3000\t"
        ),
    ],
)
def test_text_around_an_email_is_removed(text: str, address: str) -> None:
    email = clean_email(text)
    assert email
    assert email.address == address


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (" ", "Email is missing"),
        ("N/A", 'Email is not valid: "N/A"'),
        ("a@example.org, b@example.org", 'Email contains several emails: "a@example.org, b@example.org"'),
        ("a@example.org;b@example.org", 'Email contains several emails: "a@example.org;b@example.org"'),
        ("a@example.org <b@example.org>", 'Email contains several emails: "a@example.org <b@example.org>"'),
        (
            "A <a@example.org>, B <b@example.org>",
            'Email contains several emails: "A <a@example.org>, B <b@example.org>"',
        ),
        (".a@example.org", '".a@example.org" (an email address cannot start with a period)'),
        ("a@localhost", '"a@localhost" (the part after the @-sign is not valid: it should have a period)'),
        ("x" * 65 + "@example.org", "(the email address is too long before the @-sign (1 character too many))"),
        ("a b@example.org", "invalid characters before the @-sign: SPACE"),
        ("a\x07@example.org", "invalid characters"),
        ("mailto:a%2Bb@example.org", "invalid characters"),
        ("A <a@example.org", "close angle bracket"),
    ],
)
def test_an_email_that_cannot_be_cleaned_has_a_reason(text: str, problem: str) -> None:
    assert clean_email(text) is None
    assert email_problem(text).endswith(problem) or problem in email_problem(text)


def test_a_cell_as_long_as_a_book_is_not_searched() -> None:
    long = "a@example.org, " * 200_000
    assert clean_email(long) is None
    assert email_problem(long).startswith("Email is not valid:")


@given(st.text("ab@.é\u0301'\"<>;, \u200b＠org", max_size=20) | st.text(max_size=20))
def test_cleaning_never_changes_a_valid_email(text: str) -> None:
    strict, cleaned = parse_email(text), clean_email(text)
    assert strict is None or cleaned == strict
    if cleaned:
        assert parse_email(cleaned.address) == cleaned
        assert escape_invisible(cleaned.address) == cleaned.address
        assert unicodedata.is_normalized("NFC", cleaned.address)
        assert fold_for_search(cleaned.address) in fold_for_search(text)


def test_an_existing_contact_is_found_by_an_email_no_longer_accepted() -> None:
    long = "A" * 65 + "@Example.org"
    assert parse_email(long) is None
    assert parse_email_for_lookup(f" {long} ") == Email(long, long.lower())
    assert parse_email_for_lookup("A" * 65 + "@") is None
    assert parse_email_for_lookup("Ann@example.org") == parse_email("Ann@example.org")
