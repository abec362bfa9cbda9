"""Errors as `application/problem+json` (RFC 9457); the only place where an error gets its status and words here."""

import http
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from tamis import log
from tamis.actions.services import Services
from tamis.domain.errors import (
    Busy,
    Gone,
    Invalid,
    Message,
    NotFound,
    Outdated,
    Problem,
    Refused,
    TamisError,
    Unavailable,
)
from tamis.domain.messages import SHARED
from tamis.domain.messages.catalog import MessageCatalog
from tamis.web.api.body import UnreadableBody, describe_choices, describe_expected
from tamis.web.api.schemas.common import ErrorItem, ProblemDetails
from tamis.web.http import PROBLEM_MEDIA_TYPE
from tamis.web.monitoring.traffic import LogContext, request_record

INTERFACE = "api"
OWN: Mapping[str, str] = {
    "entity_tag_not_valid": "must be entity tags in quotes, separated by commas, or *",
    "idempotency_key_not_valid": "must be 1 to 255 visible ASCII characters",
    "idempotency_key_of_another_request": "was used with another request: use a new key for each request",
    "idempotency_key_running": "a request with this idempotency key is still running: try again later",
    "form_not_valid": "the form cannot be read: {reason}",
    "form_with_several_files": "the form has several files: send each in a request of its own",
    "form_without_file": "the form has no file",
    "key_missing": "is required",
    "key_missing_in_headers": (
        "send a secret key as “Authorization: Bearer sk_…”, or the headers PublicKey and SecretKey"
    ),
    "key_not_valid": "the key is unknown, revoked or expired",
    "key_scope_too_small": "this call needs a key with the scope {needed:quoted or}; this key has “{scope}”",
    "key_unknown": "is not known here; known keys are {known:plain and}",
    "object_changed_meanwhile": "it has changed since you read it: read it again",
    "object_does_not_exist": "it does not exist",
    "object_exists_already": "it exists already",
    "kind_unknown_in_pair": 'there is no kind "{kind}"; choose from {known}',
    "line_not_valid": "{reason}",
    "line_too_long": "the line has more than {most:,} bytes",
    "pair_not_valid": '"{text}" has no =: write COLUMN=VALUE',
    "parameter_not_valid": "{reason}",
    "rejects_unknown": "there are no rejected rows, or their file was deleted",
    "too_many_items": "must have at most {most:,} items, not {count:,}; send more as lines of application/x-ndjson",
    "too_many_requests": "too many requests: try again later",
    "upload_cut_off": "the connection ended before the file was complete",
    "value_not_accepted": "is not valid: {reason}",
    "value_of_another_type": "must be {expected}",
}
WORDS = MessageCatalog(SHARED, OWN)
_POSITION_IN_TEXT = re.compile(r"line \d+, column \d+")
Headers = dict[str, str]


class BadRequest(Invalid):
    """The request itself is malformed, not what it wants to store: 400."""


class Unauthorized(TamisError):
    """The request has no valid key: 401."""


class Forbidden(TamisError):
    """The key's scope does not allow the call: 403."""


class Conflict(TamisError):
    """Another request with the same idempotency key is running: 409."""


class RateLimited(Busy):
    """Too many requests; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too_many_requests")
        self.retry_after = retry_after


STATUSES: tuple[tuple[type[TamisError], int], ...] = (
    (BadRequest, 400),
    (Unauthorized, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Gone, 410),
    (Refused, 409),
    (Outdated, 412),
    (Invalid, 422),
    (Busy, 429),
    (Unavailable, 503),
)


def problem_response(services: Services, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Respond to an error; an unexpected one is logged, and found in the log by the request's id."""
    match error:
        case UnreadableBody():
            return _response(request, 400, error.code, str(error))
        case ValidationException():
            return _parameters_response(request, error)
        case HTTPException() if error.status_code < 500:
            return _http_response(request, error)
        case TamisError():
            return _error_response(request, error)
    diagnosed = services.records.diagnose(error)
    if isinstance(diagnosed, TamisError):
        return _error_response(request, diagnosed)
    log.event("fault", level=logging.ERROR, error=error, **_log_context(request))
    detail = f"Something went wrong in the server. Its log has the cause under {request_record(request.scope).id}."
    return _response(request, 500, "internal_error", detail)


def sentence(message: Message) -> str:
    """Return a message as a sentence."""
    text = WORDS.render(message)
    return text if text.endswith((".", "…", "?")) else f"{text}."


def error_items(problems: Sequence[Problem]) -> list[ErrorItem]:
    """Return problems as items of `errors`."""
    return [_error_item(problem) for problem in problems]


def _error_item(problem: Problem) -> ErrorItem:
    if _POSITION_IN_TEXT.fullmatch(problem.path):  # of a rule in the text language
        return ErrorItem("rule", problem.code, f"{problem.path}: {sentence(problem)}")
    return ErrorItem(problem.path, problem.code, sentence(problem))


def _error_response(request: Request[Any, Any, Any], error: TamisError) -> Response[bytes]:
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    problems = error.problems
    headers: Headers = {}
    if isinstance(error, Busy):
        headers["retry-after"] = str(getattr(error, "retry_after", 1))
    elif isinstance(error, Unauthorized):
        headers["www-authenticate"] = "Bearer"
    elif isinstance(error, Unavailable):
        log.event("request_not_served", level=logging.ERROR, **_log_context(request), reason=str(error))
        headers["retry-after"] = "5"
    first = problems[0]
    if isinstance(error, Invalid):
        code = first.code if len(problems) == 1 else "invalid_input"
        described = [
            f"{problem.path}: {sentence(problem)}" if problem.path else _capitalized(problem) for problem in problems
        ]
        return _response(request, status, code, " ".join(described[:3]), headers, error_items(problems))
    return _response(request, status, first.code, _capitalized(first), headers)


def _parameters_response(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Respond to parameters that cannot be read. An id that cannot exist is answered like one that does not."""
    found = [item for item in error.extra or [] if isinstance(item, dict)]
    if any(item.get("source") == "path" for item in found):
        return _response(request, 404, "not_found", "There is nothing at this path.")
    if any(item.get("source") == "body" for item in found):
        return _response(request, 400, "body_missing", "The body is empty: send a JSON object.")
    problems = [
        Problem(str(item.get("key", "")), "parameter_not_valid", reason=_reason(request, item)) for item in found
    ]
    return _error_response(request, BadRequest(problems or [Problem("", "parameter_not_valid", reason=error.detail)]))


def _reason(request: Request[Any, Any, Any], item: Mapping[str, object]) -> str:
    """Return what is wrong with a query parameter, without the words of the library that found it."""
    text = str(item.get("message", ""))
    if expected := describe_expected(text):
        return f"must be {expected.removesuffix(' or null')}"
    parameters = request.route_handler.parsed_fn_signature.parameters
    key = str(item.get("key", ""))
    parameter = parameters.get(key)
    choices = describe_choices(text, parameter.annotation) if parameter else None
    return f"is not valid: {choices}" if choices else text.replace("`", "")


def _http_response(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    headers: Headers = {}
    details = {
        404: ("not_found", "There is nothing at this path."),
        405: ("method_not_allowed", "This path does not take this method."),
        413: ("body_too_large", "The body is larger than this call accepts."),
    }
    code, detail = details.get(error.status_code, (_code_of(error.status_code), error.detail))
    if error.status_code == 405:
        headers["allow"] = (error.headers or {}).get("allow", "")
    return _response(request, error.status_code, code, detail, headers)


def _response(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    detail: str,
    headers: Headers | None = None,
    errors: list[ErrorItem] | None = None,
) -> Response[bytes]:
    title = http.HTTPStatus(status).phrase
    request_id = request_record(request.scope).id
    details = ProblemDetails("about:blank", title, status, detail, code, request_id, errors or msgspec.UNSET)
    return Response(msgspec.json.encode(details), status_code=status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


def _code_of(status: int) -> str:
    return http.HTTPStatus(status).phrase.lower().replace(" ", "_")


def _capitalized(message: Message) -> str:
    text = sentence(message)
    return text[:1].upper() + text[1:]


def _log_context(request: Request[Any, Any, Any]) -> LogContext:
    record = request_record(request.scope)
    return {"interface": INTERFACE, "route": record.route, "account": record.account_id, "request": record.id}
