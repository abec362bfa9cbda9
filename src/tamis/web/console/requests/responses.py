"""Responses of pages: a whole page, a fragment for htmx, or a redirect."""

from litestar.response import Response

from tamis.web.console.display.render import render
from tamis.web.console.requests.session import Visitor, WebRequest

HTML = "text/html"


def page(
    visitor: Visitor | None,
    template: str,
    *,
    title: str,
    nav: str = "",
    status: int = 200,
    is_form_response: bool = False,
    **context: object,
) -> Response[str]:
    """Respond with a whole page; `nav` is the navigation entry that it belongs to.

    A page that `is_form_response`, as every response to a form of a signed-in user is, is not requested again by its
    URL.
    """
    context["is_form_response"] = is_form_response or (visitor is not None and visitor.is_form_response)
    notices = visitor.notices.take(visitor.session) if visitor else []
    return Response(
        render(visitor, template, title=title, nav=nav, notices=notices, **context), media_type=HTML, status_code=status
    )


def fragment(visitor: Visitor | None, template: str, *, status: int = 200, **context: object) -> Response[str]:
    """Respond to htmx with a fragment of a page."""
    return Response(render(visitor, template, **context), media_type=HTML, status_code=status)


def redirect(visitor: Visitor, path: str, *, notice: str = "", request: WebRequest | None = None) -> Response[str]:
    """Redirect to a page, which shows the notice once; for a `request` from htmx, load the whole page."""
    if notice:
        visitor.notices.add(visitor.session, notice)
    if request is not None and is_htmx(request):
        return Response("", status_code=200, headers={"HX-Redirect": path}, media_type=HTML)
    return Response("", status_code=303, headers={"location": path}, media_type=HTML)


def is_htmx(request: WebRequest) -> bool:
    """Return whether htmx sent the request and expects a fragment."""
    return request.headers.get("hx-request") == "true"


def accepts_html(request: WebRequest) -> bool:
    """Return whether a browser sent the request; programs accept anything."""
    return is_htmx(request) or "text/html" in request.headers.get("accept", "")
