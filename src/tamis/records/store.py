"""The records as a whole: one writer that commits many requests at once, and a reader for every thread."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import apsw

from tamis.domain.errors import Busy, Unavailable
from tamis.records.database import BUSY_SECONDS, FILE_NAME, FULL, connect, has_room, migrate, plain_errors

T = TypeVar("T")
Job = tuple[Callable[[apsw.Connection], Any], "Future[Any]"]
MOST_WAITING = 10_000
MOST_A_COMMIT = 500
LOG_PATIENCE_MS = 2_000


class Upkeep(NamedTuple):
    """Work on the file itself, which the writer does between two commits."""

    work: Callable[[apsw.Connection], Any]
    future: "Future[Any]"


class Records:
    """The system of record in one directory.

    `submit` queues a job for the writer thread, which runs all waiting jobs in one transaction, each in a savepoint
    of its own, and answers them after the commit has reached the disk.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME
        self._local = threading.local()
        self._jobs: queue.Queue[Job | Upkeep | None] = queue.Queue(MOST_WAITING)
        self._db = connect(self.path)
        with plain_errors(self.path):
            migrate(self._db)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._readers: list[apsw.Connection] = []

    def reader(self) -> apsw.Connection:
        """Give this thread's own connection for reading."""
        db: apsw.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = connect(self.path)
            self._readers.append(db)
        return db

    def submit(self, job: Callable[[apsw.Connection], T]) -> "Future[T]":
        """Queue a job for the next commit; its future ends when the commit is on disk, or with the job's error."""
        future: Future[T] = Future()
        self._queue((job, future))
        return future

    def write(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run a job and wait until it is on disk."""
        return self.submit(job).result()

    def clear_log(self) -> bool:
        """Copy the log of recent commits to the file and empty it, so that it holds nothing of what was deleted; tells
        whether it could, which it cannot while somebody reads from the log."""
        return self._keep_up(_clear_log)

    def compact(self) -> bool:
        """Write the file anew and empty the log: then neither holds anything of what was deleted. Tells whether the log
        could be emptied. Writes wait meanwhile, about two seconds for a million contacts."""
        # Deleted rows are overwritten at once (`secure_delete`), but not the copies that pages keep of rows which have
        # moved to another page. Only a file that is written anew has none.
        return self._keep_up(_compact)

    def close(self) -> None:
        """Finish the waiting jobs and close all connections."""
        if self._thread:
            self._jobs.put(None)
            self._thread.join()
        for db in [*self._readers, self._db]:
            db.close()

    def _run(self) -> None:
        closing = False
        while not closing:
            jobs, last = self._gather()
            if jobs:
                self._commit(jobs)
            if isinstance(last, Upkeep):
                self._do(last)
            closing = last is None

    def _gather(self) -> tuple[list[Job], Job | Upkeep | None]:
        """Collect the jobs that wait, at least one, up to what cannot be part of their commit; gives the last that
        was taken from the queue as well."""
        jobs: list[Job] = []
        last = self._jobs.get()
        while last is not None and not isinstance(last, Upkeep):
            jobs.append(last)
            if len(jobs) == MOST_A_COMMIT:
                break
            try:
                last = self._jobs.get_nowait()
            except queue.Empty:
                break
        return jobs, last

    def _do(self, upkeep: Upkeep) -> None:
        try:
            with plain_errors(self.path):
                upkeep.future.set_result(upkeep.work(self._db))
        except Exception as error:
            upkeep.future.set_exception(error)

    def _keep_up(self, work: Callable[[apsw.Connection], T]) -> T:
        future: Future[T] = Future()
        self._queue(Upkeep(work, future))
        return future.result()

    def _queue(self, item: "Job | Upkeep") -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="records-writer", daemon=True)
                    self._thread.start()
        try:
            self._jobs.put_nowait(item)
        except queue.Full:
            item[1].set_exception(Busy("too many writes are waiting: try again in a moment"))

    def _commit(self, jobs: list[Job]) -> None:
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with plain_errors(self.path):
                if not has_room(self.path):
                    raise Unavailable(FULL)
                self._db.execute("BEGIN IMMEDIATE").fetchall()
                for job, future in jobs:
                    outcomes.append((future, *self._attempt(job)))
                self._db.execute("COMMIT").fetchall()
        except BaseException as error:
            if self._db.in_transaction:
                with suppress(apsw.Error):  # whatever happens to the disk, those who wait must be answered
                    self._db.execute("ROLLBACK").fetchall()
            outcomes = [(future, None, error) for _, future in jobs]
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _attempt(self, job: Callable[[apsw.Connection], Any]) -> tuple[Any, BaseException | None]:
        self._db.execute("SAVEPOINT job").fetchall()
        try:
            result = job(self._db)
        except (apsw.FullError, apsw.IOError, apsw.CorruptError):
            raise  # the whole transaction is lost
        except Exception as error:
            self._db.execute("ROLLBACK TO job").fetchall()
            self._db.execute("RELEASE job").fetchall()
            return None, error
        self._db.execute("RELEASE job").fetchall()
        return result, None


def _clear_log(db: apsw.Connection) -> bool:
    db.set_busy_timeout(LOG_PATIENCE_MS)  # the writer must not wait long for those who read
    try:
        return db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0
    finally:
        db.set_busy_timeout(BUSY_SECONDS * 1000)


def _compact(db: apsw.Connection) -> bool:
    db.execute("VACUUM").fetchall()
    return _clear_log(db)
