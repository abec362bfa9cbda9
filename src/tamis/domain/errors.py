"""Errors: each carries codes, paths and parameters; the interface that shows it writes the sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, Union

Param = Union[str, int, float, None, "Message", Sequence[Union[str, "Message"]]]
"""A parameter of a message; other types are given in the form in which Tamis shows them."""


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A message: a stable code of `domain.messages`, and the parameters of its sentence."""

    code: str
    params: Mapping[str, Param]

    def __init__(self, code: str, /, **params: Param) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "params", params)

    def __str__(self) -> str:
        """Return the sentence shared by all interfaces, for logs and tracebacks."""
        from tamis.domain.messages import ENGLISH

        return ENGLISH.render(self)


@dataclass(frozen=True, slots=True, init=False)
class Problem(Message):
    """One problem: `path` is its parameter, field or place in internal terms (`days`, `rule.all[2].value`), empty when
    it concerns the whole."""

    path: str

    def __init__(self, path: str, code: str, /, **params: Param) -> None:
        Message.__init__(self, code, **params)
        object.__setattr__(self, "path", path)

    @classmethod
    def of(cls, path: str, message: Message) -> "Problem":
        """Return a message as a problem at a path."""
        return cls(path, message.code, **message.params)


class ValueProblem(ValueError):
    """Text that is not a value of a field; the sentence of its `message` continues another: "must be a number"."""

    def __init__(self, code: str, /, **params: Param) -> None:
        self.message = Message(code, **params)

    @classmethod
    def of(cls, message: Message) -> "ValueProblem":
        """Return the error with a message."""
        return cls(message.code, **message.params)

    def __str__(self) -> str:
        return str(self.message)


class TamisError(Exception):
    """An error of Tamis; `problems` lists everything that is wrong, not just the first."""

    def __init__(self, code: str, /, **params: Param) -> None:
        self.problems: tuple[Problem, ...] = (Problem("", code, **params),)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """Return the error with some problems."""
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
    """A text file can be read in two encodings; the caller must choose one."""


class NotFound(TamisError):
    """The object does not exist or belongs to another account; the answers are the same."""


class Refused(TamisError):
    """The request is well formed, but the state of the data forbids it."""


class Outdated(TamisError):
    """The object is not in the state that the request requires; it has changed since its sender read it."""


class Gone(TamisError):
    """What was asked for was there, and is not kept any more."""


class Unavailable(TamisError):
    """The stores cannot serve now: a full disk, a data directory in use or made by a newer version."""


class DiskFull(Unavailable):
    """The disk has less space than `left`, a text; `done` says what was written all the same."""

    def __init__(self, left: str, done: Message | None = None) -> None:
        super().__init__("disk_full", left=left, done=done or Message("nothing_written"))
        self.left = left


class Busy(Unavailable):
    """Too many requests at once; trying again later helps."""


class Abandoned(Unavailable):
    """The query was stopped because nobody waits for its result any more."""

    def __init__(self) -> None:
        super().__init__("nobody_waits")


class ProjectionInUse(Unavailable):
    """Another process has the projection of this directory open."""


class Damaged(Unavailable):
    """The records differ from what was written; nothing more is written until a person has decided what to do."""
