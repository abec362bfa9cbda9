"""Purging contacts: those that have been inactive for some time, or are in a segment; who they are is shown first."""

import secrets
from contextlib import suppress

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from tamis.actions.contacts.purge import PurgeFilter, PurgePlan, in_segment, plan_purge, purge_contacts
from tamis.actions.lookups import segments_of_type
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Busy, Invalid
from tamis.domain.segments.segments import Segment
from tamis.domain.values.text import pluralize
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor
from tamis.web.console.roles import ADMIN

UNITS = ("days", "weeks", "months", "years")
AT_ONCE = 5_000
"""How many contacts a request deletes; more are deleted in the background."""


@get("/types/{type_id:int}/contacts/purge", opt=ADMIN, sync_to_thread=True)
def purge_page(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]) -> Response[str]:
    """Ask which contacts to delete."""
    return _page(services, visitor, resolve_type(services, visitor, type_id))


@post("/types/{type_id:int}/contacts/purge/preview", opt=ADMIN, status_code=200, sync_to_thread=True)
def preview_purge(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int], form: FormDep) -> Response[str]:
    """Show how many contacts match, and some of them; delete nothing."""
    contact_type = resolve_type(services, visitor, type_id)
    try:
        plan = plan_purge(services, visitor.account, type_id, _wanted(services, contact_type, form))
    except Invalid as error:
        return _page(services, visitor, contact_type, form, problem=first_sentence(error))
    return _page(services, visitor, contact_type, form, plan)


@post(
    "/types/{type_id:int}/contacts/purge", opt=ADMIN, status_code=200, sync_to_thread=True,
    guards=[require_recent_password],
)  # fmt: skip
def purge(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int], form: FormDep) -> Response[str]:
    """Delete the contacts that match now: many of them in the background."""
    contact_type, account, request_id = resolve_type(services, visitor, type_id), visitor.account, secrets.token_hex(16)
    try:
        wanted = _wanted(services, contact_type, form)
        found = purge_contacts(services, account, type_id, wanted, request_id, AT_ONCE)
    except Invalid as error:
        return _page(services, visitor, contact_type, form, problem=first_sentence(error))
    notice = f"{pluralize(found.deleted, 'contact')} deleted."
    if found.remaining:
        with suppress(Busy):  # the notice says what is left, and the page deletes it when asked again
            services.jobs.start(
                f"purge {type_id}",
                account.id,
                wanted,
                lambda _job: _purge_rest(services, account, type_id, wanted, request_id),
            )
        notice += f" {pluralize(found.remaining, 'more', 'more')} are being deleted in the background."
    return redirect(visitor, f"/types/{type_id}/contacts", notice=notice)


def _purge_rest(services: Services, account: Account, type_id: int, wanted: PurgeFilter, request_id: str) -> None:
    while purge_contacts(services, account, type_id, wanted, request_id, AT_ONCE).remaining:
        pass


def _wanted(services: Services, contact_type: ContactType, form: Form) -> PurgeFilter:
    amount, unit = form.text("amount"), form.text("unit")
    chosen = form.number("segment")
    segment = next((s for s in _segments(services, contact_type) if s.id == chosen), None)
    return PurgeFilter(
        inactive_for=f"{amount} {unit if unit in UNITS else UNITS[-1]}" if amount else None,
        where=in_segment(segment) if segment else None,
    )


def _segments(services: Services, contact_type: ContactType) -> list[Segment]:
    return segments_of_type(services.records.reader(), contact_type.id)


def _page(
    services: Services,
    visitor: Visitor,
    contact_type: ContactType,
    form: Form | None = None,
    plan: PurgePlan | None = None,
    *,
    problem: str = "",
) -> Response[str]:
    given = {name: form.text(name) if form else "" for name in ("amount", "unit", "segment")}
    return page(
        visitor,
        "contacts/purge.html",
        title="Delete many contacts",
        nav="contacts",
        status=422 if problem else 200,
        contact_type=contact_type,
        choices=[("", "Any or none"), *((s.id, s.name) for s in _segments(services, contact_type))],
        given=given,
        plan=plan,
        problem=problem,
    )


handlers = [purge_page, preview_purge, purge]
