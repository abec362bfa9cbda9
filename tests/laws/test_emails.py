"""§ One email, one key: Tamis accepts an email exactly when the email-validator library does."""

import csv
import json
from pathlib import Path

import email_validator
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tamis.domain.contacts.emails import email_key, parse_email
from tamis.domain.values.text import lower_letters
from tests.support.effort import examples

COLLECTED = Path(__file__).parents[2].parent / "shared" / "data" / "emails"

local_parts = st.one_of(
    st.text("abZ019!#$%&'*+-/=?^_`{|}~.", max_size=6),
    st.text('abZ._-+ "\\@,()<>éß\u0301\u200d\t', max_size=6),
    st.integers(1, 66).map("a".__mul__),
    st.sampled_from(["\u212b", "İ", "ΟΔΟΣ", "²", "a\u0301", "\u0301"]),
    st.sampled_from(['"a b"', '"a@b"', "Postmaster", "a..b", ".a", "a.", '"', "<a", "me <a"]),
)
labels = st.one_of(
    st.text("abZ019-_", max_size=5),
    st.text("abZé_-ß. \u3002", max_size=5),
    st.sampled_from(
        ["example", "localhost", "test", "invalid", "xn--mnchen-3ya", "xn--a", "münchen", "XN--MNCHEN-3YA", "COM"]
    ),
    st.integers(60, 66).map("d".__mul__),
)


def in_ascii(label: str) -> str:
    """Write a label of another script as DNS does, where it is much shorter."""
    return "xn--" + label.encode("punycode").decode()


foreign_labels = st.builds(str.__mul__, st.sampled_from("ü中𠀀"), st.integers(1, 57))
long_domains = st.lists(st.one_of(foreign_labels, foreign_labels.map(in_ascii)), min_size=1, max_size=4).map(
    lambda parts: ".".join([*parts, "de"])
)
domains = st.one_of(
    long_domains,
    st.lists(labels, min_size=1, max_size=5).map(".".join),
    st.sampled_from(
        ["[127.0.0.1]", "[IPv6:::1]", "127.0.0.1", "a.de>", "a.de.", "a.de ", " a.de", "(c)a.de", "", "a.d1", "a.1"]
    ),
)
addresses = st.one_of(st.builds("{}@{}".format, local_parts, domains), st.text(), st.text('ab@."<> é', max_size=12))


def by_library(address: str) -> str | None:
    try:
        return lower_letters(
            email_validator.validate_email(address, check_deliverability=False, strict=True).normalized
        )
    except (email_validator.EmailNotValidError, UnicodeError):
        return None


@settings(max_examples=examples(1_000))
@given(addresses)
@example("a" * 64 + "@" + "d" * 60 + "." + "d" * 60 + ".de")
@example("a" * 64 + "@" + ".".join(["d" * 60] * 3) + ".de")
@example("a" * 64 + "@" + ".".join(["d" * 60] * 3) + ".exampl")
@example("a" * 64 + "@" + ".".join(["d" * 60] * 3) + ".example")
@example("a" * 64 + "@" + ".".join(["ü" * 24] * 4) + ".de")
@example("a" * 64 + "@" + in_ascii("𠀀" * 50) + ".de")
@example("a" * 64 + "@" + in_ascii("𠀀" * 40) + ".de")
@example("a" * 64 + "@" + "ａ" * 63 + ".de")
@example("\u212b@a.de")
@example("ΟΔΟΣ@a.de")
@example("\ud800@a.de")
def test_emails_are_valid_exactly_when_the_library_accepts_them(address: str) -> None:
    assert email_key(address) == by_library(address)


def test_collected_emails_are_valid_exactly_when_the_library_accepts_them() -> None:
    """The collections are not part of this repository; where they are absent, this test has nothing to say."""
    collected = [
        json.loads(row["address_json"])
        for path in sorted(COLLECTED.glob("*.csv"))
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    ]
    assert [address for address in collected if email_key(address) != by_library(address)] == []


@given(addresses)
def test_emails_are_the_same_in_any_case_and_with_blanks_around(address: str) -> None:
    email = parse_email(address)
    if email and address.isascii():
        assert email.address == address.strip()
        again = parse_email(f" {address.upper()}\n")
        assert again
        assert again.key == email.key


@given(addresses)
def test_the_key_of_a_key_is_itself(address: str) -> None:
    key = email_key(address)
    assert key is None or email_key(key) == key
