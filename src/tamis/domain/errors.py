"""What can go wrong: each error carries codes, paths and parameters; the interface that shows it makes the words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, Union

Param = Union[str, int, float, None, "Message", Sequence[Union[str, "Message"]]]
"""A parameter of a message; what is not one of these is given in the form in which Tamis shows it."""


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """Something to be said: a stable code, one of `domain.messages`, and the parameters that its sentence uses."""

    code: str
    params: Mapping[str, Param]

    def __init__(self, code: str, /, **params: Param) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "params", params)

    def __str__(self) -> str:
        """Return the sentence that all interfaces share, for the log and for tracebacks."""
        from tamis.domain.messages import ENGLISH

        return ENGLISH.render(self)


@dataclass(frozen=True, slots=True, init=False)
class Problem(Message):
    """One thing that is wrong: `path` is the parameter, field or place that it is about, in the inside's own terms
    (`days`, `rule.all[2].value`); empty where it is about the whole."""

    path: str

    def __init__(self, path: str, code: str, /, **params: Param) -> None:
        Message.__init__(self, code, **params)
        object.__setattr__(self, "path", path)

    @classmethod
    def of(cls, path: str, message: Message) -> "Problem":
        """Return what a message says as a problem at a path."""
        return cls(path, message.code, **message.params)


class ValueProblem(ValueError):
    """Text that is no value of a field; the sentence of its `message` continues another: "must be a number"."""

    def __init__(self, code: str, /, **params: Param) -> None:
        self.message = Message(code, **params)

    @classmethod
    def of(cls, message: Message) -> "ValueProblem":
        """Return the error that says a message."""
        return cls(message.code, **message.params)

    def __str__(self) -> str:
        return str(self.message)


class TamisError(Exception):
    """A refusal; `problems` names all that is wrong, not just the first."""

    def __init__(self, code: str, /, **params: Param) -> None:
        self.problems: tuple[Problem, ...] = (Problem("", code, **params),)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """Return the error that names some problems."""
        error = cls.__new__(cls)
        error.problems = tuple(problems)
        return error

    def __str__(self) -> str:
        return "; ".join(f"{problem.path}: {problem}" if problem.path else str(problem) for problem in self.problems)


class Invalid(TamisError):
    """The input is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)


class AmbiguousEncoding(Invalid):
    """A file is text, but can be read in two encodings; which one it is must be said."""


class NotFound(TamisError):
    """The thing named does not exist, or belongs to another account: the two answer alike."""


class Refused(TamisError):
    """The request is well formed, but the state of the data forbids it."""


class Unavailable(TamisError):
    """The stores cannot serve now: a full disk, a data directory in use or made by a newer version."""


class DiskFull(Unavailable):
    """The disk has less room than `left`, in words; `done` says what was written all the same."""

    def __init__(self, left: str, done: Message | None = None) -> None:
        super().__init__("disk_full", left=left, done=done or Message("nothing_written"))
        self.left = left


class Busy(Unavailable):
    """More is asked than can be done now; asking again later helps."""


class Abandoned(Unavailable):
    """Nobody waits for the answer any more, so that what was looked up for it was stopped."""

    def __init__(self) -> None:
        super().__init__("nobody_waits")


class ProjectionInUse(Unavailable):
    """Another process has the column store of this directory open."""


class Damaged(Unavailable):
    """The records are not what was written to them: nothing is written until a person has decided what to do."""
