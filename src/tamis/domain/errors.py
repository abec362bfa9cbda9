"""What can go wrong, in words for people; a door turns each into a status or an exit code."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input: where it is and what to do."""

    path: str
    message: str


class TamisError(Exception):
    """A refusal that a person can read; `code` is stable, `message` is one sentence."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(TamisError):
    """The input is wrong; `problems` names all that is wrong with it, not just the first."""

    code = "invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.path}: {p.message}" if p.path else p.message for p in self.problems))


class UnclearEncoding(Invalid):
    """A file is text, but can be read in two encodings; which one it is must be said."""


class NotFound(TamisError):
    """The thing named does not exist, or belongs to another account: the two answer alike."""

    code = "not_found"


class Refused(TamisError):
    """The request is well formed, but the state of the data forbids it."""

    code = "refused"


class Unavailable(TamisError):
    """The stores cannot serve now: a full disk, a data directory in use or made by a newer version."""

    code = "unavailable"


class DiskFull(Unavailable):
    """The disk has less room than `left`, in words; `done` says what was written all the same."""

    def __init__(self, left: str, done: str = "nothing was written") -> None:
        self.left = left
        super().__init__(f"the disk is full (less than {left} are left): {done}; make room and try again")


class Busy(Unavailable):
    """More is asked than can be done now; asking again later helps."""

    code = "busy"


class Abandoned(Unavailable):
    """Nobody waits for the answer any more, so that what was looked up for it was stopped."""

    code = "abandoned"

    def __init__(self) -> None:
        super().__init__("whoever asked has left")


class Held(Unavailable):
    """Another process has the column store of this directory open."""

    code = "held"


class Damaged(Unavailable):
    """The records are not what was written to them: nothing is written until a person has decided what to do."""

    code = "damaged"
