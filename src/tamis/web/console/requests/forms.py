"""Forms that people submit."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from litestar.datastructures import FormMultiDict, Headers, UploadFile
from litestar.exceptions import ClientException, HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Receive, Scope

from tamis.web.console.requests.session import WebRequest

URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MAX_NUMBER = 2**63
MAX_FORM_BYTES = 4_194_304
MAX_FIELDS = 40_000
THREAD_BYTES = 65_536
"""Larger bodies are parsed in a thread, so that they do not block the event loop."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a submitted form."""

    fields: FormMultiDict

    def text(self, name: str) -> str:
        """Return a field trimmed; a missing one is blank."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Return a field as typed, such as a password."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def file(self, name: str) -> bytes:
        """Return the content of a file, empty if there is none."""
        value = self.fields.get(name)
        return value.file.read() if isinstance(value, UploadFile) else b""

    def all(self, name: str) -> list[str]:
        """Return all values of a repeated field, trimmed."""
        return [value.strip() for value in self.fields.getall(name, []) if isinstance(value, str)]

    def number(self, name: str) -> int | None:
        """Return a non-negative whole number, such as an id, or None."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < MAX_NUMBER else None

    def checked(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return name in self.fields


def limit_body(scope: Scope, receive: Receive) -> Receive:
    """Return a receive function that enforces the body limit of the page; raises RequestEntityTooLarge, at once where
    the length is announced. A page that accepts files of any length accepts forms of the usual size only."""
    headers = Headers.from_scope(scope)
    limit = scope["route_handler"].resolve_request_max_body_size()  # type: ignore[union-attr]  # only HTTP comes here
    if limit is None and _kind(headers) in (URL_ENCODED, MULTIPART):
        limit = MAX_FORM_BYTES
    if limit is None:
        return receive
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise RequestEntityTooLarge
    left = limit

    async def receive_within() -> Any:
        nonlocal left
        message: Any = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise RequestEntityTooLarge
        return message

    return receive_within


async def read_form(request: WebRequest) -> Form:
    """Read the form of a request once; a request without a form has no fields. Raises HTTPException.

    Litestar's own parser caches the last thousand bodies, however large and with the passwords in them.
    """
    known = request.state.get("form")
    if isinstance(known, Form):
        return known
    kind = _kind(request.headers)
    form = Form(FormMultiDict([]))
    if kind == URL_ENCODED:
        body = await request.body()
        form = Form(FormMultiDict(await asyncio.to_thread(_pairs, body) if len(body) > THREAD_BYTES else _pairs(body)))
    elif kind == MULTIPART:
        try:
            form = Form(await request.form())
        except (LookupError, UnicodeError):
            raise ClientException("the form is written in an unknown encoding") from None
    request.state.form, request.state.is_read = form, kind in (URL_ENCODED, MULTIPART)
    return form


def _kind(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise HTTPException("the form has too many fields", status_code=413) from None
