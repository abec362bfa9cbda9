"""A consistent view of the projection, which an engine implements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tamis.columns.interface.contacts import ContactReads, FieldStatsReads
from tamis.columns.interface.events import EventReads
from tamis.columns.interface.exports import ExportReads
from tamis.columns.interface.feed import FeedReads
from tamis.columns.interface.forecast import ForecastReads
from tamis.columns.interface.history import HistoryReads
from tamis.columns.interface.kept_history import KeptHistoryReads
from tamis.columns.interface.rules import RuleReads
from tamis.columns.interface.segments import MemberReads, OverlapReads, RecipientReads, SizeReads
from tamis.columns.interface.verification import VerificationReads


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far the projection has applied the change log and the passing of time.

    `applied` is the number of the last change, None if the projection is not built yet. For contact types with
    memberships that time alone changes, `as_of` is the instant as of which they are right, and `due` the instant of the
    next change, if there will be one.
    """

    applied: int | None
    as_of: Mapping[int, datetime]
    due: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class CachedSizes:
    """The size of each segment at a watermark, cached in memory so that reading sizes needs no query. Empty segments
    may be left out."""

    watermark: Watermark
    by_segment: Mapping[int, int]

    @property
    def sizes(self) -> SizeReads:
        """The sizes of segments."""
        return self

    def of_all(self) -> Mapping[int, int]:
        """Return the number of recipients of each segment."""
        return self.by_segment


class ColumnsView(Protocol):
    """A consistent view of the projection: all of its parts read the same state, whatever is written meanwhile."""

    @property
    def watermark(self) -> Watermark:
        """How far the projection is up to date."""

    @property
    def sizes(self) -> SizeReads:
        """The sizes of segments."""

    @property
    def members(self) -> MemberReads:
        """Queries for the members of a segment, by page and search."""

    @property
    def recipients(self) -> RecipientReads:
        """Queries for the recipients of a segment, as the Segment API shows them."""

    @property
    def overlap(self) -> OverlapReads:
        """Queries about the overlap of segments."""

    @property
    def rules(self) -> RuleReads:
        """Queries about what rules select."""

    @property
    def contacts(self) -> ContactReads:
        """Queries for contacts of a type."""

    @property
    def field_stats(self) -> FieldStatsReads:
        """Queries about the values of fields."""

    @property
    def events(self) -> EventReads:
        """Queries about events."""

    @property
    def history(self) -> HistoryReads:
        """Queries about the past."""

    @property
    def forecast(self) -> ForecastReads:
        """Queries about the future."""

    @property
    def feed(self) -> FeedReads:
        """Queries for the change feed."""

    @property
    def exports(self) -> ExportReads:
        """Exports of contacts to files."""

    @property
    def verification(self) -> VerificationReads:
        """Queries that compare the projection with the records."""

    @property
    def kept_history(self) -> KeptHistoryReads:
        """Queries that compare the projection's history with the kept one."""

    def interrupt(self) -> None:
        """Cancel the running query from another thread: the view raises Abandoned."""
