"""The changes of an account."""

from typing import Annotated

import msgspec
from msgspec import Meta

from tamis.actions.changes.change_format import ChangeOut, change_out
from tamis.domain.segments.changes import FeedPage


class PastMemberOut(msgspec.Struct):
    """Who was a member of a segment."""

    id: Annotated[int, Meta(description="The recipient id, which changes have as `recipient_id`.")]
    contact_id: Annotated[int | None, Meta(description="null for an email that is not a contact.")]
    email: Annotated[
        str | None, Meta(description="The present email; null if it is not known any more, or may not be mailed.")
    ]


class ChangePage(msgspec.Struct):
    """Changes in order."""

    data: list[ChangeOut]
    next_cursor: Annotated[
        str, Meta(description="The number to continue after: send it as `after`. Nothing before it is missing.")
    ]
    has_more: Annotated[bool, Meta(description="Whether there are more changes already.")]


def change_page(page: FeedPage) -> ChangePage:
    """Return a page of changes as the API shows it."""
    return ChangePage([change_out(entry) for entry in page.entries], str(page.last), page.has_more)
