"""Fields of contact types: `/v1/contact-types/{id}/fields` and `/v1/fields/{id}`."""

from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody

from tamis.actions.fields import field_edits, fields, types
from tamis.actions.fields.field_edits import FieldEdit
from tamis.actions.lookups import fields_of_type
from tamis.domain.accounts.accounts import Scope
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import Field
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.operations import created, needs
from tamis.web.api.paging import PageDep, page_by_id
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.contact_types import FieldChanges, FieldOut, NewField, field_out

TAGS = ["Fields"]


@get("/contact-types/{type_id:int}/fields", summary="List fields", tags=TAGS, opt=needs(Scope.READ))
async def list_fields(call: CallDep, type_id: Id, page: PageDep) -> Page[FieldOut]:
    """Lists the fields of a contact type, including the standard ones (`reserved`)."""
    contact_type = types.type_by_id(call.records, call.account, type_id)
    found = sorted(fields_of_type(call.records, contact_type.id).fields, key=lambda field: field.id)
    return page_by_id([field_out(shown) for shown in found], page)


@post(
    "/contact-types/{type_id:int}/fields",
    summary="Create a field",
    tags=TAGS,
    dto=StrictJson[NewField],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def create_field(call: CallDep, type_id: Id, data: JSONBody[NewField]) -> Response[FieldOut]:
    """Creates a field; its key is derived from its name."""
    contact_type = types.type_by_id(call.records, call.account, type_id)
    field_id = await call.create(fields.create_field, contact_type, data.name, data.kind, data.options)
    found = fields_of_type(call.records, contact_type.id).by_id[field_id]
    return created(field_out(found), "fields", field_id)


@patch(
    "/fields/{field_id:int}",
    summary="Change a field",
    tags=TAGS,
    dto=StrictJson[FieldChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_field(call: CallDep, field_id: Id, data: JSONBody[FieldChanges]) -> FieldOut:
    """Changes a field. Contacts and rules follow a new name, and new names of options."""
    contact_type, found = _field(call, field_id)
    edit = FieldEdit(
        name=data.name or None,
        kind=data.kind or None,
        add_options=data.add_options,
        delete_options=data.delete_options,
        rename_options=[(renamed.option, renamed.name) for renamed in data.rename_options],
        order_options=data.order_options,
        clear_unconvertible=data.clear_unconvertible,
    )
    return field_out(await call.write(field_edits.edit_field, call.account, contact_type, str(found.id), edit))


@delete("/fields/{field_id:int}", summary="Delete a field", tags=TAGS, opt=needs(Scope.ADMIN))
async def delete_field(call: CallDep, field_id: Id) -> None:
    """Deletes a field and its values. Refused while a segment's rule uses it."""
    contact_type, found = _field(call, field_id)
    await call.write(fields.delete_field, contact_type, str(found.id))


def _field(call: Call, field_id: int) -> tuple[ContactType, Field]:
    return fields.field_by_id(call.records, call.account, field_id)


handlers = [list_fields, create_field, change_field, delete_field]
