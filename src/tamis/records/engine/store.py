"""The records as a whole: one writer that commits many requests at once, and a reader for every thread."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw

from tamis import log
from tamis.domain.errors import Busy, Damaged, DiskFull, TamisError
from tamis.histogram import DurationHistogram
from tamis.records.change_log import last_change
from tamis.records.engine.database import BUSY_SECONDS, FILE_NAME, connect, migrate
from tamis.records.engine.errors import SPARE_IN_WORDS, has_room, raise_translated, translate_errors
from tamis.records.engine.write_queue import PROJECTOR, MaintenanceJob, WriteJob, WriteQueue
from tamis.records.handles import Reader, Transaction, connection_of, snapshot
from tamis.records.integrity.check import CheckStopped, find_damage
from tamis.records.integrity.checksums import prepare
from tamis.records.integrity.commits import WitnessedCommits
from tamis.records.integrity.health import FileHealth
from tamis.records.maintenance.backup import write_copy

T = TypeVar("T")
MAX_JOBS_PER_COMMIT = 500
MAX_SECONDS_PER_COMMIT = 0.02
"""After so long a commit takes no more jobs: whoever comes next waits for little."""
CHECKPOINT_TIMEOUT_MS = 2_000
DIAGNOSIS_INTERVAL_SECONDS = 60.0


class Records:
    """The system of record in one directory.

    `submit` queues a job for the writer thread, which runs waiting jobs in one transaction, each in a savepoint of its
    own, and answers them after the commit has reached the disk.
    """

    def __init__(self, directory: Path, *, accepts_loss: bool = False) -> None:
        self.path = directory / FILE_NAME
        self.health = FileHealth(self.path)
        self._local = threading.local()
        self._jobs = WriteQueue()
        with translate_errors(self.path):
            prepare(self.path)
        self._db = connect(self.path)
        try:
            with translate_errors(self.path):
                migrate(self._db)
                self._witnessed = WitnessedCommits(self._db, self.path)
                self._witnessed.require_all(accepts_loss=accepts_loss)
        except BaseException:
            self._db.close()
            raise
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._explained = -DIAGNOSIS_INTERVAL_SECONDS
        self._transaction = Transaction(self._db)
        self._readers: list[apsw.Connection] = []
        self.commits = DurationHistogram()

    @property
    def waiting(self) -> int:
        """How many jobs wait for the writer."""
        return self._jobs.waiting

    def reader(self) -> Reader:
        """Return this thread's own way to read."""
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            db = connect(self.path)
            self._readers.append(db)
            reader = self._local.reader = Reader(db, self.health)
        return reader

    @contextmanager
    def copying(self) -> Iterator[Callable[[Path], None]]:
        """Fix the moment of a copy for a block; what it gives writes the records as they are then to a new file in a
        directory, without what was deleted. Others write meanwhile. Raises Damaged and Unavailable."""
        self.health.require_whole()
        db = connect(self.path)
        try:
            with translate_errors(self.path, self.health), snapshot(Reader(db)):
                db.execute("SELECT id FROM store").fetchall()  # the moment is that of the first read
                yield lambda directory: write_copy(db, directory / FILE_NAME)
        finally:
            db.close()

    def version(self) -> int:
        """Return a number that is another one once any process has committed a write since this thread asked last; it
        costs far less than a question."""
        try:
            version: int = connection_of(self.reader()).pragma("data_version")
        except apsw.Error as error:
            raise_translated(error, self.health)
        return version

    def submit(self, job: Callable[[Transaction], T], account_id: int = 0) -> "Future[T]":
        """Queue a job for one of the next commits, in the turn of an account, 0 being nobody's; its future ends when
        the commit is on disk, or with the job's error."""
        future: Future[T] = Future()
        self._queue(WriteJob(job, future), account_id)
        return future

    def keep_history(self, job: Callable[[Transaction], T]) -> T:
        """Run a job of the projector in its turn, and wait until it is on disk. It is never refused because others
        wait, and may use the last room on the disk: what was acknowledged before has to be followed."""
        future: Future[T] = Future()
        self._queue(WriteJob(job, future, is_projector=True), PROJECTOR)
        return future.result()

    def write(self, job: Callable[[Transaction], T]) -> T:
        """Run a job and wait until it is on disk."""
        return self.submit(job).result()

    def clear_log(self) -> bool:
        """Copy the log of recent commits to the file and empty it, so that it holds nothing of what was deleted; tells
        whether it could, which it cannot while somebody reads from the log."""
        return self._keep_up(_clear_log)

    def rewrite(self) -> int | None:
        """Write the file anew and empty the log: then neither holds anything of what was deleted. Returns the number of
        the last change, or None where the log could not be emptied because somebody reads from it. Writes wait
        meanwhile, about two seconds for a million contacts."""
        # Deleted rows are overwritten at once (`secure_delete`), but not the copies that pages keep of rows which have
        # moved to another page. Only a file that is written anew has none.
        return self._keep_up(_rewrite)

    def has_room(self) -> bool:
        """Return whether the disk has room for a write."""
        return has_room(self.path)

    def check(self, rest: Callable[[float], bool]) -> str | None:
        """Read the whole file, resting in between (see `find_damage`), and return what is wrong with it. It is noted
        from then on; where nothing is wrong, an older note is taken away. Raises Unavailable."""
        try:
            with translate_errors(self.path):
                found = find_damage(self.path, rest)
        except CheckStopped:
            return None
        if found is None:
            self.health.forgive()
        else:
            self.health.note(found)
        return found

    def explain(self, error: Exception) -> Exception:
        """Return what to tell of an error that nobody expected: Damaged where the file is damaged, for what stands in
        the wrong place looks like a mistake in Tamis; else the error itself. It checks the file, at most once in a
        minute."""
        if isinstance(error, TamisError):
            return error
        if self.health.damage is None and time.monotonic() - self._explained > DIAGNOSIS_INTERVAL_SECONDS:
            self._explained = time.monotonic()
            with suppress(TamisError, apsw.Error):
                self.check(lambda _: False)
        return error if self.health.damage is None else Damaged("records_damaged")

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Raise, for an error of a block that nobody expected, what `explain` makes of it."""
        try:
            yield
        except (TamisError, OSError, UnicodeError):
            raise
        except Exception as error:
            explained = self.explain(error)
            if explained is error:
                raise
            raise explained from error

    def close(self) -> None:
        """Finish the waiting jobs and close all connections."""
        if self._thread:
            self._jobs.close()
            self._thread.join()
        for db in [*self._readers, self._db]:
            db.close()
        self._witnessed.close()

    def _run(self) -> None:
        while self._jobs.wait():
            if job := self._jobs.next_job():
                self._commit(job)
            if upkeep := self._jobs.next_upkeep():
                self._do(upkeep)

    def _do(self, upkeep: MaintenanceJob) -> None:
        try:
            self.health.require_whole()
            with translate_errors(self.path, self.health):
                upkeep.future.set_result(upkeep.work(self._db))
        except Exception as error:
            upkeep.future.set_exception(error)

    def _keep_up(self, work: Callable[[apsw.Connection], T]) -> T:
        future: Future[T] = Future()
        self._queue(MaintenanceJob(work, future))
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
        """Commit a job and those that wait, up to a bounded number and time."""
        jobs = [first]
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            self.health.require_whole()
            with translate_errors(self.path, self.health):
                room = has_room(self.path)
                if not room and not first.is_projector:
                    raise DiskFull(SPARE_IN_WORDS)
                began, written = time.monotonic(), self._db.total_changes()
                self._db.execute("BEGIN IMMEDIATE").fetchall()
                with self._witnessed.commit():
                    until = time.monotonic() + MAX_SECONDS_PER_COMMIT
                    for job in jobs:  # grows while it is walked over
                        outcomes.append((job.future, *self._attempt(job.work)))
                        is_full = not room or len(jobs) == MAX_JOBS_PER_COMMIT or time.monotonic() >= until
                        if not is_full and (following := self._jobs.next_job()):
                            jobs.append(following)
                if self._db.total_changes() != written:
                    self.commits.add(time.monotonic() - began)
        except BaseException as error:
            if self._db.in_transaction:
                with suppress(apsw.Error):  # whatever happens to the disk, those who wait must be answered
                    self._db.execute("ROLLBACK").fetchall()
            outcomes = [(job.future, None, error) for job in jobs]
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(self.explain(failure) if isinstance(failure, Exception) else failure)

    def _attempt(self, job: Callable[[Transaction], Any]) -> tuple[Any, BaseException | None]:
        self._db.execute("SAVEPOINT job").fetchall()
        try:
            result = job(self._transaction)
        except (apsw.FullError, apsw.IOError, apsw.CorruptError, apsw.NotADBError):
            raise  # the whole transaction is lost
        except Exception as error:
            self._db.execute("ROLLBACK TO job").fetchall()
            self._db.execute("RELEASE job").fetchall()
            return None, error
        self._db.execute("RELEASE job").fetchall()
        return result, None


def _clear_log(db: apsw.Connection) -> bool:
    db.set_busy_timeout(CHECKPOINT_TIMEOUT_MS)  # the writer must not wait long for those who read
    try:
        return db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0
    finally:
        db.set_busy_timeout(BUSY_SECONDS * 1000)


def _rewrite(db: apsw.Connection) -> int | None:
    last = last_change(Reader(db))
    db.execute("VACUUM").fetchall()
    return last if _clear_log(db) else None
