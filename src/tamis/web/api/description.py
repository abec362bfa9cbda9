"""The description of the API: OpenAPI 3.1, made from the types of the handlers and what they say about themselves."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.routes import HTTPRoute

from tamis import __version__
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.emails_in_paths import email_in_path
from tamis.web.api.examples import add_examples
from tamis.web.api.operations import CONDITIONAL, ERRORS, EVENT_STREAM, EVENTS, FILES_SENT
from tamis.web.api.paging import page_query
from tamis.web.api.requests import ANY_MEDIA_TYPE, NEEDS, STREAMED
from tamis.web.api.schemas.common import ProblemDetails
from tamis.web.http import PROBLEM_MEDIA_TYPE

Document = dict[str, Any]

ABOUT = """\
Reads and changes everything that an account has in Tamis: contact types, fields, contacts, segments and their members;
and tells programs who enters and leaves which segment.

Send a secret key as `Authorization: Bearer sk_…`. Errors are `application/problem+json` with a stable `code`. Lists
come in pages: send `next_cursor` as `cursor`. A `POST` with an `Idempotency-Key` is done once.
"""
TAGS = {
    "Account": "The account of the key.",
    "Contact types": "Kinds of contacts, each with fields of its own.",
    "Fields": "What is known of the contacts of a type.",
    "Contacts": "People, found by their email.",
    "Events": "What contacts did, and the catalogue of its names and properties.",
    "Imports": "Files of contacts.",
    "Segments": "Rules, and the members that follow from them.",
    "Changes": "Who enters and leaves which segment, in order.",
    "Consent": "Emails that may not be mailed.",
    "Providers": "Services that send email and report what became of it.",
    "Webhooks": "Changes that are sent to an address of yours.",
    "Audit log": "Who did what, and when.",
}
"""The groups of calls, in the order in which a newcomer needs them."""
PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
STATUSES = {
    "400": "The request is malformed.",
    "401": "There is no valid key.",
    "403": "The key's scope does not allow this call.",
    "404": "There is no such object in the account of the key.",
    "409": "The state of the data forbids it, or a request with this idempotency key is running.",
    "410": "What was asked for is not kept any more.",
    "412": "The object is not in the state that `If-Match` or `If-None-Match` requires.",
    "413": "The body is too large.",
    "415": "The body has another media type.",
    "422": "The input is wrong; `errors` lists everything that is.",
    "429": "Too many requests; try again after `Retry-After` seconds.",
    "500": "Something went wrong in the server.",
    "503": "The server cannot respond now; try again later.",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A request that is repeated within 24 hours with the same key and body gets the same response, "
    "and is not done again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
HEADERS = {
    "X-Request-Id": {
        "description": "Finds the request in the log of the server.",
        "schema": {"type": "string"},
    }
}
LIMIT_HEADERS = {
    "RateLimit-Policy": {
        "description": "The limits of the key and of its account: requests (`q`) in a window of seconds (`w`).",
        "schema": {"type": "string"},
        "example": '"key";q=600000;w=60',
    },
    "RateLimit": {
        "description": "The requests that are left (`r`), and the seconds until there are more (`t`).",
        "schema": {"type": "string"},
        "example": '"key";r=599999;t=42',
    },
}
OMITTED_IF_FALSE = ("deprecated", "allowEmptyValue", "allowReserved", "required")
SECURITY_SCHEMES = {
    "secretKey": {"type": "http", "scheme": "bearer", "description": "The secret key of a pair."},
    "publicKeyHeader": {"type": "apiKey", "in": "header", "name": "PublicKey"},
    "secretKeyHeader": {"type": "apiKey", "in": "header", "name": "SecretKey"},
}
CONDITIONS = [
    {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }
    for name, description in (
        ("If-Match", "Proceed only if the object has one of these entity tags."),
        (
            "If-None-Match",
            "Proceed only if the object has none of these entity tags; `*`: only if it does not exist.",
        ),
    )
]


def description_route(describe: Callable[[], Document]) -> HTTPRouteHandler:
    """Make the route of the description, which needs no key."""

    @get("/openapi.json", include_in_schema=False)
    async def get_description() -> Response[bytes]:
        document = await asyncio.to_thread(describe)
        return Response(msgspec.json.encode(document), media_type="application/vnd.oai.openapi+json;version=3.1")

    return get_description


def describe(handlers: Sequence[BaseRouteHandler], prefix: str) -> Document:
    """Return the OpenAPI document of some handlers below a prefix."""
    router = Router(
        prefix,
        route_handlers=handlers,
        dependencies={
            "page": Provide(page_query, sync_to_thread=False),
            "address": Provide(email_in_path, sync_to_thread=False),
            "call": Provide(_no_call),
        },
    )
    config = OpenAPIConfig(
        "Tamis", __version__, description=ABOUT, operation_id_creator=_operation_id, use_handler_docstrings=True
    )
    app = Litestar([router], openapi_config=config, logging_config=None)
    document: Document = _without_defaults(app.openapi_schema.to_schema())
    for handler, path, method in _operations(app):
        _complete(document["paths"][path][method], handler, path, method)
    _, schemas = msgspec.json.schema_components([ProblemDetails], ref_template="#/components/schemas/{name}")
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas)
    components["securitySchemes"] = SECURITY_SCHEMES
    document["tags"] = [{"name": name, "description": meaning} for name, meaning in TAGS.items()]
    return document


async def _no_call() -> None:
    """Stand in for the `call` of a request, which is not described."""


def _operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    return handler.handler_name


def _operations(app: Litestar) -> Iterator[tuple[HTTPRouteHandler, str, str]]:
    """Yield the handler, the path and the method of each described call."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if handler.resolve_include_in_schema() and method != "OPTIONS":
                    yield handler, route.path_format, method.lower()


def _complete(operation: Document, handler: HTTPRouteHandler, path: str, method: str) -> None:
    """Add to an operation what Litestar does not know: keys, shared headers, errors and examples."""
    scope: Scope | None = handler.opt.get(NEEDS)
    if (media_types := handler.opt.get(STREAMED)) and "requestBody" not in operation:
        operation["requestBody"] = {"required": True, "content": {kind: _streamed(kind) for kind in media_types}}
    conditional = bool(handler.opt.get(CONDITIONAL))
    parameters = operation.setdefault("parameters", [])
    if method == "post":
        parameters.append(IDEMPOTENCY_KEY)
    if conditional:
        parameters += CONDITIONS
    if not parameters:
        del operation["parameters"]
    if scope is not None:
        operation["security"] = [{"secretKey": []}, {"publicKeyHeader": [], "secretKeyHeader": []}]
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`.".strip()
    headers = HEADERS if scope is None else HEADERS | LIMIT_HEADERS
    responses = operation["responses"]
    responses.pop("400", None)
    for response in responses.values():
        response["headers"] = {**response.get("headers", {}), **headers}
    if files := handler.opt.get(FILES_SENT):
        responses["200"]["content"] = {kind: _file(kind) for kind in files}
    if handler.opt.get(EVENTS):
        responses["200"]["content"][EVENT_STREAM] = {"schema": {"type": "string"}}
    for status in (*_error_statuses(operation, scope, path, method, conditional), *handler.opt.get(ERRORS, ())):
        responses[status] = {
            "description": STATUSES[status],
            "headers": headers,
            "content": {PROBLEM_MEDIA_TYPE: {"schema": PROBLEM}},
        }
    add_examples(operation)


def _streamed(media_type: str) -> Document:
    """Describe a body of any length."""
    file = {"type": "string", "format": "binary"}
    if media_type == "multipart/form-data":
        return {"schema": {"type": "object", "properties": {"file": file}, "required": ["file"]}}
    return {"schema": file if media_type == ANY_MEDIA_TYPE else {"type": "string"}}


def _file(media_type: str) -> Document:
    return {"schema": {"type": "string"} if media_type.startswith("text/") else {"type": "string", "format": "binary"}}


def _error_statuses(
    operation: Document, scope: Scope | None, path: str, method: str, conditional: bool
) -> Iterator[str]:
    has_body = "requestBody" in operation
    if has_body or operation.get("parameters"):
        yield "400"
    if scope is not None:
        yield from ("401", "429")
    if scope not in (None, Scope.READ):
        yield "403"
    names_object = any(parameter["name"].endswith("_id") for parameter in operation.get("parameters", ()))
    if "{" in path or has_body or names_object:
        yield "404"
    if method != "get":
        yield "409"
    if conditional:
        yield "412"
    if has_body:
        yield from ("413", "415")
    if has_body or operation.get("parameters"):
        yield "422"
    yield from ("500", "503")


def _without_defaults(found: Any) -> Any:
    """Return a part of a document without keys that say nothing, and without the module names in generic schemas."""
    if isinstance(found, dict):
        return {
            key: _without_defaults(value)
            for key, value in found.items()
            if not (key in OMITTED_IF_FALSE and value is False) and not (key == "headers" and value == {})
        }
    if isinstance(found, list):
        return [_without_defaults(item) for item in found]
    return found
