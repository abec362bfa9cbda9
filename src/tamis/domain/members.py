"""The recipients of a segment as people see them, and those who came and went."""

from datetime import datetime
from typing import NamedTuple

from tamis.domain.transitions import Cause


class Member(NamedTuple):
    """One recipient: since when it is in the segment, in UTC, and whether it was added by hand."""

    recipient_id: int
    contact_id: int | None
    email: str
    first_name: str | None
    last_name: str | None
    since: datetime
    is_by_hand: bool


class Passed(NamedTuple):
    """Somebody entered a segment (`step` 1) or left it (-1), at an instant in UTC; contact and address are those that
    are still known."""

    number: int
    step: int
    instant: datetime
    cause: Cause
    recipient_id: int
    contact_id: int | None
    email: str | None
