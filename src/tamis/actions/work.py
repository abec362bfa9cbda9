"""Long work that a server does beside its requests: accounts take turns, and each piece can be looked at."""

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


class Stopping(BaseException):
    """Ends work that is under way when the server stops."""


class At(StrEnum):
    """Where a piece of work is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Work:
    """A piece of work: what it is for, how far it has come, and what came out of it.

    `about` is what was asked, for whoever shows it; `done` of `total` are in what `doing` says (0 while it is not
    known); `import_id` is the job in the records that it works on, once there is one. `problems` say why it failed.
    """

    key: str
    account_id: int
    about: object
    at: At = At.WAITING
    doing: str = ""
    done: int = 0
    total: int = 0
    import_id: int | None = None
    result: Any = None
    problems: tuple[Problem, ...] = ()
    begun: threading.Event = field(default_factory=threading.Event, repr=False)
    over: threading.Event = field(default_factory=threading.Event, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_over(self) -> bool:
        """Whether it is done or has failed."""
        return self.over.is_set()

    def progress(self, doing: str, done: int, total: int) -> None:
        """Be told how far it is; raises Stopping when the server stops."""
        if self._stop.is_set():
            raise Stopping
        self.doing, self.done, self.total = doing, done, total

    def works_on(self, import_id: int | None) -> None:
        """Be told which job in the records it works on; None where there is none."""
        self.import_id = import_id
        self.begun.set()


class Workers:
    """What is worked on in a lane, found by its key; what is over is remembered for a while."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._works: dict[str, Work] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def start(self, key: str, account_id: int, about: object, task: Callable[[Work], Any]) -> Work:
        """Let a task be worked on; while one with this key is not over, that one is given and nothing begins. Raises
        Busy when too many of the account wait."""
        with self._lock:
            known = self._works.get(key)
            if known and not known.is_over:
                return known
            work = Work(key, account_id, about, _stop=self._stop)
            self._lane.submit(account_id, self._run, work, task)
            self._works.pop(key, None)
            self._works[key] = work
            self._forget_old()
            return work

    def find(self, account_id: int, key: str) -> Work | None:
        """Find a work of an account by its key, also one that is over."""
        work = self._works.get(key)
        return work if work and work.account_id == account_id else None

    def unfinished(self) -> list[Work]:
        """List all works that wait or run, those that came first first."""
        with self._lock:
            return [work for work in self._works.values() if not work.is_over]

    def forget(self, key: str) -> None:
        """Remember a work no more, if it is over."""
        with self._lock:
            if (work := self._works.get(key)) and work.is_over:
                del self._works[key]

    def stop(self) -> None:
        """Stop what runs at its next step, let nothing new begin, and wait for that."""
        self._stop.set()
        self._lane.stop()

    def _run(self, work: Work, task: Callable[[Work], Any]) -> None:
        try:
            work.at = At.RUNNING
            work.progress("", 0, 0)
            work.result = task(work)
            work.at = At.DONE
        except (Stopping, Abandoned):
            self._fail(work, Problem("", "stopped_before_done"))
        except TamisError as error:
            self._fail(work, *error.problems)
        except Exception as error:
            log.event("fault", level=logging.ERROR, error=error, interface="job", account=work.account_id)
            self._fail(work, Problem("", "fault_ended_it", fault=type(error).__name__))
        finally:
            work.begun.set()
            work.over.set()

    def _fail(self, work: Work, *problems: Problem) -> None:
        work.problems = problems
        work.at = At.FAILED

    def _forget_old(self) -> None:
        over = [key for key, work in self._works.items() if work.is_over]
        for key in over[: max(len(self._works) - MOST_REMEMBERED, 0)]:
            del self._works[key]
