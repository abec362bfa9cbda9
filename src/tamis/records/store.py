"""The records as a whole: one writer that commits many requests at once, and a reader for every thread."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import apsw

from tamis.domain.errors import Unavailable
from tamis.records.database import FILE_NAME, connect, migrate, plain_errors

T = TypeVar("T")
Job = tuple[Callable[[apsw.Connection], Any], "Future[Any]"]
MOST_WAITING = 10_000
MOST_A_COMMIT = 500


class Records:
    """The system of record in one directory.

    `submit` queues a job for the writer thread, which runs all waiting jobs in one transaction, each in a savepoint
    of its own, and answers them after the commit has reached the disk.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME
        self._local = threading.local()
        self._jobs: queue.Queue[Job | None] = queue.Queue(MOST_WAITING)
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
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="records-writer", daemon=True)
                    self._thread.start()
        future: Future[T] = Future()
        try:
            self._jobs.put_nowait((job, future))
        except queue.Full:
            future.set_exception(Busy("too many writes are waiting: try again in a moment"))
        return future

    def write(self, job: Callable[[apsw.Connection], T]) -> T:
        """Run a job and wait until it is on disk."""
        return self.submit(job).result()

    def close(self) -> None:
        """Finish the waiting jobs and close all connections."""
        if self._thread:
            self._jobs.put(None)
            self._thread.join()
        for db in [*self._readers, self._db]:
            db.close()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs = [first]
            closing = False
            while len(jobs) < MOST_A_COMMIT and not closing:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    closing = True
                else:
                    jobs.append(job)
            self._commit(jobs)
            if closing:
                return

    def _commit(self, jobs: list[Job]) -> None:
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with plain_errors(self.path):
                self._db.execute("BEGIN IMMEDIATE").fetchall()
                for job, future in jobs:
                    outcomes.append((future, *self._attempt(job)))
                self._db.execute("COMMIT").fetchall()
        except BaseException as error:
            if self._db.in_transaction:
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


class Busy(Unavailable):
    """More is asked than can be done now; asking again later helps."""

    code = "busy"
