"""How the functions of this package run their SQL on a staging database."""

from tamis.staging.handle import StagingDatabase
from tamis.staging.statements import Statements


def execute(staging: StagingDatabase, query: str, parameters: object = None) -> Statements:
    """Run a statement, of which the rows can be fetched then."""
    return staging._statements.execute(query, parameters)


def cursor(staging: StagingDatabase) -> Statements:
    """Open a second connection, by which rows are read beside other statements."""
    return staging._statements.cursor()
