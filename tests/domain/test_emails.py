"""E-mail addresses: which there are, and which are the same."""

import pytest

from tamis.domain.emails import parse_email


@pytest.mark.parametrize(
    ("text", "address", "key"),
    [
        ("ada@example.com", "ada@example.com", "ada@example.com"),
        (" Ada.Lovelace+news@Example.COM\n", "Ada.Lovelace+news@Example.COM", "ada.lovelace+news@example.com"),
        ("a@münchen.de", "a@münchen.de", "a@münchen.de"),
        ("a@MÜNCHEN.de", "a@MÜNCHEN.de", "a@münchen.de"),
        ("a@xn--mnchen-3ya.de", "a@xn--mnchen-3ya.de", "a@münchen.de"),
        ("Ölaf@example.com", "Ölaf@example.com", "ölaf@example.com"),
        ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
    ],
)
def test_an_address_is_read(text: str, address: str, key: str) -> None:
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
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert parse_email(text) is None
