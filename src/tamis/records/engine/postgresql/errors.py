"""Translate PostgreSQL's errors into Tamis's own; no message contains the URL."""

import psycopg
from psycopg import errors

from tamis.domain.errors import DiskFull, Unavailable
from tamis.records.engine.disk import SPARE_TEXT


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
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return Unavailable("records_server_unreachable", reason=_first_line(error))
        case _:
            return error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
