"""Error pages; the one place where errors of the domain become HTTP statuses."""

import logging
from typing import Any
from urllib.parse import quote

from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.types import ExceptionHandlersMap

from tamis import log
from tamis.domain.errors import Busy, Gone, Invalid, NotFound, Refused, TamisError, Unavailable
from tamis.web.console.display.messages import all_messages, message_text
from tamis.web.console.requests.responses import accepts_html, fragment, is_htmx, page
from tamis.web.console.requests.session import SignInRequired, Visitor, WebRequest
from tamis.web.console.roles import RoleRequired
from tamis.web.monitoring.traffic import LogContext, request_record

TITLES = {
    400: "Bad request",
    403: "Page expired",
    404: "Page not found",
    405: "This page cannot be opened directly",
    409: "Already done",
    413: "Request too large",
    429: "Too many requests",
}
STATUSES: tuple[tuple[type[TamisError], int, str], ...] = (
    (NotFound, 404, "Page not found"),
    (Gone, 410, "This link does not work any more"),
    (Invalid, 422, "Check your input"),
    (Refused, 409, "Not possible"),
    (Busy, 429, TITLES[429]),
    (Unavailable, 503, "Tamis is unavailable"),
)
NOT_FOUND = "This page does not exist, or you do not have access to it."


def redirect_to_sign_in(request: WebRequest, _: Exception) -> Response[Any]:
    """Redirect to the sign-in, which leads back to the requested page."""
    if is_htmx(request):
        return Response("", status_code=401, headers={"HX-Redirect": "/sign-in"}, media_type="text/html")
    if "application/json" in request.headers.get("accept", ""):
        return Response({"message": "Your session has ended. Sign in again."}, status_code=401)
    then = quote(request.url.path, safe="/") if request.method in ("GET", "HEAD") and request.url.path != "/" else ""
    location = f"/sign-in?then={then}" if then else "/sign-in"
    return Response("", status_code=303, headers={"location": location}, media_type="text/html")


def domain_error(request: WebRequest, error: TamisError) -> Response[Any]:
    """Respond to an error of the domain."""
    status, title = next(((s, t) for kind, s, t in STATUSES if isinstance(error, kind)), (500, "Something went wrong"))
    if isinstance(error, Unavailable) and not isinstance(error, Busy):
        log.event("request_not_served", level=logging.ERROR, **_log_context(request), reason=str(error))
    message = NOT_FOUND if isinstance(error, NotFound) else all_messages(error)
    problems = (
        [{"path": p.path, "message": message_text(p)} for p in error.problems] if isinstance(error, Invalid) else []
    )
    answer = _error_response(request, status, title, message, problems)
    if isinstance(error, Busy):
        answer.headers["retry-after"] = "1"
    return answer


def role_required(request: WebRequest, error: RoleRequired) -> Response[Any]:
    """Respond to a user whose role does not allow what they ask for."""
    visitor: Visitor = request.state.visitor
    message = (
        f"Your role in this account is {visitor.role}, and this requires the role {error.needed}. "
        "Ask an owner or admin of the account."
    )
    return _error_response(request, 403, "Not allowed", message, [])


def http_error(request: WebRequest, error: HTTPException) -> Response[Any]:
    """Respond to a request that no page can handle."""
    status = error.status_code
    if status >= 500:
        return internal_error(request, error)
    message = error.detail if status in (403, 409) else NOT_FOUND if status == 404 else "Go back and try again."
    answer = _error_response(request, status, TITLES.get(status, TITLES[400]), message, [])
    if status == 405:
        answer.headers["allow"] = (error.headers or {}).get("allow", "")
    return answer


def internal_error(request: WebRequest, error: Exception) -> Response[Any]:
    """Log a fault, and show people the reference by which it is found in the log."""
    explained = request.app.state.explain(error)
    if isinstance(explained, TamisError):
        return domain_error(request, explained)
    context = _log_context(request)
    log.event("fault", level=logging.ERROR, error=error, **context)
    return _error_response(
        request,
        500,
        "Something went wrong",
        f"For the cause, look for {context['request']} in the server log.",
        [],
    )


def _log_context(request: WebRequest) -> LogContext:
    """Identify the request for the log."""
    exchange = request_record(request.scope)
    route = request.scope.get("path_template")
    return {"interface": "console", "route": route, "account": exchange.account_id, "request": exchange.id}


def _error_response(
    request: WebRequest, status: int, title: str, message: str, problems: list[dict[str, str]]
) -> Response[Any]:
    if not accepts_html(request):
        return Response({"message": message, "problems": problems}, status_code=status)
    visitor = request.state.get("visitor") or _visitor_of(request)
    if is_htmx(request):
        answer = fragment(visitor, "errors/fragment.html", status=status, message=message)
        answer.headers.update({"HX-Retarget": "#problems", "HX-Reswap": "innerHTML"})
        return answer
    return page(visitor, "errors/page.html", title=title, status=status, message=message)


def _visitor_of(request: WebRequest) -> Visitor | None:
    """Return the visitor of a request without a page, so that signed-in users keep the navigation."""
    find = request.app.state.get("find_visitor")
    if find is None:  # a form was refused before the first page was requested
        return None
    try:
        visitor: Visitor = find(request)
    except (SignInRequired, TamisError):
        return None
    return visitor


HANDLERS: ExceptionHandlersMap = {
    SignInRequired: redirect_to_sign_in,
    RoleRequired: role_required,
    TamisError: domain_error,
    HTTPException: http_error,
    Exception: internal_error,
}


def error_response(request: WebRequest, error: Exception) -> Response[Any]:
    """Respond to a request that no route handles."""
    return http_error(request, error) if isinstance(error, HTTPException) else internal_error(request, error)
