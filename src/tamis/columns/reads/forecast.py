"""DuckDB's implementation of queries about the future."""

import duckdb

from tamis.columns.interface.forecast import ExpectedChanges, ForecastRequest
from tamis.columns.projector.forecast import changes_by_day


class DuckForecastReads:
    """Computes what will happen if nothing but time changes."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def changes_by_day(self, request: ForecastRequest) -> list[ExpectedChanges]:
        return changes_by_day(self._con, request)
