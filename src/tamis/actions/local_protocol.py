"""The protocol between a command and the server on the same data directory.

The server leaves its address and a token in a file of the data directory, which it has locked until it is asked to
stop. A command posts a call with its own version to `PATH`; the body of a 200 is the result, and that of any other
status a `ErrorMessage`.
"""

import fcntl
import os
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tamis import __version__
from tamis.actions.local_call import LocalCall, Result
from tamis.actions.local_calls import ANY_CALL, result_type
from tamis.domain.errors import Busy, Damaged, Invalid, NotFound, Problem, Refused, TamisError, Unavailable

PATH = "/local/ask"
SERVER_FILE = "server.json"


class ServerAddress(msgspec.Struct, frozen=True):
    """The address of a server, and the token that it accepts."""

    address: str
    token: str


def find_server(data: Path) -> ServerAddress | None:
    """Return the server of a data directory, None where there is none or its file is incomplete."""
    try:
        return msgspec.json.decode((data / SERVER_FILE).read_bytes(), type=ServerAddress)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def has_running_server(data: Path) -> bool:
    """Return whether a server has the file of a data directory locked."""
    try:
        with (data / SERVER_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


class ServerFile:
    """The file of a server, which removes that of one that was killed."""

    def __init__(self, data: Path) -> None:
        self._path = data / SERVER_FILE
        self._locked: BinaryIO | None = None
        self.remove()

    def write(self, server: ServerAddress) -> None:
        """Write the file, which only the owner can read, and lock it."""
        temporary = self._path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        self._locked = os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
        fcntl.flock(self._locked, fcntl.LOCK_EX)
        self._locked.write(msgspec.json.encode(server))
        temporary.replace(self._path)

    def unlock(self) -> None:
        """Let another server wait until this one has ended, instead of being refused."""
        if self._locked:
            self._locked.close()

    def remove(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)
        self.unlock()


class Envelope(msgspec.Struct, frozen=True):
    """A call, still encoded, and the version of the command that makes it."""

    version: str
    call: msgspec.Raw = msgspec.field(name="question")


def encode_call(call: LocalCall[Any], version: str = __version__) -> bytes:
    """Return the body of a request."""
    return msgspec.json.encode(Envelope(version, msgspec.Raw(msgspec.json.encode(call))))


def decode_call(body: bytes) -> LocalCall[Any]:
    """Read the body of a request; raises Refused where it is not a call, or comes from another version."""
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        if envelope.version != __version__:
            raise Refused("server_of_another_version", server=__version__, command=envelope.version[:40])
        call: LocalCall[Any] = _CALLS.decode(envelope.call)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("not_a_question") from None
    return call


def decode_result(call: LocalCall[Result], body: bytes) -> Result:
    """Read the result of a call."""
    result: Result = msgspec.json.decode(body, type=result_type(type(call)))
    return result


class ErrorMessage(msgspec.Struct, frozen=True):
    """An error on the wire: its kind, and its problems."""

    kind: str
    problems: tuple[Problem, ...]


def error_message(error: TamisError) -> ErrorMessage:
    """Return the message for an error; a class that commands do not distinguish is sent as its base class."""
    kind = next((of.__name__ for of in type(error).__mro__ if of.__name__ in _KINDS), Refused.__name__)
    return ErrorMessage(kind, error.problems)


def decode_error(status: int, body: bytes) -> TamisError:
    """Return the error for a response with a status other than 200."""
    try:
        message = msgspec.json.decode(body, type=ErrorMessage)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refused("server_answers_otherwise", status=status)
    return _KINDS.get(message.kind, Refused).of(message.problems)


_CALLS: msgspec.json.Decoder[Any] = msgspec.json.Decoder(ANY_CALL)
_KINDS: dict[str, type[TamisError]] = {
    kind.__name__: kind for kind in (Invalid, NotFound, Refused, Unavailable, Busy, Damaged)
}
