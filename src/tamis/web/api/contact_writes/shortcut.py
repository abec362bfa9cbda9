"""A shortcut past Litestar for writes of single contacts, of which programs send thousands a second (decision 0040).

It answers what the handlers in `routes/contacts.py` would, at half the cost for the event loop."""

import re
from typing import Any, Literal, cast
from urllib.parse import unquote

import msgspec
from litestar import Request, Response
from litestar.datastructures import Headers
from litestar.exceptions import HTTPException

from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Scope as KeyScope
from tamis.web.api.body import decode_body, read_body, require_json
from tamis.web.api.calls import CallFactory
from tamis.web.api.contact_writes.responses import write_contact
from tamis.web.api.problems import INTERFACE, problem_response
from tamis.web.api.requests import ApiRequests
from tamis.web.api.schemas.contacts import ContactBody
from tamis.web.http import App, Receive, Scope, Send
from tamis.web.monitoring.traffic import client_address, request_record

ROUTE = "/v1/contact-types/{type_id}/contacts/{email}"
_PATH = re.compile(rb"/v1/contact-types/([1-9][0-9]{0,14})/contacts/(?!batch$)([^/]+)")
Method = Literal["PUT", "PATCH"]


class ContactShortcut:
    """Answers the requests that `find` returns an application for."""

    def __init__(self, services: Services, requests: ApiRequests, make_call: CallFactory) -> None:
        self._services = services
        self._requests = requests
        self._make_call = make_call

    def find(self, scope: Scope) -> App | None:
        """Return the application for a request that writes a contact by its email, or None for another request."""
        if scope["method"] not in ("PUT", "PATCH") or not (found := _PATH.fullmatch(scope["raw_path"])):
            return None
        type_id, email = int(found[1]), unquote(found[2].decode("latin-1"), errors="replace")

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            record = request_record(scope)
            record.interface, record.route = INTERFACE, ROUTE
            try:
                response: Response[Any] = await self._write(scope, receive, type_id, email)
            except Exception as error:
                response = problem_response(self._services, Request(cast(Any, scope)), error)
            await _send(response, send)

        return answer

    async def _write(self, scope: Scope, receive: Receive, type_id: int, email: str) -> Response[Any]:
        key = self._requests.admit(scope, KeyScope.WRITE)
        headers = Headers.from_scope(cast(Any, scope))
        require_json(headers)
        limit, announced = self._services.settings.max_body, headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise HTTPException(status_code=413, detail="The body is too large.")
        body = decode_body(await read_body(cast(Any, receive), limit), ContactBody)
        method: Method = scope["method"]
        call = self._make_call(key, headers, client_address(scope))
        return await write_contact(call, method, type_id, email, body, headers.get("prefer"))


async def _send(response: Response[Any], send: Send) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    body = b""
    if response.content is not None:
        body = response.content if isinstance(response.content, bytes) else msgspec.json.encode(response.content)
        media_type = response.media_type or "application/json"
        headers += [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
