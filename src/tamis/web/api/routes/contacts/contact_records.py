"""Contacts by id: `/v1/contacts/{id}`, with their segments, their history, and everything that is known of them."""

from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter

from tamis.actions.contacts.contact_record import (
    contact_of_account,
    explain_segments,
    history_of_contact,
    record_of_contact,
)
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs
from tamis.web.api.paging import PageDep, cut_page
from tamis.web.api.routes.contacts.contacts import contact_response
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.contact_records import ContactChangeOut, ContactRecordOut, changes_out, contact_record_out
from tamis.web.api.schemas.contacts import ContactDetailsOut
from tamis.web.api.schemas.members import ExplanationOut, explanation_out
from tamis.web.api.suppression_marks import mark_suppressed

TAGS = ["Contacts"]


@get(
    "/contacts/{contact_id:int}",
    summary="Get a contact",
    tags=TAGS,
    opt=needs(Scope.READ, conditional=True),
)
async def get_contact_by_id(call: CallDep, contact_id: Id) -> Response[ContactDetailsOut]:
    """Returns a contact; its id stays when its email changes."""
    return await contact_response(call, contact_of_account(call.records, call.account, contact_id))


@get("/contacts/{contact_id:int}/segments", summary="Explain a contact's segments", tags=TAGS, opt=needs(Scope.READ))
async def list_segments_of_contact(
    call: CallDep,
    contact_id: Id,
    page: PageDep,
    all: Annotated[bool, Parameter(description="Also list the segments that it is not in.")] = False,
) -> Page[ExplanationOut]:
    """Lists the segments that a contact is in, and why: the rule part by part, or a manual change."""
    after = page.position(int) or 0
    found = await call.read(lambda: explain_segments(call.services, call.account, contact_id))
    listed = [explained for explained in found if explained.segment.id > after and (all or explained.is_in)]
    return cut_page(
        [explanation_out(explained) for explained in listed[: page.limit + 1]], page, lambda shown: shown.segment.id
    )


@get("/contacts/{contact_id:int}/history", summary="Get the history of a contact", tags=TAGS, opt=needs(Scope.READ))
async def get_contact_history(call: CallDep, contact_id: Id, page: PageDep) -> Page[ContactChangeOut]:
    """Lists when a contact entered and left segments, newest first."""
    before = page.position(int)
    changes = await call.read(lambda: history_of_contact(call.services, call.account, contact_id))
    found = [change for change in changes if before is None or change.number < before]
    return cut_page(changes_out(found[: page.limit + 1]), page, lambda change: change.number)


@get("/contacts/{contact_id:int}/export", summary="Export a contact", tags=TAGS, opt=needs(Scope.READ))
async def export_contact(call: CallDep, contact_id: Id) -> ContactRecordOut:
    """Returns everything that is known about a contact, for people who ask what you store about them."""
    shown = contact_record_out(await call.read(lambda: record_of_contact(call.services, call.account, contact_id)))
    await mark_suppressed(call, [shown.contact])
    return shown


handlers = [get_contact_by_id, list_segments_of_contact, get_contact_history, export_contact]
