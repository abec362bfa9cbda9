"""Any test over PostgreSQL instead of SQLite: `TESTS_RECORDS=postgresql pytest …`.

Each data directory gets a database of its own. Processes that are forked from the one that has loaded Tamis do the same
as this one. Tests that look at the SQLite file itself fail then.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from tamis.actions import services
from tamis.records.engine.opening import open_records
from tamis.records.engine.store import Records
from tests.support import postgresql

RECORDS = "TESTS_RECORDS"
CLUSTER = "TESTS_POSTGRESQL"
WANTED = os.environ.get(RECORDS) == "postgresql"


def install() -> None:
    """Have data directories without TAMIS_RECORDS use databases from now on, if the tests are to."""
    if not WANTED:
        return
    os.environ.setdefault(CLUSTER, str(postgresql.cluster()))

    def open_in_database(directory: Path, url: str = "", **options: Any) -> Records:
        return open_records(directory, url or _database_of(directory), **options)

    setattr(services, open_records.__name__, open_in_database)


def _database_of(directory: Path) -> str:
    return postgresql.make_records("d" + hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:20])
