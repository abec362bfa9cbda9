"""Recipients of a segment and its recent activity, as people see them."""

from datetime import datetime
from typing import NamedTuple

from tamis.domain.segments.membership_changes import Cause


class Member(NamedTuple):
    """One recipient: since when it has been in the segment, in UTC, whether it was added manually, and whether it is
    suppressed."""

    recipient_id: int
    contact_id: int | None
    email: str
    first_name: str | None
    last_name: str | None
    since: datetime
    is_manual: bool
    suppressed: bool


class ActivityEntry(NamedTuple):
    """A recipient entered a segment (`delta` 1) or left it (-1) at an instant in UTC. Contact and email are None when
    they are no longer known."""

    number: int
    delta: int
    instant: datetime
    cause: Cause
    recipient_id: int
    contact_id: int | None
    email: str | None
