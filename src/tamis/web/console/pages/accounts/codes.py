"""Two-step sign-in of the user: turning it on with an app, recovery codes, and turning it off."""

from litestar import get, post
from litestar.response import Response
from markupsafe import Markup

from tamis import log
from tamis.actions.services import Services
from tamis.actions.team.codes import (
    asks_for_code,
    count_recovery_codes,
    disable_codes,
    enable_codes,
    enrolment_uri,
    generate_secret,
    replace_recovery_codes,
)
from tamis.domain.errors import Invalid
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest, client_host
from tamis.web.console.roles import VIEWER


@get("/account/codes", sync_to_thread=True)
def codes_page(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Show whether two-step sign-in is on."""
    return _page(services, visitor)


@post("/account/codes/start", opt=VIEWER, sync_to_thread=True, guards=[require_recent_password])
def start(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Show a new secret, which counts once a code of it is entered."""
    return _page(services, visitor, secret=generate_secret())


@post("/account/codes", opt=VIEWER, sync_to_thread=True, guards=[require_recent_password])
def enable(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Turn two-step sign-in on; the response is the only page that shows the recovery codes."""
    secret = form.raw("secret")
    try:
        codes = services.write(enable_codes, visitor.user, secret, form.text("code"), visitor.session.token_hash)
    except Invalid as error:
        return _page(services, visitor, secret=secret, problem=first_sentence(error))
    log.event("codes_changed", user=visitor.user.id, on=True, address=client_host(request))
    return _page(services, visitor, codes=codes)


@post("/account/codes/recovery", opt=VIEWER, sync_to_thread=True, guards=[require_recent_password])
def new_recovery_codes(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Replace the recovery codes."""
    return _page(services, visitor, codes=services.write(replace_recovery_codes, visitor.user))


@post("/account/codes/off", opt=VIEWER, sync_to_thread=True, guards=[require_recent_password])
def disable(request: WebRequest, services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Turn two-step sign-in off."""
    services.write(disable_codes, visitor.user)
    log.event("codes_changed", user=visitor.user.id, on=False, address=client_host(request))
    return redirect(visitor, "/account/codes", notice="Two-step sign-in is off.")


def _page(
    services: Services,
    visitor: Visitor,
    *,
    secret: str = "",
    codes: list[str] | None = None,
    problem: str = "",
) -> Response[str]:
    db = services.records.reader()
    uri = enrolment_uri(visitor.user, secret) if secret else ""
    return page(
        visitor,
        "account/codes.html",
        title="Two-step sign-in",
        nav="account",
        status=422 if problem else 200,
        is_on=asks_for_code(db, visitor.user),
        left=count_recovery_codes(db, visitor.user),
        secret=secret,
        uri=uri,
        image=_qr_code(uri) if uri else "",
        codes=codes or [],
        problem=problem,
    )


def _qr_code(uri: str) -> Markup:
    """Draw a text as a QR code: SVG that is part of the page."""
    import segno  # only this page needs it

    drawn = segno.make(uri, error="m").svg_inline(scale=5, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(drawn)  # which escapes what it contains


handlers = [codes_page, start, enable, new_recovery_codes, disable]
