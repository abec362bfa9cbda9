"""Background jobs: long work that a server does beside its requests, and how far each job is."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tamis import log
from tamis.actions.lanes import Lane
from tamis.domain.errors import Abandoned, Problem, TamisError

MOST_REMEMBERED = 200


class JobStopped(BaseException):
    """Ends a running job when the server stops."""


class JobStatus(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass
class BackgroundJob:
    """A job: what it is for, its progress and its result.

    `payload` is the request that started it. `done` of `total` units of the current `step` are done; `total` is 0 while
    it is unknown. `import_id` is the import in the records that the job works on, once there is one. `problems` say why
    the job failed.
    """

    key: str
    account_id: int
    payload: object
    status: JobStatus = JobStatus.WAITING
    step: str = ""
    done: int = 0
    total: int = 0
    import_id: int | None = None
    result: Any = None
    problems: tuple[Problem, ...] = ()
    started: threading.Event = field(default_factory=threading.Event, repr=False)
    finished: threading.Event = field(default_factory=threading.Event, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_done(self) -> bool:
        """Whether the job has ended, with or without success."""
        return self.finished.is_set()

    def progress(self, step: str, done: int, total: int) -> None:
        """Set how far the job is; raises JobStopped when the server stops."""
        if self._stop.is_set():
            raise JobStopped
        self.step, self.done, self.total = step, done, total

    def attach_import(self, import_id: int | None) -> None:
        """Set the import that the job works on, None where there is none, and signal that it has started."""
        self.import_id = import_id
        self.started.set()


class JobRunner:
    """Runs jobs in a lane and finds them by key; jobs that have ended are remembered for a while."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._jobs: dict[str, BackgroundJob] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def start(self, key: str, account_id: int, payload: object, task: Callable[[BackgroundJob], Any]) -> BackgroundJob:
        """Start a job, or return the one with this key that has not ended yet. Raises Busy when too many jobs of the
        account wait."""
        with self._lock:
            known = self._jobs.get(key)
            if known and not known.is_done:
                return known
            job = BackgroundJob(key, account_id, payload, _stop=self._stop)
            self._lane.submit(account_id, self._run, job, task)
            self._jobs.pop(key, None)
            self._jobs[key] = job
            self._forget_old()
            return job

    def find(self, account_id: int, key: str) -> BackgroundJob | None:
        """Find a job of an account by its key, including one that has ended."""
        job = self._jobs.get(key)
        return job if job and job.account_id == account_id else None

    def list_active(self) -> list[BackgroundJob]:
        """List all jobs that wait or run, oldest first."""
        with self._lock:
            return [job for job in self._jobs.values() if not job.is_done]

    def forget(self, key: str) -> None:
        """Forget a job if it has ended."""
        with self._lock:
            if (job := self._jobs.get(key)) and job.is_done:
                del self._jobs[key]

    def stop(self) -> None:
        """Stop running jobs at their next step, start no new ones, and wait for them to end."""
        self._stop.set()
        self._lane.stop()

    def _run(self, job: BackgroundJob, task: Callable[[BackgroundJob], Any]) -> None:
        try:
            job.status = JobStatus.RUNNING
            job.progress("", 0, 0)
            job.result = task(job)
            job.status = JobStatus.DONE
        except (JobStopped, Abandoned):
            self._fail(job, Problem("", "stopped_before_done"))
        except TamisError as error:
            self._fail(job, *error.problems)
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="job", account=job.account_id)
            self._fail(job, Problem("", "fault_ended_it", fault=type(error).__name__))
        finally:
            job.started.set()
            job.finished.set()

    def _fail(self, job: BackgroundJob, *problems: Problem) -> None:
        job.problems = problems
        job.status = JobStatus.FAILED

    def _forget_old(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.is_done]
        for key in ended[: max(len(self._jobs) - MOST_REMEMBERED, 0)]:
            del self._jobs[key]
