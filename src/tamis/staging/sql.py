"""Running SQL on a staging database, for this package only."""

from tamis.staging.handle import StagingDatabase
from tamis.staging.watchdog import WatchedConnection


def execute(staging: StagingDatabase, query: str, parameters: object = None) -> WatchedConnection:
    """Run a statement and return the connection to fetch its rows from."""
    return staging._statements.execute(query, parameters)


def cursor(staging: StagingDatabase) -> WatchedConnection:
    """Open a second connection, to read rows while other statements run."""
    return staging._statements.cursor()
