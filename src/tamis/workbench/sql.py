"""How the functions of this package run their SQL on a workbench."""

from tamis.workbench.handle import Workbench
from tamis.workbench.statements import Statements


def execute(bench: Workbench, query: str, parameters: object = None) -> Statements:
    """Run a statement, of which the rows can be fetched then."""
    return bench._statements.execute(query, parameters)


def cursor(bench: Workbench) -> Statements:
    """Open a second connection, by which rows are read beside other statements."""
    return bench._statements.cursor()
