"""The page of a contact: its values, edited in place; its segments and why; its timeline."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis import log
from tamis.actions.consent.subscriptions import consent_records_of_contact, states_of_contact
from tamis.actions.consent.unsubscribe_links import link_maker
from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.contacts.contact_removal import remove_contact
from tamis.actions.contacts.contacts import contact_by_id
from tamis.actions.events.contact_timeline import EntryPosition, contact_timeline
from tamis.actions.lookups import fields_of_type, snapshot
from tamis.actions.segments.explanations import explain_contact
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.values.fields import EMAIL, FIRST_NAME, LAST_NAME, SYSTEM_FIELDS, Field, FieldSet, format_value
from tamis.domain.values.text import pluralize
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.display.values import Control, make_control, submitted_text
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import fragment, page, redirect
from tamis.web.console.requests.session import Visitor
from tamis.web.console.roles import EDITOR

ENTRIES_PER_PAGE = 30
NAMES = (FIRST_NAME.id, LAST_NAME.id)
MAX_EXPANDED = 5
"""With more segments than this, explanations are expanded one by one."""


@get("/types/{type_id:int}/contacts/{contact_id:int}", sync_to_thread=True)
def contact_page(
    services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int], contact_id: FromPath[int]
) -> Response[str]:
    """Show a contact."""
    return show_contact(services, visitor, type_id, contact_id)


def show_contact(
    services: Services,
    visitor: Visitor,
    type_id: int,
    contact_id: int,
    problem: str = "",
    form: Form | None = None,
) -> Response[str]:
    """Show a contact, with the problem of a form of its subscriptions, and the form as submitted."""
    contact_type, contact, fields = _find(services, visitor, type_id, contact_id)
    context = _context(services, visitor, contact_type, contact, fields)
    link = link_maker(services, visitor.account).url(contact_type.id, contact.id, contact.email)
    return page(
        visitor,
        "contacts/contact.html",
        status=422 if problem else 200,
        title=_name(contact),
        nav="contacts",
        link=link,
        subscription_problem=problem,
        typed_text=form.raw("text") if form else "",
        typed_reason=form.raw("reason") if form else "",
        **context,
    )


@get("/types/{type_id:int}/contacts/{contact_id:int}/timeline", sync_to_thread=True)
def timeline(
    services: ServicesDep,
    visitor: VisitorDep,
    type_id: FromPath[int],
    contact_id: FromPath[int],
    before: FromQuery[str] = "",
) -> Response[str]:
    """Show what the contact did, and when it entered and left segments; loaded after the page, because it reads the
    whole log."""
    position = EntryPosition.parse(before)
    found = contact_timeline(services, visitor.account, type_id, contact_id, ENTRIES_PER_PAGE, position)
    return fragment(
        visitor,
        "contacts/_timeline.html",
        path=f"/types/{type_id}/contacts/{contact_id}/timeline",
        entries=found.entries,
        older=found.before,
        is_first=position is None,
        now=services.clock(),
    )


@get("/types/{type_id:int}/contacts/{contact_id:int}/fields/{field_id:int}", sync_to_thread=True)
def show_value(
    services: ServicesDep,
    visitor: VisitorDep,
    type_id: FromPath[int],
    contact_id: FromPath[int],
    field_id: FromPath[int],
) -> Response[str]:
    """Show a value without its form: an edit was cancelled."""
    contact_type, contact, fields = _find(services, visitor, type_id, contact_id)
    field = _field(fields, field_id)
    return fragment(
        visitor, "contacts/_value.html", contact_type=contact_type, contact=contact, field=field, focused=True
    )


@get("/types/{type_id:int}/contacts/{contact_id:int}/fields/{field_id:int}/edit", opt=EDITOR, sync_to_thread=True)
def value_form(
    services: ServicesDep,
    visitor: VisitorDep,
    type_id: FromPath[int],
    contact_id: FromPath[int],
    field_id: FromPath[int],
) -> Response[str]:
    """Show the form of a value."""
    contact_type, contact, fields = _find(services, visitor, type_id, contact_id)
    field = _field(fields, field_id)
    control = make_control(field, contact.value_of(field), visitor.account.zone, _control_name(field))
    return _form(visitor, contact_type, contact, control, control.text, 200)


@post(
    "/types/{type_id:int}/contacts/{contact_id:int}/fields/{field_id:int}",
    opt=EDITOR,
    sync_to_thread=True,
    status_code=200,
)
def edit_value(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    type_id: FromPath[int],
    contact_id: FromPath[int],
    field_id: FromPath[int],
) -> Response[str]:
    """Save a value; the parts of the page that depend on it are updated too."""
    contact_type, contact, fields = _find(services, visitor, type_id, contact_id)
    field = _field(fields, field_id)
    text = submitted_text(form, field, _control_name(field))
    try:
        contact = _save(services, visitor, contact_type, contact, field, form, text)
    except (Invalid, Refused) as error:
        problem = first_sentence(error)
        contact_type, contact, fields = _find(services, visitor, type_id, contact_id)  # as they are now
        status = 422 if isinstance(error, Invalid) else 409
        current = make_control(field, contact.value_of(field), visitor.account.zone)
        control = Control(field, _control_name(field), text, problem)
        return _form(visitor, contact_type, contact, control, current.text, status)
    context = _context(services, visitor, contact_type, contact, fields)
    return fragment(visitor, "contacts/_value_saved.html", field=field, focused=True, **context)


@post("/types/{type_id:int}/contacts/{contact_id:int}/delete", opt=EDITOR, sync_to_thread=True)
def delete_contact(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    type_id: FromPath[int],
    contact_id: FromPath[int],
) -> Response[str]:
    """Delete the contact, or forget its email."""
    contact_type = resolve_type(services, visitor, type_id)
    forget = form.text("forget") == "yes"
    removed = remove_contact(services, visitor.account, contact_type, contact_id, forget=forget)
    log.event(
        "contact_deleted",
        account=visitor.account.id,
        contact_type=contact_type.id,
        contact=contact_id,
        forgotten=forget,
        rejects_files=len(removed.rejects),
    )
    notice = f"{removed.contact.email} was {'forgotten' if forget else 'deleted'}."
    if removed.rejects:
        files = pluralize(len(removed.rejects), "file")
        notice += f" Deleted {files} of rejected import rows that contained it."
    return redirect(visitor, f"/types/{contact_type.id}/contacts", notice=notice)


def _save(
    services: Services,
    visitor: Visitor,
    contact_type: ContactType,
    contact: Contact,
    field: Field,
    form: Form,
    text: str,
) -> Contact:
    if text == form.raw("shown_text").replace("\r\n", "\n"):
        return contact  # a control can show less than the whole value: an unchanged one is not saved
    seen = {field.key: form.raw("seen").replace("\r\n", "\n")}
    return services.write(edit_contact, visitor.account, contact_type, contact.id, {field.key: text}, seen)


def _find(services: Services, visitor: Visitor, type_id: int, contact_id: int) -> tuple[ContactType, Contact, FieldSet]:
    """Return a contact of the visitor; raises NotFound."""
    contact_type = resolve_type(services, visitor, type_id)
    db = services.records.reader()
    with snapshot(db):  # values are read together with their fields
        fields = fields_of_type(db, contact_type.id)
        return contact_type, contact_by_id(db, contact_type, contact_id, fields), fields


def _field(fields: FieldSet, field_id: int) -> Field:
    field = fields.by_id.get(field_id)
    if field is None or (field in SYSTEM_FIELDS and field.id != EMAIL.id):
        raise NotFound("field_not_editable", field=field_id)
    return field


def _context(
    services: Services, visitor: Visitor, contact_type: ContactType, contact: Contact, fields: FieldSet
) -> dict[str, Any]:
    """Return the context of the page's template."""
    db = services.records.reader()
    with snapshot(db):
        explained = explain_contact(db, services.clock(), visitor.account, contact_type, contact.id)
        states = states_of_contact(db, contact_type, contact.id)
        records = consent_records_of_contact(db, contact)
    return {
        "contact_type": contact_type,
        "contact": contact,
        "name": _name(contact),
        "fields": [field for field in fields.fields if field.id == EMAIL.id or field not in SYSTEM_FIELDS],
        "inside": [one for one in explained if one.is_in],
        "outside": [one for one in explained if not one.is_in],
        "open_at_most": MAX_EXPANDED,
        "states": states,
        "consent_records": records,
    }


def _name(contact: Contact) -> str:
    names = (contact.values.get(field_id) for field_id in NAMES)
    return " ".join(str(name) for name in names if name) or contact.email


def _control_name(field: Field) -> str:
    return f"value-{field.id}"


def _form(
    visitor: Visitor, contact_type: ContactType, contact: Contact, control: Control, shown_text: str, status: int
) -> Response[str]:
    value = contact.value_of(control.field)
    return fragment(
        visitor,
        "contacts/_value_form.html",
        status=status,
        contact_type=contact_type,
        contact=contact,
        control=control,
        field=control.field,
        shown_text=shown_text,
        seen="" if value is None else format_value(value),
    )


handlers = [contact_page, timeline, show_value, value_form, edit_value, delete_contact]
