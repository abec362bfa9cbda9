"""Translate PostgreSQL's errors into Tamis's own; no message contains the URL."""

import psycopg
from psycopg import errors

from tamis.domain.errors import DiskFull, Unavailable
from tamis.records.engine.disk import SPARE_TEXT

SERVER_STATES = frozenset({"08", "53", "57", "58", "XX"})
"""Classes of SQLSTATE: lost connections, exhausted resources, intervention of operators, errors of the system."""


def translate(error: Exception) -> Exception:
    """Return the Tamis error for an error about the server or the connection; any other error is returned
    unchanged."""
    match error:
        case errors.DiskFull():
            return DiskFull(SPARE_TEXT)
        case errors.ReadOnlySqlTransaction():
            return Unavailable("records_server_read_only")
        case errors.InsufficientPrivilege() | errors.InvalidAuthorizationSpecification() | errors.InvalidCatalogName():
            return Unavailable("records_server_refuses", reason=_first_line(error))
        case _ if is_about_server(error):
            return Unavailable("records_server_unreachable", reason=_first_line(error))
        case _:
            return error


def is_about_server(error: Exception) -> bool:
    """Return whether an error is about the connection or the server, rather than about the statement."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate[:2] in SERVER_STATES


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
