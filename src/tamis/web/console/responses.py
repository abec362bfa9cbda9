"""How pages answer: with a whole page, with a piece of one, or by leading on."""

from litestar.response import Response

from tamis.web.console.render import render
from tamis.web.console.session import Visitor, WebRequest

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
    """Answer with a whole page; `nav` is the entry of the navigation that it belongs to.

    One that `is_form_response`, as all do that somebody signed in has sent, is never asked for like that again.
    """
    context["is_form_response"] = is_form_response or (visitor is not None and visitor.is_form_response)
    notices = visitor.notices.take(visitor.session) if visitor else []
    return Response(
        render(visitor, template, title=title, nav=nav, notices=notices, **context), media_type=HTML, status_code=status
    )


def fragment(visitor: Visitor | None, template: str, *, status: int = 200, **context: object) -> Response[str]:
    """Answer htmx with a piece of a page."""
    return Response(render(visitor, template, **context), media_type=HTML, status_code=status)


def redirect(visitor: Visitor, path: str, *, notice: str = "", request: WebRequest | None = None) -> Response[str]:
    """Lead on to a page, which shows the sentence once; htmx, where `request` came from it, loads the page whole."""
    if notice:
        visitor.notices.add(visitor.session, notice)
    if request is not None and is_htmx(request):
        return Response("", status_code=200, headers={"HX-Redirect": path}, media_type=HTML)
    return Response("", status_code=303, headers={"location": path}, media_type=HTML)


def is_htmx(request: WebRequest) -> bool:
    """Return whether htmx asks, which wants a piece and no page."""
    return request.headers.get("hx-request") == "true"


def accepts_html(request: WebRequest) -> bool:
    """Tell browsers, which say that they want pages, from programs, which take anything."""
    return is_htmx(request) or "text/html" in request.headers.get("accept", "")
