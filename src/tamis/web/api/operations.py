"""Small parts that handlers of calls share."""

from typing import Any, TypeVar, cast

from litestar import Response

from tamis.domain.accounts.accounts import Scope
from tamis.domain.preconditions import ANY
from tamis.web.api.calls import Call
from tamis.web.api.requests import NEEDS, STREAMED

T = TypeVar("T")
CONDITIONAL = "conditional"
"""In the options of a handler: it honors `If-Match` and `If-None-Match`."""


ERRORS = "errors"
"""In the options of a handler: statuses of errors that not every call of its kind has."""
EVENT_STREAM = "text/event-stream"
FILES_SENT = "files_sent"
EVENTS = "events"
"""In the options of a handler: it also answers with server-sent events."""


def needs(scope: Scope, *, conditional: bool = False, errors: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the options of a handler whose key needs a scope."""
    return {NEEDS: scope, CONDITIONAL: conditional, ERRORS: errors}


def streams(*media_types: str) -> dict[str, Any]:
    """Return the options of a handler that reads a body of any length, of one of some media types, by itself."""
    return {STREAMED: media_types}


def sends_files(*media_types: str) -> dict[str, Any]:
    """Return the options of a handler that sends a file of one of some media types."""
    return {FILES_SENT: media_types}


def created(shown: T, resource: str, id_: int, tag: str | None = None) -> Response[T]:
    """Return the response for a created object, with its address and its entity tag, if it has one."""
    headers = {"location": f"/v1/{resource}/{id_}"}
    return Response(shown, status_code=201, headers=headers if tag is None else {**headers, "etag": tag})


def tagged(shown: T, tag: str, call: Call | None = None) -> Response[T]:
    """Return the response for an object with an entity tag; to a `call` that has it already, 304 without the object."""
    known = call.precondition.none_match if call else None
    if known and (tag in known or ANY in known):
        return Response(cast(T, None), status_code=304, headers={"etag": tag})
    return Response(shown, headers={"etag": tag})
