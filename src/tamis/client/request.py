"""Requests as values: what a method of a resource asks for, and how its answer is read. Nothing here does I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import quote

import msgspec

from tamis.client.errors import ApiError

T = TypeVar("T")
QueryValue = str | int | float | bool | date | datetime | tuple[str, ...] | None
JSON, NDJSON = "application/json", "application/x-ndjson"


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. Keys that this version does not know are ignored, so a newer server is understood, too."""


class Page(Model, Generic[T], frozen=True, kw_only=True):
    """A page of a list; `next_cursor` begins the next one, and is None on the last."""

    data: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """A request below `/v1`, and the type of its answer."""

    method: str
    path: str
    answer: type[T]
    query: Mapping[str, QueryValue] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    content_type: str = JSON
    file: Path | None = None
    """A file whose content is the body, instead of `content`; it is read anew for each attempt."""
    is_optional: bool = False
    """Whether the answer may be empty."""
    wait: float = 0
    """How many seconds the server may wait with its answer, beyond the usual timeout."""

    def parameters(self) -> dict[str, str | tuple[str, ...]]:
        """Return the query without what is not set, as text."""
        return {name: _text(value) for name, value in self.query.items() if value is not None}

    def decode(self, status: int, headers: Mapping[str, str], body: bytes) -> T:
        """Read the body of a success, and its entity tag into an answer that has one; raises ApiError when it is
        something else."""
        if self.answer is type(None) or (self.is_optional and not body):
            return None  # type: ignore[return-value]  # T is None, or may be
        if self.answer is bytes:
            return body  # type: ignore[return-value]  # T is bytes
        try:
            answer = msgspec.json.decode(body, type=self.answer)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            detail = f"The answer is not what this client expects: {error}"
            raise ApiError(status, "unexpected_answer", detail, request_id=headers.get("x-request-id")) from None
        if isinstance(answer, Tagged) and "etag" in headers:
            return msgspec.structs.replace(answer, etag=headers["etag"])
        return answer


class Tagged(Model, frozen=True, kw_only=True):
    """An answer with an entity tag: given as `if_match`, a write is refused (412) if the object has changed since."""

    etag: str | None = None


def path(*parts: str | int) -> str:
    """Return a path of names and ids, which may have any characters."""
    return "/" + "/".join(quote(str(part), safe="") for part in parts)


def optional(request: Request[T]) -> Request[T | None]:
    """Return a request whose answer may be empty."""
    return replace(request, is_optional=True)  # type: ignore[return-value]  # its answer is of either type


def json_body(**values: object) -> bytes:
    """Return a JSON object of the values that are set; `msgspec.UNSET` ones are left out."""
    return msgspec.json.encode({name: value for name, value in values.items() if value is not msgspec.UNSET})


def tag(if_match: str | None) -> dict[str, str]:
    """Return the headers of a write that requires the entity tag."""
    return {} if if_match is None else {"If-Match": if_match}


def next_page(request: Request[Page[T]], page: Page[T]) -> Request[Page[T]] | None:
    """Return the request of the page after one, None after the last."""
    return replace(request, query={**request.query, "cursor": page.next_cursor}) if page.next_cursor else None


def _text(value: QueryValue) -> str | tuple[str, ...]:
    match value:
        case tuple():
            return value
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
    return str(value)
