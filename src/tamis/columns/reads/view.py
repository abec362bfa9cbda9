"""DuckDB's implementation of a consistent view."""

import duckdb

from tamis.columns.engine.state import read_sizes
from tamis.columns.history.comparison import DuckKeptHistoryReads
from tamis.columns.interface.view import Watermark
from tamis.columns.reads.contacts import DuckContactReads
from tamis.columns.reads.events import DuckEventReads
from tamis.columns.reads.exports import DuckExportReads
from tamis.columns.reads.feed import DuckFeedReads
from tamis.columns.reads.field_stats import DuckFieldStatsReads
from tamis.columns.reads.forecast import DuckForecastReads
from tamis.columns.reads.history import DuckHistoryReads
from tamis.columns.reads.members import DuckMemberReads
from tamis.columns.reads.overlap import DuckOverlapReads
from tamis.columns.reads.recipients import DuckRecipientReads
from tamis.columns.reads.rules import DuckRuleReads
from tamis.columns.reads.verification import DuckVerificationReads


class DuckSizeReads:
    """Reads the sizes of segments."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def of_all(self) -> dict[int, int]:
        return read_sizes(self._con)


class DuckView:
    """All queries on one connection, which has a transaction open."""

    def __init__(self, con: duckdb.DuckDBPyConnection, watermark: Watermark) -> None:
        self.watermark = watermark
        self.interrupt = con.interrupt
        self.sizes = DuckSizeReads(con)
        self.members = DuckMemberReads(con)
        self.recipients = DuckRecipientReads(con)
        self.overlap = DuckOverlapReads(con)
        self.rules = DuckRuleReads(con)
        self.contacts = DuckContactReads(con)
        self.field_stats = DuckFieldStatsReads(con)
        self.events = DuckEventReads(con)
        self.history = DuckHistoryReads(con)
        self.feed = DuckFeedReads(con)
        self.forecast = DuckForecastReads(con)
        self.exports = DuckExportReads(con)
        self.verification = DuckVerificationReads(con)
        self.kept_history = DuckKeptHistoryReads(con)
