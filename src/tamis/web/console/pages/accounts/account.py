"""The account page: time zone, password, sessions, keys, and example programs."""

import asyncio
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Response

from tamis import log
from tamis.actions.accounts.accounts import set_date_order, set_timezone
from tamis.actions.accounts.keys import (
    create_key_pair,
    end_of_day,
    list_key_pairs,
    rename_key_pair,
    revoke_key_pair,
)
from tamis.actions.accounts.passwords import set_password
from tamis.actions.accounts.sessions import end_other_sessions, end_session_of_user, list_sessions, session_id_of
from tamis.actions.services import Services
from tamis.actions.team.codes import asks_for_code
from tamis.actions.team.mail import base_url, has_public_address
from tamis.domain.accounts.accounts import Account, NewKeyPair, Scope
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.dates import DateOrder
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.auth.passwords import RetryLater
from tamis.web.console.display.device_names import device_name
from tamis.web.console.display.messages import first_message, first_sentence
from tamis.web.console.display.snippets import SECRET, snippets
from tamis.web.console.requests.dependencies import FormDep, PasswordsDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest, client_host
from tamis.web.console.roles import ADMIN, VIEWER

SCOPES = {
    Scope.ADMIN: "Everything",
    Scope.WRITE: "Read, and change contacts and members",
    Scope.READ: "Read only",
}
DATE_ORDER_NOTICES = {
    None: "Imports will ask how to read dates such as 03/04/2024",
    DateOrder.DMY: "Imports will read 03/04/2024 as 3 Apr 2024",
    DateOrder.MDY: "Imports will read 03/04/2024 as 4 Mar 2024",
}
YOUR_PUBLIC_KEY = "YOUR PUBLIC KEY"


@get("/account", sync_to_thread=True)
def account_page(request: WebRequest, services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Show the account."""
    return account_response(request, services, visitor)


@post("/account/timezone", opt=ADMIN, sync_to_thread=True)
def change_timezone(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Change the time zone of the account."""
    zone = form.text("timezone")
    try:
        services.write(set_timezone, visitor.account, zone)
    except Invalid as error:
        return account_response(request, services, visitor, wrong={"timezone": first_sentence(error)}, zone=zone)
    return redirect(visitor, "/account", notice=f"Time zone changed to {zone}. Segments are up to date.")


@post("/account/date-order", opt=ADMIN, sync_to_thread=True)
def change_date_order(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Set how imports read ambiguous dates."""
    order = {str(order): order for order in (DateOrder.DMY, DateOrder.MDY)}.get(form.text("date_order"))
    services.write(set_date_order, visitor.account, order)
    return redirect(visitor, "/account", notice=f"{DATE_ORDER_NOTICES[order]}.")


@post("/account/password", opt=VIEWER)
async def change_password(
    request: WebRequest,
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    passwords: PasswordsDep,
) -> Response[str]:
    """Change the password of the account; all other sessions end."""
    wrong = {}
    try:
        if not await passwords.confirm(request, visitor.session, form.raw("present")):
            wrong["present"] = "Wrong password."
        elif form.raw("new") != form.raw("again"):
            wrong["again"] = "The passwords do not match."
        else:
            hashed = await passwords.hash(request, form.raw("new"), visitor.user.email)
            changing = services.submit(set_password, visitor.user, hashed, visitor.session.token_hash)
            await asyncio.wrap_future(changing)
    except RetryLater as error:
        wrong["present"] = str(error)
    except Invalid as error:
        wrong["new"] = f"The password {first_message(error)}."
    if wrong:
        return await sync_to_thread(account_response, request, services, visitor, wrong=wrong)
    log.event("password_changed", user=visitor.user.id, address=client_host(request))
    return redirect(visitor, "/account", notice="Password changed. All other sessions are signed out.")


@post("/account/sessions/end", opt=VIEWER, sync_to_thread=True)
def sign_out_elsewhere(request: WebRequest, services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """End all other sessions."""
    services.write(end_other_sessions, visitor.user, visitor.session.token_hash)
    log.event("other_sessions_ended", user=visitor.user.id, address=client_host(request))
    return redirect(visitor, "/account", notice="All other sessions are signed out.")


@post("/account/sessions/end-one", opt=VIEWER, sync_to_thread=True)
def sign_out_one(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """End one other session."""
    services.write(end_session_of_user, visitor.user, form.text("session"))
    log.event("other_sessions_ended", user=visitor.user.id, address=client_host(request))
    return redirect(visitor, "/account", notice="That session is signed out.")


@post("/account/keys", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def create_key(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Create a key pair; the response is the only page that shows its secret."""
    try:
        expires_at = _expiry(visitor.account, form.text("expires"))
        scope = {"": Scope.ADMIN, **{scope.value: scope for scope in Scope}}.get(form.text("scope"), Scope.READ)
        created = services.write(create_key_pair, visitor.account, form.text("name"), scope, expires_at)
    except Invalid as error:
        labels = {"expires_at": ("expires", "The last day"), "name": ("name", "The name")}
        name, label = labels[error.problems[0].path]
        return account_response(request, services, visitor, wrong={name: f"{label} {first_message(error)}."})
    log.event("key_created", account=visitor.account.id, key=created.public_key, address=client_host(request))
    return account_response(request, services, visitor, made=created)


@post("/account/keys/rename", opt=ADMIN, sync_to_thread=True)
def rename_key(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Rename a key pair."""
    try:
        services.write(rename_key_pair, visitor.account, form.text("public_key"), form.text("name"))
    except Invalid as error:
        return account_response(request, services, visitor, wrong={"name": f"The name {first_message(error)}."})
    return redirect(visitor, "/account", notice="Key pair renamed.")


@post("/account/keys/revoke", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def revoke_key(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Revoke a key pair."""
    public_key = form.text("public_key")
    services.write(revoke_key_pair, visitor.account, public_key)
    log.event("key_revoked", account=visitor.account.id, key=public_key, address=client_host(request))
    return redirect(visitor, "/account", notice="Key pair revoked.")


def _expiry(account: Account, text: str) -> datetime | None:
    """Return the end of the day in a form, or None; raises Invalid."""
    if not text:
        return None
    try:
        return end_of_day(account, date.fromisoformat(text))
    except ValueError:
        raise Invalid([Problem("expires_at", "day_not_in_calendar", text=text)]) from None


def account_response(
    request: WebRequest,
    services: Services,
    visitor: Visitor,
    *,
    wrong: dict[str, str] | None = None,
    made: NewKeyPair | None = None,
    zone: str | None = None,
) -> Response[str]:
    """Return the page of the account, also with what is wrong in a form."""
    db, now = services.records.reader(), services.clock()
    keys = list_key_pairs(db, visitor.account)
    live = [key for key in keys if key.revoked_at is None]
    public_key = made.public_key if made else live[-1].public_key if live else YOUR_PUBLIC_KEY
    base = f"{request.base_url.scheme}://{request.base_url.netloc}/api/"
    return page(
        visitor,
        "account/page.html",
        title="Account",
        nav="account",
        status=422 if wrong else 200,
        now=now,
        keys=live,
        revoked=[key for key in keys if key.revoked_at],
        made=made,
        base=base,
        snippets=snippets(base, public_key, made.secret_key if made else SECRET),
        account_name=visitor.account.name,
        links_lead_to=None if has_public_address(services.settings) else base_url(services.settings),
        zone=visitor.account.timezone if zone is None else zone,
        zones=_zones(now.replace(minute=0, second=0, microsecond=0)),
        scopes=SCOPES,
        today=now.astimezone(visitor.account.zone).date(),
        date_order=visitor.account.date_order or "ask",
        asks_for_code=asks_for_code(db, visitor.user),
        sessions=list_sessions(services, visitor.user),
        device=device_name,
        session_id=session_id_of,
        wrong=wrong or {},
    )


@lru_cache(maxsize=2)
def _zones(hour: datetime) -> list[tuple[str, str]]:
    """Return the time zones with their current offsets; computing them all takes a while."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, f"{hour.astimezone(ZoneInfo(name)):UTC%z}") for name in [*names, "UTC"]]


handlers = [
    account_page,
    change_timezone,
    change_date_order,
    change_password,
    sign_out_elsewhere,
    sign_out_one,
    create_key,
    rename_key,
    revoke_key,
]
