"""Commits that are recorded with the witness once they are on disk, and the check that none of them is missing."""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from tamis import log
from tamis.domain.errors import Damaged
from tamis.records.integrity.witness import Acknowledged, Witness
from tamis.records.queries import load

SQL = load("commits")
LOG_ENDING = "-wal"
KEPT_ENDING = "-wal.lost-"


class WitnessedCommits:
    """Commits of one writer, recorded with a witness."""

    def __init__(self, db: apsw.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self._witness = Witness(path)
        self._failure_logged = False

    def require_all(self, *, accepts_loss: bool) -> None:
        """Raise Damaged when acknowledged commits are missing; with `accepts_loss`, go on without them.

        SQLite deletes the log when it is closed, so its remains are first copied to another name.
        """
        known, present = self._witness.read(), self._last()
        if not known or known.store != present.store:
            return
        if known.change <= present.change and known.commits <= present.commits:
            return
        changes, others = max(known.change - present.change, 0), max(known.commits - present.commits, 0)
        if not accepts_loss:
            log.event("acknowledged_writes_missing", level=logging.CRITICAL, changes=changes, other_commits=others)
            self._keep_log()
            raise Damaged("writes_missing")
        self._witness.replace(present)
        log.event("loss_accepted", level=logging.WARNING, changes=changes, other_commits=others)

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Commit the open transaction after a block that writes to it; raises apsw.Error."""
        before, changes = self._last(), self._db.total_changes()
        yield
        last = self._last()
        if last.change == before.change and self._db.total_changes() != changes:
            self._db.execute(SQL["count"]).fetchall()
            last = last._replace(commits=last.commits + 1)
        self._db.execute("COMMIT").fetchall()
        try:
            self._witness.record(last)
        except OSError as error:  # the commit is on disk; only its loss would go unnoticed
            if not self._failure_logged:
                log.event("witness_not_written", level=logging.ERROR, reason=str(error.strerror))
            self._failure_logged = True

    def close(self) -> None:
        """Close the file of the witness."""
        self._witness.close()

    def _last(self) -> Acknowledged:
        rows: Any = self._db.execute(SQL["last"]).fetchall()
        try:
            store_id, change, commits = rows[0]
            return Acknowledged(bytes.fromhex(store_id), change, commits)
        except (IndexError, TypeError, ValueError):
            raise apsw.CorruptError("the row that says whose records these are is not what it was") from None

    def _keep_log(self) -> None:
        name = self._path.name
        rest = self._path.with_name(name + LOG_ENDING)
        if rest.exists() and rest.stat().st_size and not list(self._path.parent.glob(name + KEPT_ENDING + "*")):
            shutil.copyfile(
                rest, self._path.with_name(name + KEPT_ENDING + time.strftime("%Y%m%d-%H%M%S", time.gmtime()))
            )
