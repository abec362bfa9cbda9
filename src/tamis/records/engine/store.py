"""The system of record: one writer that commits many requests at once, and a reader for each thread."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from tamis import log
from tamis.domain.errors import Busy, Damaged, DiskFull, TamisError
from tamis.histogram import DurationHistogram
from tamis.records.engine.disk import SPARE_TEXT
from tamis.records.engine.interface import DatabaseConnection, Engine, KnownDamage
from tamis.records.engine.write_queue import PROJECTOR, MaintenanceJob, WriteJob, WriteQueue, new_future
from tamis.records.handles import Reader, Transaction, connection_of

T = TypeVar("T")
MAX_JOBS_PER_COMMIT = 500
MAX_SECONDS_PER_COMMIT = 0.02
"""After this long a commit takes no more jobs, so that the next one waits only briefly."""
DIAGNOSIS_INTERVAL_SECONDS = 60.0


class Records:
    """The system of record on an engine.

    `submit` queues a job for the writer thread, which runs the waiting jobs in one transaction, each in its own
    savepoint, and resolves their futures once the commit has reached the disk. Before that, it calls
    `committed`, unless only the projector has written.
    """

    def __init__(self, engine: Engine, *, committed: Callable[[], None] = lambda: None) -> None:
        self._engine = engine
        self._committed = committed
        self._local = threading.local()
        self._jobs = WriteQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._diagnosed_at = -DIAGNOSIS_INTERVAL_SECONDS
        self._db = engine.writer
        self._transaction = Transaction(self._db)
        self._readers: list[DatabaseConnection] = []
        self.commits = DurationHistogram()

    @property
    def health(self) -> KnownDamage:
        """What is known about damage."""
        return self._engine.health

    @property
    def place(self) -> str:
        """What `tamis doctor` calls the place of the records."""
        return self._engine.place

    @property
    def examined(self) -> str:
        """What `find_problems` looks at, for a person."""
        return self._engine.examined

    @property
    def waiting_jobs(self) -> int:
        """The number of jobs waiting for the writer."""
        return self._jobs.waiting

    def reader(self) -> Reader:
        """Return this thread's own reader."""
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            db = self._engine.connect()
            self._readers.append(db)
            reader = self._local.reader = Reader(db, self._engine.translate)
        return reader

    def open_copy(self) -> AbstractContextManager[Callable[[Path], None]]:
        """Open a snapshot for a block, and yield a function that writes it to a new file in a directory, without
        deleted data. Writes go on meanwhile. Raises Damaged, Refused and Unavailable."""
        return self._engine.open_copy()

    def version(self) -> int:
        """Return a number that differs whenever any process has committed a write since this thread last asked; far
        cheaper than a query."""
        reader = self.reader()
        try:
            return self._engine.version(connection_of(reader))
        except Exception as error:
            translated = reader.translate(error)
            if translated is error:
                raise
            raise translated from error

    def submit(self, job: Callable[[Transaction], T], account_id: int = 0) -> "Future[T]":
        """Queue a job for one of the next commits, in the turn of an account (0 for none).

        The future resolves when the commit is on disk, or with the job's error.
        """
        future: Future[T] = new_future()
        self._queue(WriteJob(job, future), account_id)
        return future

    def write_history(self, job: Callable[[Transaction], T]) -> T:
        """Run a job of the projector in its turn, and wait until it is on disk.

        It is never refused because of a full queue, and may use the last room on the disk: writes that were
        acknowledged must be projected.
        """
        future: Future[T] = new_future()
        self._queue(WriteJob(job, future, is_projector=True), PROJECTOR)
        return future.result()

    def write(self, job: Callable[[Transaction], T]) -> T:
        """Run a job and wait until it is on disk."""
        return self.submit(job).result()

    def find_problems(self) -> list[str]:
        """Check everything at once, as far as the engine can, and return the problems found; damage is recorded, and an
        earlier record of it removed when there is none."""
        problems = self._engine.find_problems()
        if problems:
            self.health.record(problems[0])
        else:
            self.health.clear()
        return problems

    def compare_schema(self) -> list[str]:
        """Compare tables and indexes with those of this version, and return the names of those that differ."""
        return self._engine.compare_schema()

    def claim(self) -> None:
        """Claim the records for the projection of this process, until `release`; raises Unavailable if another process
        has them."""
        self._engine.claim()

    def release(self) -> None:
        """Give up the claim, if there is one."""
        self._engine.release()

    def truncate_log(self) -> bool:
        """Empty the write-ahead log, so that it holds no deleted data.

        Returns False when a reader of the log prevented it.
        """
        return self._maintain(self._engine.truncate_log)

    def rewrite(self) -> int | None:
        """Rewrite everything and empty the log, so that neither holds deleted data.

        Returns the number of the last change, or None when a reader prevented the log from being emptied. Writes wait
        meanwhile.
        """
        return self._maintain(self._engine.rewrite)

    def has_room(self) -> bool:
        """Return whether there is room for a write."""
        return self._engine.has_room()

    def check(self, pause: Callable[[float], bool]) -> str | None:
        """Look for damage with pauses, which end the check when `pause` returns True, and return what is wrong, or
        None.

        Damage is recorded; when there is none, an earlier record of it is removed. Raises Unavailable.
        """
        return self._engine.check(pause)

    def diagnose(self, error: Exception) -> Exception:
        """Return Damaged for an unexpected error when the records are damaged, else the error itself.

        Damaged data can look like a bug in Tamis, so this looks for damage, at most once a minute.
        """
        if isinstance(error, TamisError):
            return error
        if self.health.damage is None and time.monotonic() - self._diagnosed_at > DIAGNOSIS_INTERVAL_SECONDS:
            self._diagnosed_at = time.monotonic()
            with suppress(Exception):
                self.check(lambda _: False)
        return error if self.health.damage is None else Damaged("records_damaged")

    @contextmanager
    def diagnosing(self) -> Iterator[None]:
        """Pass unexpected errors of a block through `diagnose`."""
        try:
            yield
        except (TamisError, OSError, UnicodeError):
            raise
        except Exception as error:
            diagnosed = self.diagnose(error)
            if diagnosed is error:
                raise
            raise diagnosed from error

    def close(self) -> None:
        """Finish the waiting jobs and close all connections."""
        if self._thread:
            self._jobs.close()
            self._thread.join()
        for db in self._readers:
            db.close()
        self._engine.close()

    def _run(self) -> None:
        while self._jobs.wait():
            if job := self._jobs.next_job():
                self._commit(job)
            if maintenance := self._jobs.next_maintenance():
                self._run_maintenance(maintenance)

    def _run_maintenance(self, job: MaintenanceJob) -> None:
        try:
            self.health.require_whole()
            job.future.set_result(job.run())
        except Exception as error:
            job.future.set_exception(error)

    def _maintain(self, run: Callable[[], T]) -> T:
        future: Future[T] = new_future()
        self._queue(MaintenanceJob(run, future))
        return future.result()

    def _queue(self, item: WriteJob | MaintenanceJob, account_id: int = 0) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="records-writer", daemon=True)
                    self._thread.start()
        if not self._jobs.put(account_id, item):
            log.event("writes_refused", level=logging.WARNING, account=account_id or None, waiting=self._jobs.waiting)
            item.future.set_exception(Busy("too_many_writes_waiting"))

    def _commit(self, first: WriteJob) -> None:
        """Commit a job together with waiting ones, up to a limited number and time."""
        jobs = [first]
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            self.health.require_whole()
            room = self.has_room()
            if not room and not first.is_projector:
                raise DiskFull(SPARE_TEXT)
            began, written = time.monotonic(), self._db.total_changes()
            with self._engine.commit():
                until = time.monotonic() + MAX_SECONDS_PER_COMMIT
                for job in jobs:  # grows during the loop
                    outcomes.append((job.future, *self._attempt(job.run)))
                    is_full = not room or len(jobs) == MAX_JOBS_PER_COMMIT or time.monotonic() >= until
                    if not is_full and (next_job := self._jobs.next_job()):
                        jobs.append(next_job)
            if self._db.total_changes() != written:
                self.commits.add(time.monotonic() - began)
                if not all(job.is_projector for job in jobs):
                    self._committed()
        except BaseException as error:
            outcomes = [(job.future, None, error) for job in jobs]
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(self.diagnose(failure) if isinstance(failure, Exception) else failure)

    def _attempt(self, job: Callable[[Transaction], Any]) -> tuple[Any, BaseException | None]:
        self._db.execute("SAVEPOINT job").fetchall()
        try:
            result = job(self._transaction)
        except Exception as error:
            if self._engine.ends_transaction(error):
                raise
            self._engine.undo_job()
            self._db.execute("RELEASE job").fetchall()
            return None, error
        self._db.execute("RELEASE job").fetchall()
        return result, None
