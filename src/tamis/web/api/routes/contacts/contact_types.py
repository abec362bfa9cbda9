"""Contact types: `/v1/contact-types`."""

from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody

from tamis.actions.fields import types
from tamis.actions.lookups import types_of_account
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import created, needs
from tamis.web.api.paging import PageDep, page_by_id
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.contact_types import ContactTypeChanges, ContactTypeOut, NewContactType, contact_type_out

TAGS = ["Contact types"]


@get("/contact-types", summary="List contact types", tags=TAGS, opt=needs(Scope.READ))
async def list_contact_types(call: CallDep, page: PageDep) -> Page[ContactTypeOut]:
    """Lists the contact types of the account, oldest first."""
    found = types_of_account(call.records, call.account.id)
    return page_by_id([contact_type_out(shown) for shown in found], page)


@post(
    "/contact-types",
    summary="Create a contact type",
    tags=TAGS,
    dto=StrictJson[NewContactType],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def create_contact_type(call: CallDep, data: JSONBody[NewContactType]) -> Response[ContactTypeOut]:
    """Creates a contact type, which starts with the standard fields."""
    type_id = await call.create(types.create_type, call.account, data.name)
    return created(contact_type_out(types.type_by_id(call.records, call.account, type_id)), "contact-types", type_id)


@get("/contact-types/{type_id:int}", summary="Get a contact type", tags=TAGS, opt=needs(Scope.READ))
async def get_contact_type(call: CallDep, type_id: Id) -> ContactTypeOut:
    """Returns a contact type."""
    return contact_type_out(types.type_by_id(call.records, call.account, type_id))


@patch(
    "/contact-types/{type_id:int}",
    summary="Rename a contact type",
    tags=TAGS,
    dto=StrictJson[ContactTypeChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_contact_type(call: CallDep, type_id: Id, data: JSONBody[ContactTypeChanges]) -> ContactTypeOut:
    """Renames a contact type; its id stays."""
    contact_type = types.type_by_id(call.records, call.account, type_id)
    return contact_type_out(await call.write(types.rename_type, call.account, contact_type, data.name))


@delete("/contact-types/{type_id:int}", summary="Delete a contact type", tags=TAGS, opt=needs(Scope.ADMIN))
async def delete_contact_type(call: CallDep, type_id: Id) -> None:
    """Deletes a contact type and its fields. Refused while it has contacts or segments."""
    contact_type = types.type_by_id(call.records, call.account, type_id)
    await call.write(types.delete_type, contact_type)


handlers = [list_contact_types, create_contact_type, get_contact_type, change_contact_type, delete_contact_type]
