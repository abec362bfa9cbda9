"""The projection at one moment, as an engine gives it to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tamis.columns.interface.checks import CheckReads
from tamis.columns.interface.contacts import ContactReads, ValueReads
from tamis.columns.interface.exports import ExportReads
from tamis.columns.interface.history import HistoryReads
from tamis.columns.interface.kept import KeptHistoryReads
from tamis.columns.interface.rules import RuleReads
from tamis.columns.interface.segments import MemberReads, RecipientReads, SetReads, SizeReads


@dataclass(frozen=True, slots=True)
class Standing:
    """Up to where the projection follows the records and the time.

    `applied` is the number of the last change, None where the projection is still to be built. By contact types, for
    those whose memberships time alone changes, `as_of` is the instant as of which these are right, and `due` the one at
    which they change next, where they will.
    """

    applied: int | None
    as_of: Mapping[int, datetime]
    due: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class Sized:
    """How many recipients each segment has, empty ones may be left out, and up to where that is right: kept in memory,
    so that it can be read as the sizes of a view are without asking the engine."""

    standing: Standing
    by_segment: Mapping[int, int]

    @property
    def sizes(self) -> SizeReads:
        """How large segments are."""
        return self

    def of_all(self) -> Mapping[int, int]:
        """Return how many recipients each segment has."""
        return self.by_segment


class ColumnsView(Protocol):
    """The projection at one moment: all of its parts read the same state, whatever is written meanwhile."""

    @property
    def standing(self) -> Standing:
        """Up to where it follows the records and the time."""

    @property
    def sizes(self) -> SizeReads:
        """How large segments are."""

    @property
    def members(self) -> MemberReads:
        """Who is in a segment, for people."""

    @property
    def recipients(self) -> RecipientReads:
        """Who is in a segment, for the Segment API."""

    @property
    def sets(self) -> SetReads:
        """What segments have in common."""

    @property
    def rules(self) -> RuleReads:
        """What rules select."""

    @property
    def contacts(self) -> ContactReads:
        """Which contacts a type has."""

    @property
    def values(self) -> ValueReads:
        """Which values contacts have."""

    @property
    def history(self) -> HistoryReads:
        """What was."""

    @property
    def exports(self) -> ExportReads:
        """Files of contacts."""

    @property
    def checks(self) -> CheckReads:
        """What is stored, for `tamis doctor`."""

    @property
    def kept_history(self) -> KeptHistoryReads:
        """The history, held against the one that the records keep."""

    def interrupt(self) -> None:
        """Stop what is being read, from another thread: the view raises Abandoned."""
