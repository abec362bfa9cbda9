"""Unsubscribe links: one for each contact of a type, and for each email that a segment includes without a contact.

A link says by itself whom it is for, so that it also works when the contact was deleted meanwhile, and whoever has it
needs no other authority.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.actions.consent.signed_tokens import Signer, TokenPurpose, signer, verify
from tamis.actions.services import Services
from tamis.actions.team.mail import base_url
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.emails import Email, parse_email_for_lookup
from tamis.records.accounts import accounts
from tamis.records.handles import Reader

PATH = "/u"
NO_CONTACT = 0
ONE_CLICK = "List-Unsubscribe=One-Click"
"""The header, and the body of the request, with which a mail program unsubscribes (RFC 8058)."""


class _Payload(NamedTuple):
    """What the token of a link says."""

    account_id: int
    type_id: int
    contact_id: int
    email: str


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Whom a link is for: a contact by its id, which may be gone, and the email that it had."""

    account: Account
    type_id: int
    contact_id: int | None
    email: Email


class LinkMaker:
    """Makes the links of an account."""

    def __init__(self, signer: Signer, base: str, account_id: int) -> None:
        self._sign, self._base, self._account_id = signer.sign, f"{base}{PATH}/", account_id

    def url(self, type_id: int, contact_id: int | None, email: str) -> str:
        """Return the link of a contact of a type, or of an email that is no contact."""
        payload = _ENCODE((self._account_id, type_id, contact_id or NO_CONTACT, email))
        return self._base + self._sign(TokenPurpose.UNSUBSCRIBE, payload)


_ENCODE: Callable[[tuple[int, int, int, str]], bytes] = msgspec.msgpack.Encoder().encode
_DECODER = msgspec.msgpack.Decoder(_Payload)


def link_maker(services: Services, account: Account) -> LinkMaker:
    """Return the maker of the links of an account."""
    return LinkMaker(signer(services), base_url(services.settings), account.id)


def list_unsubscribe_headers(url: str) -> dict[str, str]:
    """Return the headers of an email with which mail programs offer to unsubscribe with one click (RFC 8058)."""
    name, _, value = ONE_CLICK.partition("=")
    return {name: f"<{url}>", f"{name}-Post": f"{name}={value}"}


def read_link(db: Reader, now: datetime, token: str) -> UnsubscribeLink | None:
    """Return whom the token of a link is for, or None if it is not valid."""
    payload = verify(db, now, TokenPurpose.UNSUBSCRIBE, token)
    if payload is None:
        return None
    account_id, type_id, contact_id, address = _DECODER.decode(payload)
    account, email = accounts.account_by_id(db, account_id), parse_email_for_lookup(address)
    if account is None or email is None:
        return None
    return UnsubscribeLink(account, type_id, contact_id or None, email)
