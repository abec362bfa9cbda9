"""Entries of contacts into segments and exits from them: why they happen, and what they add up to."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """What a transition, or a whole filling of a segment, came from."""

    CONTACT = "contact changed"
    IMPORT = "import"
    UNDO = "import undone"
    HAND = "by hand"
    RULE = "rule edited"
    TIME = "time passed"
    DELETION = "deletion"
    FIRST = "first filling"
    REBUILD = "rebuild"
    KEPT = "history kept from here"


class Transition(NamedTuple):
    """One entry (`step` 1) or exit (-1) of a recipient, as the log has it; the instant is in UTC."""

    number: int
    recipient_id: int
    step: int
    instant: datetime
    cause: Cause


class Filling(NamedTuple):
    """A line of the log at which a whole segment was filled with so many recipients; the instant is in UTC."""

    number: int
    instant: datetime
    cause: Cause
    recipients: int


class DaySize(NamedTuple):
    """How many recipients a segment had at the end of a calendar day, and how many came and went during it.

    `filled` tells why the segment was filled as a whole on that day, if it was: those who came or went by it are
    counted, too, so that the size is always that of the day before, with those who entered, less those who departed.
    """

    day: date
    recipients: int
    entered: int
    departed: int
    filled: Cause | None
