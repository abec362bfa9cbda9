"""Emails: which are valid, when two are the same, and how to extract one from what people write."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import email_validator

from tamis.domain.values.text import lower_letters, shorten

# Simple local parts, which need no library: RFC 5321 atoms joined by dots. Property-tested to agree with it.
_SIMPLE_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
_MAX_LOCAL_LENGTH = 64
_MAX_SIMPLE_LENGTH = 200
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_TO_ASCII = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {0xFE6B: "@"}  # full-width and small forms
_TO_ASCII_WITH_DOTS = _TO_ASCII | {0x3002: ".", 0xFF61: "."}
AT_SIGN = re.compile("[@\uff20\ufe6b]")
_QUOTES = (
    ("'", "'"), ('="', '"'), ('"', '"'), ("`", "`"), ("\u2018", "\u2019"), ("\u201c", "\u201d"), ("\u201e", "\u201c"),
    ("\u201e", "\u201d"), ("\u201a", "\u2018"), ("\u00ab", "\u00bb"), ("\u2039", "\u203a"), ("\u300c", "\u300d"),
)  # fmt: skip
_TRAILING = ".,;\u3001\u3002"
_LINK = "mailto:"
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>")
_BETWEEN = re.compile(r"[\s,;|/<>()\[\]\u3001\u3002]+")
_MAX_WRAPPERS = 8
_MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Email:
    """An email as it was written, and the key under which it is unique, ignoring case."""

    address: str
    key: str


@lru_cache(maxsize=65_536)
def _domain_key(domain: str) -> str | None:
    checked = _checked("a@" + domain)
    return checked.partition("@")[2] if checked else None


def _checked(address: str) -> str | None:
    try:
        checked = email_validator.validate_email(address, check_deliverability=False, strict=True)
        return lower_letters(checked.normalized)
    except (email_validator.EmailNotValidError, UnicodeError):
        return None


def email_key(address: str) -> str | None:
    """Return the key of an email, or None when it is invalid.

    Emails are valid that the `email-validator` library accepts without DNS, with at most 64 characters before the at
    sign. The key is its normal form in lower case, so both spellings of an international domain are the same.
    """
    local, at, domain = address.rpartition("@")
    if not at:
        return None
    if (
        len(address) <= _MAX_SIMPLE_LENGTH
        and len(local) <= _MAX_LOCAL_LENGTH
        and domain.isascii()
        and _is_simple(local)
    ):
        key = _domain_key(domain)
        if key is None or key.isascii():
            return f"{local.lower()}@{key}" if key else None
    return _checked(address)  # also when the domain encodes one in another script, which may be too long


def _is_simple(local: str) -> bool:
    return (local.isalnum() and local.isascii()) or _SIMPLE_LOCAL.fullmatch(local) is not None


def spellings(email: Email) -> frozenset[str]:
    """Return the spellings of an email, apart from case."""
    checked = email_validator.validate_email(email.key, check_deliverability=False)
    return frozenset({email.address, email.key, f"{checked.local_part}@{checked.ascii_domain}"})


def parse_email(text: str) -> Email | None:
    """Parse an email, trimmed and in Unicode normal form (NFC); None when it is not valid."""
    address = text.strip()
    key = email_key(
        address
    )  # of what was written: NFC may join a character that no address has to one that it may have
    return Email(unicodedata.normalize("NFC", address), key) if key else None


def parse_email_for_lookup(text: str) -> Email | None:
    """Parse an email to look up a contact by.

    Contacts of earlier versions may have an email that is no longer valid, with more than 64 characters before the at
    sign.
    """
    address = unicodedata.normalize("NFC", text.strip())
    local, _, domain = address.rpartition("@")
    if len(local) <= _MAX_LOCAL_LENGTH or not _is_simple(local):
        return parse_email(text)
    key = _domain_key(domain)
    return Email(address, f"{local.lower()}@{key}") if key else None


def clean_email(text: str) -> Email | None:
    """Extract the email from what people write; None when there is none, or more than one.

    Accepts `Name <a@b.org>`, a link, quotes, a trailing dot, comma or semicolon, invisible characters and full-width
    letters. A valid email is never changed.
    """
    found = parse_email(text)
    if found or len(text) > _MAX_TEXT or not AT_SIGN.search(text):
        return found
    bare = _unwrap(text)
    return parse_email(bare) if bare != text.strip() else None


def email_problem(text: str) -> str:
    """Explain why `clean_email` finds no email in text."""
    stripped = text.strip()
    if not stripped:
        return "Email is missing"
    at_signs = len(AT_SIGN.findall(text)) if len(text) <= _MAX_TEXT else 0
    if at_signs > 1 and len(_emails_in(text)) > 1:
        return f'Email contains several emails: "{shorten(stripped)}"'
    reason = _reason(_unwrap(text)) if at_signs else ""
    return f'Email is not valid: "{shorten(stripped)}"{reason}'


def fold_for_search(text: str) -> str:
    """Fold text so that an email in it is found in any form that `clean_email` accepts."""
    if text.isascii():
        return text.lower()
    cleaned = _INVISIBLE.sub("", text).translate(_TO_ASCII_WITH_DOTS)
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", cleaned).casefold())


def escape_invisible(text: str) -> str:
    """Replace invisible characters by their code points, so that a message can quote them: `[U+200B]`."""
    return _INVISIBLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def _unwrap(text: str) -> str:
    text = _INVISIBLE.sub("", text).translate(_TO_ASCII).strip()
    for _ in range(_MAX_WRAPPERS):
        inner = _unwrap_once(text)
        if inner == text:
            break
        text = inner
    return text


def _unwrap_once(text: str) -> str:
    """Remove the outermost wrapping of an email."""
    text = text.rstrip(_TRAILING).strip()
    for opening, closing in _QUOTES:
        if len(text) > len(opening) + len(closing) and text.startswith(opening) and text.endswith(closing):
            return text[len(opening) : -len(closing)].strip()
    if text[: len(_LINK)].lower() == _LINK and "%" not in text:  # percent-encoding is not decoded
        return text[len(_LINK) :].partition("?")[0].strip()
    named = _NAMED.fullmatch(text)
    if named and _emails_in(named["name"]) <= _emails_in(named["email"]):
        return named["email"].strip()
    return text


def _emails_in(text: str) -> set[str]:
    """Return the keys of the emails in a text of several words."""
    found = (clean_email(part) for part in _BETWEEN.split(text))
    return {email.key for email in found if email}


def _reason(text: str) -> str:
    """Return the reason of the library for refusing an email, in parentheses."""
    try:
        email_validator.validate_email(text, check_deliverability=False, strict=True)
    except email_validator.EmailNotValidError as error:
        sentences = str(error).rstrip(".").split(". ")
        return f" ({': '.join(sentence[:1].lower() + sentence[1:] for sentence in sentences)})"
    except UnicodeError:
        pass
    return ""
