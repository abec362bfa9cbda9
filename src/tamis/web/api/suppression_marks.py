"""Marks on the contacts and members that may not be mailed, wherever the API shows them."""

from collections.abc import Sequence
from typing import TypeVar

from tamis.actions.consent.mailing import has_suppressions
from tamis.actions.consent.suppressions import suppressions_of
from tamis.domain.contacts.emails import email_key
from tamis.web.api.calls import Call
from tamis.web.api.schemas.contacts import ContactOut, SuppressionMark
from tamis.web.api.schemas.members import MemberOut

Shown = TypeVar("Shown", bound=ContactOut | MemberOut)


async def mark_suppressed(call: Call, shown: Sequence[Shown]) -> list[Shown]:
    """Return contacts or members, those whose emails are suppressed with the reason, since when and from where."""
    if shown and has_suppressions(call.records, call.account.id):
        await call.read(lambda: _mark(call, shown))
    return list(shown)


def _mark(call: Call, shown: Sequence[Shown]) -> None:
    keys = [email_key(each.email) or "" for each in shown]
    found = suppressions_of(call.records, call.account, keys)
    for each, key in zip(shown, keys, strict=True):
        if suppression := found.get(key):
            each.suppression = SuppressionMark(suppression.reason, suppression.since, suppression.source)
