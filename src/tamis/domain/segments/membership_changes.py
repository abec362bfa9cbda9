"""Changes of membership: entries into segments and exits from them, their causes, and their totals by day."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """What caused a membership change, or a snapshot of a whole segment."""

    CONTACT = "contact changed"
    IMPORT = "import"
    UNDO = "import undone"
    OVERRIDE = "by hand"
    RULE = "rule edited"
    TIME = "time passed"
    DELETION = "deletion"
    EVENT = "event"
    CONSENT = "consent"
    RETENTION = "events expired"
    FIRST = "first filling"
    REBUILD = "rebuild"
    RESTORED = "restored from trash"
    KEPT = "history kept from here"


class MembershipChange(NamedTuple):
    """One log entry: a recipient entered (`delta` 1) or left (-1). The instant is in UTC."""

    number: int
    recipient_id: int
    delta: int
    instant: datetime
    cause: Cause


class MembershipSnapshot(NamedTuple):
    """A log entry at which all members of a segment were computed; `recipients` is their count. The instant is in
    UTC."""

    number: int
    instant: datetime
    cause: Cause
    recipients: int


class SegmentChanges(NamedTuple):
    """The segments that contacts have entered and left, by id, in order."""

    entered: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


class DaySize(NamedTuple):
    """The recipients of a segment at the end of a calendar day, and how many entered and left during it.

    `snapshot` is the cause of the last snapshot on that day, if there was one. Its entries and exits are counted too,
    so the size is always the size of the day before, plus the entries, less the exits.
    """

    day: date
    recipients: int
    entered: int
    departed: int
    snapshot: Cause | None
