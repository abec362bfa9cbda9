"""The protocol between a command and the server on the same data directory.

A command posts a call with its own version to `PATH`, with the token of the server's file; the body of a 200 is the
result, and that of any other status a `ErrorMessage`.
"""

from typing import Any

import msgspec

from tamis import __version__
from tamis.actions.local_call import LocalCall, Result
from tamis.actions.local_calls import ANY_CALL, result_type
from tamis.domain.errors import Busy, Damaged, Invalid, NotFound, Problem, Refused, TamisError, Unavailable

PATH = "/local/ask"


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
