"""The projection at one moment, read by DuckDB."""

import duckdb

from tamis.columns.engine.state import read_sizes
from tamis.columns.history.compare import KeptHistoryReads
from tamis.columns.interface.view import Standing
from tamis.columns.reads.browse import ContactReads
from tamis.columns.reads.examine import CheckReads
from tamis.columns.reads.export import ExportReads
from tamis.columns.reads.history import HistoryReads
from tamis.columns.reads.members import MemberReads
from tamis.columns.reads.preview import RuleReads
from tamis.columns.reads.recipients import RecipientReads
from tamis.columns.reads.sets import SetReads
from tamis.columns.reads.values import ValueReads


class SizeReads:
    """Reads how large segments are."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def of_all(self) -> dict[int, int]:
        return read_sizes(self._con)


class DuckView:
    """All that is read on one connection, in the state that its transaction sees."""

    def __init__(self, con: duckdb.DuckDBPyConnection, standing: Standing) -> None:
        self.standing = standing
        self.interrupt = con.interrupt
        self.sizes = SizeReads(con)
        self.members = MemberReads(con)
        self.recipients = RecipientReads(con)
        self.sets = SetReads(con)
        self.rules = RuleReads(con)
        self.contacts = ContactReads(con)
        self.values = ValueReads(con)
        self.history = HistoryReads(con)
        self.exports = ExportReads(con)
        self.checks = CheckReads(con)
        self.kept_history = KeptHistoryReads(con)
