"""Which e-mail addresses exist, and when two of them are the same."""

import re
from dataclasses import dataclass
from functools import lru_cache

import email_validator

from tamis.domain.text import fold

# Plain local parts, which need no library: atoms of RFC 5321 joined by dots. Property-tested to agree with it.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
_PLAIN_LOCAL_LENGTH = 64
_PLAIN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Email:
    """An address as it was written, and the key under which it is unique, ignoring case."""

    address: str
    key: str


@lru_cache(maxsize=65_536)
def _domain_key(domain: str) -> str | None:
    checked = _checked("a@" + domain)
    return checked.partition("@")[2] if checked else None


def _checked(address: str) -> str | None:
    try:
        return fold(email_validator.validate_email(address, check_deliverability=False).normalized)
    except (email_validator.EmailNotValidError, UnicodeError):
        return None


def email_key(address: str) -> str | None:
    """Give the key of an address, or None when there can be no such address.

    Valid is what the `email-validator` library accepts without asking DNS. Its normal form, in lower case, is the
    key, so an international domain is the same in both of its spellings.
    """
    local, _, domain = address.rpartition("@")
    if len(address) <= _PLAIN_LENGTH and len(local) <= _PLAIN_LOCAL_LENGTH and domain.isascii() and _is_plain(local):
        key = _domain_key(domain)
        if key is None or key.isascii():
            return f"{local.lower()}@{key}" if key else None
    return _checked(address)  # also where the domain stands for one in another script, which may be too long


def _is_plain(local: str) -> bool:
    return (local.isalnum() and local.isascii()) or _PLAIN_LOCAL.fullmatch(local) is not None


def spellings(email: Email) -> frozenset[str]:
    """Give the ways in which an address can be written, but for case."""
    checked = email_validator.validate_email(email.key, check_deliverability=False)
    return frozenset({email.address, email.key, f"{checked.local_part}@{checked.ascii_domain}"})


def parse_email(text: str) -> Email | None:
    """Read an address, trimmed, or give None when it is not one."""
    address = text.strip()
    key = email_key(address)
    return Email(address, key) if key else None
