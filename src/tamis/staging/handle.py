"""The handle of an open staging database, which hides the engine.

Only the functions of this package run statements on it, through `tamis.staging.sql`.
"""

from tamis.staging.watchdog import WatchedConnection


class StagingDatabase:
    """An open staging database with the rows of one file."""

    __slots__ = ("_statements",)

    def __init__(self, statements: WatchedConnection) -> None:
        self._statements = statements
