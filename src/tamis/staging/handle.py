"""What the staging database hands out to be passed on: the opened place in which one file is worked on.

It has nothing of the engine to use. Questions about the file and commands are the functions of this package; only these
run statements, by `tamis.staging.sql`.
"""

from tamis.staging.statements import Statements


class StagingDatabase:
    """The place in which the rows of one file lie."""

    __slots__ = ("_statements",)

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
