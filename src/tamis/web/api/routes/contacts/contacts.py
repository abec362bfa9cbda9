"""Contacts by email: `/v1/contact-types/{id}/contacts`."""

from typing import Annotated, Any, NamedTuple

from litestar import Request, Response, delete, get, patch, put
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, Parameter
from msgspec import UNSET

from tamis.actions.contacts.contact_queries import query_contacts, selected_fields
from tamis.actions.contacts.contact_record import TypedContact, contact_by_email
from tamis.actions.contacts.contact_removal import discard_rejects_of
from tamis.actions.contacts.contact_writes import contact_tag, remove_contact_of_email
from tamis.domain.accounts.accounts import Scope
from tamis.domain.errors import Invalid
from tamis.domain.preconditions import ANY
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.contact_writes.responses import respond_to_write, write_contact
from tamis.web.api.emails_in_paths import EmailDep
from tamis.web.api.operations import needs, tagged
from tamis.web.api.paging import PageDep, cursor_of
from tamis.web.api.problems import BadRequest
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.contacts import (
    ContactBody,
    ContactDetailsOut,
    LinkedContactOut,
    WrittenContactOut,
    contact_details_out,
    linked_contact_out,
)
from tamis.web.api.suppression_marks import mark_suppressed

TAGS = ["Contacts"]
NO_CONTENT = {204: ResponseSpec(None, description="Done; the request preferred no content.")}
ApiRequest = Request[Any, Any, Any]
Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        description="With `return=minimal` the response is 204 as soon as the write is on disk, without the segments.",
    ),
]


class ContactCursor(NamedTuple):
    """The place of a contact in a list in some order."""

    sort: str | None
    contact_id: int
    key: str | float | bool | None


@get("/contact-types/{type_id:int}/contacts", summary="List contacts", tags=TAGS, opt=needs(Scope.READ))
async def list_contacts(
    call: CallDep,
    type_id: Id,
    page: PageDep,
    where: Annotated[str | None, Parameter(description="A rule as text; without it, all contacts.")] = None,
    fields: Annotated[str | None, Parameter(description="Keys of the fields to return, separated by commas.")] = None,
    sort: Annotated[
        str | None,
        Parameter(description="Key of the field to sort by, with a minus sign for the highest value first."),
    ] = None,
) -> Page[LinkedContactOut]:
    """Lists the contacts that a rule selects. Contacts without a value of the field to sort by come last; texts are
    sorted by their first 200 characters, ignoring case. A contact that exists throughout, and keeps its
    value of that field, is seen exactly once."""
    cursor = page.position(ContactCursor)
    after = None if cursor is None else (cursor.contact_id if cursor.sort == sort else 0, cursor.key)
    try:
        found = await call.read(
            lambda: query_contacts(call.services, call.account, type_id, where, sort, after, page.limit)
        )
        shown = selected_fields(fields, found.fields)
    except Invalid as refused:
        raise BadRequest(refused.problems) from None
    following = None if found.next is None else cursor_of((sort, found.next.contact_id, found.next.key))
    links = call.links
    contacts = await mark_suppressed(call, [linked_contact_out(contact, shown, links) for contact in found.contacts])
    return Page(contacts, following)


@get(
    "/contact-types/{type_id:int}/contacts/{email:path}",
    summary="Get a contact by email",
    tags=TAGS,
    opt=needs(Scope.READ, conditional=True),
)
async def get_contact(call: CallDep, type_id: Id, address: EmailDep) -> Response[ContactDetailsOut]:
    """Returns a contact."""
    return await contact_response(call, contact_by_email(call.records, call.account, type_id, address))


@put(
    "/contact-types/{type_id:int}/contacts/{email:path}",
    summary="Create or replace a contact",
    tags=TAGS,
    dto=StrictJson[ContactBody],
    return_dto=None,
    opt=needs(Scope.WRITE, conditional=True),
    responses={201: ResponseSpec(WrittenContactOut, description="The contact was created."), **NO_CONTENT},
)
async def replace_contact(
    call: CallDep,
    type_id: Id,
    address: EmailDep,
    data: JSONBody[ContactBody],
    prefer: Prefer = None,
) -> Response[WrittenContactOut]:
    """Creates the contact, or replaces all its values: fields that are not named are cleared. The response says which
    segments the contact has entered and left as a result."""
    return await write_contact(call, "PUT", type_id, address, data, prefer)


@patch(
    "/contact-types/{type_id:int}/contacts/{email:path}",
    summary="Change a contact",
    tags=TAGS,
    dto=StrictJson[ContactBody],
    return_dto=None,
    opt=needs(Scope.WRITE, conditional=True),
    responses=NO_CONTENT,
)
async def change_contact(
    call: CallDep,
    type_id: Id,
    address: EmailDep,
    data: JSONBody[ContactBody],
    prefer: Prefer = None,
) -> Response[WrittenContactOut]:
    """Changes the values that are named, and clears those that are null. A new email takes along what was added and
    excluded manually."""
    return await write_contact(call, "PATCH", type_id, address, data, prefer)


@delete(
    "/contact-types/{type_id:int}/contacts/{email:path}",
    summary="Delete a contact",
    tags=TAGS,
    status_code=200,
    opt=needs(Scope.WRITE, conditional=True),
    responses=NO_CONTENT,
)
async def delete_contact(
    call: CallDep,
    type_id: Id,
    address: EmailDep,
    prefer: Prefer = None,
    forget: Annotated[
        bool, Parameter(description="Also keep the email from coming back; it need not be that of a contact.")
    ] = False,
) -> Response[WrittenContactOut]:
    """Deletes a contact; the response has what it was, and the segments that it has left."""
    arguments = (call.account, type_id, address, call.precondition)
    answer = await respond_to_write(
        call, prefer, lambda: call.write(remove_contact_of_email, *arguments, forget=forget)
    )
    await call.read(lambda: discard_rejects_of(call.services, address))
    return answer


async def contact_response(call: Call, found: TypedContact) -> Response[ContactDetailsOut]:
    """Return the response for a contact: 304 if the program has it as it is; raises Outdated. The tag is that of the
    values, so a suppressed contact is always sent: the program may have it from before."""
    (shown,) = await mark_suppressed(call, [contact_details_out(found.contact, found.fields.own, call.links)])
    tag, known = contact_tag(found.contact, found.fields), call.precondition.none_match
    is_known = known is not None and (tag in known or ANY in known)
    if is_known and shown.suppression is UNSET:
        unchanged: Response[Any] = Response(None, status_code=304, headers={"etag": tag})
        return unchanged
    if not is_known:
        call.precondition.require(tag)
    return tagged(shown, tag)


handlers = [list_contacts, get_contact, replace_contact, change_contact, delete_contact]
