"""How a command and the server on the same data talk to each other: what goes over the wire, in both directions.

The server leaves its address and a token in a file of the data directory. A command posts a question with its own
version to `PATH`; the body of a 200 is the answer, that of every other status a `Failure`.
"""

from pathlib import Path
from typing import Any

import msgspec

from tamis import __version__
from tamis.actions.questions import ANY_QUESTION, Answer, Question, answer_type
from tamis.domain.errors import Busy, Damaged, Invalid, NotFound, Problem, Refused, TamisError, Unavailable

PATH = "/local/ask"
SERVER_FILE = "server.json"


class Server(msgspec.Struct, frozen=True):
    """Where a server is reached, and what lets a command in."""

    address: str
    token: str


def server_of(data: Path) -> Server | None:
    """Read which server serves a data directory; None where there is none, or its file was cut off."""
    try:
        return msgspec.json.decode((data / SERVER_FILE).read_bytes(), type=Server)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


class Asked(msgspec.Struct, frozen=True):
    """A question, still encoded, and the version of the command that asks it."""

    version: str
    question: msgspec.Raw


def encode_question(question: Question[Any], version: str = __version__) -> bytes:
    """Return the body of a request."""
    return msgspec.json.encode(Asked(version, msgspec.Raw(msgspec.json.encode(question))))


def decode_question(body: bytes) -> Question[Any]:
    """Read the body of a request; raises Refused where it is none, or was made by another version."""
    try:
        asked = msgspec.json.decode(body, type=Asked)
        if asked.version != __version__:
            raise Refused("server_of_another_version", server=__version__, command=asked.version[:40])
        question: Question[Any] = _QUESTIONS.decode(asked.question)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("not_a_question") from None
    return question


def decode_answer(question: Question[Answer], body: bytes) -> Answer:
    """Read the answer to a question."""
    answer: Answer = msgspec.json.decode(body, type=answer_type(type(question)))
    return answer


class Failure(msgspec.Struct, frozen=True):
    """An error as it goes over the wire: its kind, and all that is wrong."""

    kind: str
    problems: tuple[Problem, ...]


def failure_of(error: TamisError) -> Failure:
    """Return what is sent of an error; one of a kind that commands do not tell apart is sent as the kind above it."""
    kind = next((of.__name__ for of in type(error).__mro__ if of.__name__ in _KINDS), Refused.__name__)
    return Failure(kind, error.problems)


def error_of(status: int, body: bytes) -> TamisError:
    """Return the error that an answer with another status than 200 stands for."""
    try:
        failure = msgspec.json.decode(body, type=Failure)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refused("server_answers_otherwise", status=status)
    return _KINDS.get(failure.kind, Refused).of(failure.problems)


_QUESTIONS: msgspec.json.Decoder[Any] = msgspec.json.Decoder(ANY_QUESTION)
_KINDS: dict[str, type[TamisError]] = {
    kind.__name__: kind for kind in (Invalid, NotFound, Refused, Unavailable, Busy, Damaged)
}
