"""The members of a segment as of a number of the change feed: what a program begins with before it follows the feed."""

from collections.abc import Sequence
from typing import NamedTuple

from tamis.actions.consent.mailing import withheld_emails
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Gone, Invalid, Problem
from tamis.records.history.read import read_position


class PastMember(NamedTuple):
    """A recipient that was in a segment: its contact, if it is one, and its email, if it is still known and may be
    mailed."""

    recipient_id: int
    contact_id: int | None
    email: str | None


def members_at_change(
    services: Services, account: Account, segment_id: int, number: int, after: int = 0, limit: int = 1_000
) -> Sequence[PastMember]:
    """Return a page of the members that a segment had after a number of the change feed, in the order of their
    recipient ids, which are above `after`. As in the feed that follows on them, suppressed people have no email.

    Raises NotFound; Gone if the segment was built after that number, or its history is not kept so far back, with the
    earliest number for which its members are known; Invalid for a number that no change has yet.
    """
    with services.view(account.id) as view:
        segment = segment_by_id(view.records, account, segment_id)
        built = view.columns.feed.built_at(segment.id)
        if view.columns.feed.last_number(number) == number > read_position(view.records).number:
            raise Invalid([Problem("at_change", "change_number_unknown", after=number)])
        if built is None or number < built[1]:
            raise Gone("members_not_known_at_change", number=number, earliest=built[1] if built else number)
        rows = view.columns.history.recipients_before(segment.contact_type_id, segment.id, number + 1, after, limit)
        withheld = withheld_emails(view.records, account.id, [email for _, _, email in rows])
        return [PastMember(id_, contact, None if email in withheld else email) for id_, contact, email in rows]
