"""The list of the contacts of a type: search as one types, filter, columns, order, pages; and a new contact by hand.

What is typed into the search may be somebody's address. So it travels in the body of a POST and never in a URL; where
the list stands otherwise (`Place`) is in the URL, and survives a reload and the back button.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis.actions.contacts.contact_edits import create_contact
from tamis.actions.contacts.contact_list import (
    CONTACTS_PER_PAGE,
    ContactFilter,
    ContactPage,
    count_contacts,
    find_contacts,
    set_visible_columns,
    visible_columns,
)
from tamis.actions.exporting.download import contacts_download
from tamis.actions.lookups import fields_of_type, segments_of_type, types_of_account
from tamis.actions.services import Services
from tamis.domain.contacts import ContactType
from tamis.domain.errors import Invalid
from tamis.domain.fields import EMAIL, SYSTEM_FIELDS, Field, FieldSet
from tamis.domain.paging import PageAnchor, SortOrder
from tamis.domain.segments import Segment
from tamis.domain.text import fold
from tamis.web.console.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.downloads import layout_of, send_file
from tamis.web.console.messages import first_message, messages_by_path
from tamis.web.console.resolvers import resolve_type
from tamis.web.console.responses import fragment, page, redirect
from tamis.web.console.session import Visitor
from tamis.web.console.values import Control, submitted_text
from tamis.web.request_tasks import run_in_lane

MAX_ORDER_LENGTH = 300
"""No key of a field is so long."""
_AT = re.compile(r"(after|before)-([0-9]{1,18})-([0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class ListState:
    """Where the list stands: the filter, the key of the field by which it is ordered (with a hyphen before it from the
    last to the first), and the page: `after-7-51` begins after the contact 7 and its first row is the 51st."""

    segment: int | None = None
    order: str = ""
    at: str = ""

    @property
    def query(self) -> str:
        """Write the place as the query of a URL."""
        given = {"segment": str(self.segment or ""), "order": self.order, "at": self.at}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def near(self) -> PageAnchor | None:
        """Return the contact beside which the page lies."""
        found = _AT.fullmatch(self.at)
        return PageAnchor(int(found[2]), found[1] == "before") if found else None

    def first(self, rows: int) -> int:
        """Return the place of the first row of the page in the whole list, from 1 on."""
        found = _AT.fullmatch(self.at)
        if found is None:
            return 1
        return int(found[3]) if found[1] == "after" else max(int(found[3]) - rows, 1)

    def sorting(self, fields: FieldSet) -> SortOrder:
        """Return the order; one by a field that is gone is the order in which contacts came."""
        field = fields.by_key.get(self.order.removeprefix("-"))
        return SortOrder(field, self.order.startswith("-")) if field else SortOrder(None, True)


@dataclass(frozen=True, slots=True)
class ColumnHeader:
    """A column of the list: `next` is the order that a click on its head asks for, `sorted` how it is ordered now."""

    field: Field
    next: str
    sorted: str


@get("/contacts", sync_to_thread=True)
def contacts_of_account(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Lead to the contacts of the first type, or say how to begin."""
    found = types_of_account(services.records.reader(), visitor.account.id)
    if found:
        return redirect(visitor, f"/types/{found[0].id}/contacts")
    return page(visitor, "contacts/no_types.html", title="Contacts", nav="contacts")


@get("/types/{type_id:int}/contacts", sync_to_thread=True)
def contact_list(
    services: ServicesDep,
    visitor: VisitorDep,
    type_id: FromPath[int],
    segment: FromQuery[str] = "",
    order: FromQuery[str] = "",
    at: FromQuery[str] = "",
) -> Response[str]:
    """Show the contacts of a type."""
    contact_type = resolve_type(services, visitor, type_id)
    db = services.records.reader()
    filters = segments_of_type(db, contact_type.id)
    state = _list_state(filters, segment, order, at)
    return page(
        visitor,
        "contacts/list.html",
        title=contact_type.name,
        nav="contacts",
        types=types_of_account(db, visitor.account.id),
        filters=sorted(filters, key=lambda found: fold(found.name)),
        fields=fields_of_type(db, contact_type.id).fields,
        **_results(services, visitor, contact_type, state, ""),
    )


@post("/types/{type_id:int}/contacts/found", sync_to_thread=True, status_code=200)
def found_contacts(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Return the rows that a search finds; where their number takes as long again, it is asked for by them."""
    contact_type = resolve_type(services, visitor, type_id)
    filters = segments_of_type(services.records.reader(), contact_type.id)
    order = form.text("sort") if form.checked("sort") else form.text("order")
    state = _list_state(filters, form.text("segment"), order, form.text("at"))
    context = _results(services, visitor, contact_type, state, form.text("text"))
    return fragment(visitor, "contacts/_results.html", swapped=True, **context)


@post("/types/{type_id:int}/contacts/count", sync_to_thread=True, status_code=200)
def number_of_contacts(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]
) -> Response[str]:
    """Count what a search finds."""
    contact_type = resolve_type(services, visitor, type_id)
    contact_filter = ContactFilter(form.text("text"), form.number("segment"))
    total = count_contacts(services, visitor.account, contact_type, contact_filter)
    return fragment(visitor, "contacts/_match_count.html", total=total, contact_filter=contact_filter)


@post("/types/{type_id:int}/contacts/columns", sync_to_thread=True)
def columns_of_list(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Choose the columns."""
    contact_type = resolve_type(services, visitor, type_id)
    chosen = {int(id_) for id_ in form.all("field") if id_.isascii() and id_.isdigit() and len(id_) < 19}
    services.write(set_visible_columns, contact_type, chosen)
    filters = segments_of_type(services.records.reader(), contact_type.id)
    state = _list_state(filters, form.text("segment"), form.text("order"), "")
    return redirect(visitor, f"/types/{contact_type.id}/contacts" + (f"?{state.query}" if state.query else ""))


@post("/types/{type_id:int}/contacts/export", status_code=200)
async def export_of_contacts(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]
) -> Response[Any]:
    """Send the contacts that a search finds as a file; a POST, for the same reason as the search itself."""
    contact_type, layout = resolve_type(services, visitor, type_id), layout_of(form.text("to"))
    contact_filter = ContactFilter(form.text("text"), form.number("segment"))
    account = visitor.account
    download = await run_in_lane(
        services.lanes.exports,
        account.id,
        lambda: contacts_download(services, account, contact_type, contact_filter, layout),
    )
    return send_file(download, contact_type.name, form.text("to"))


@get("/types/{type_id:int}/contacts/new", sync_to_thread=True)
def form_of_new_contact(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]) -> Response[str]:
    """Show an empty form."""
    return _form(services, visitor, resolve_type(services, visitor, type_id), {}, {}, 200)


@post("/types/{type_id:int}/contacts/new", sync_to_thread=True)
def new_contact(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Add a contact by hand."""
    contact_type = resolve_type(services, visitor, type_id)
    texts = {
        field.key: submitted_text(form, field, control_name(field))
        for field in _editable(fields_of_type(services.records.reader(), contact_type.id))
    }
    try:
        made = services.write(create_contact, visitor.account, contact_type, texts)
    except Invalid as error:
        problems = messages_by_path(error)
        return _form(services, visitor, contact_type, texts, problems, 422)
    return redirect(visitor, f"/types/{contact_type.id}/contacts/{made.id}", notice=f"{made.email} was added.")


def control_name(field: Field) -> str:
    """Name the control of a field in the form of a whole contact."""
    return f"field-{field.id}"


def _editable(fields: FieldSet) -> list[Field]:
    """List the fields that people fill in: the address first, then the others in their order."""
    return [field for field in fields.fields if field.id == EMAIL.id or field not in SYSTEM_FIELDS]


def _form(
    services: Services,
    visitor: Visitor,
    contact_type: ContactType,
    texts: Mapping[str, str],
    problems: Mapping[str, str],
    status: int,
) -> Response[str]:
    fields = _editable(fields_of_type(services.records.reader(), contact_type.id))
    controls = [Control(f, control_name(f), texts.get(f.key, ""), problems.get(f.key, "")) for f in fields]
    return page(
        visitor,
        "contacts/new.html",
        title=f"New contact in {contact_type.name}",
        nav="contacts",
        status=status,
        contact_type=contact_type,
        controls=controls,
    )


def _list_state(filters: Sequence[Segment], segment: str, order: str, at: str) -> ListState:
    """Read where the list stands; a segment that is gone is no filter any more."""
    chosen = next((found.id for found in filters if str(found.id) == segment), None)
    return ListState(chosen, order if len(order) <= MAX_ORDER_LENGTH else "", at if _AT.fullmatch(at) else "")


def _results(
    services: Services, visitor: Visitor, contact_type: ContactType, state: ListState, text: str
) -> dict[str, Any]:
    """Collect what the rows of the list are drawn from."""
    contact_filter, problem = ContactFilter(text, state.segment), ""
    fields = fields_of_type(services.records.reader(), contact_type.id)
    try:
        found = find_contacts(
            services, visitor.account, contact_type, contact_filter, state.sorting(fields), state.near
        )
    except Invalid as error:
        problem = first_message(error)
        found = ContactPage([], fields, False, False, 0)
    total = found.total
    if total is None and contact_filter == ContactFilter():
        total = count_contacts(services, visitor.account, contact_type, contact_filter)
    columns = [EMAIL, *visible_columns(services.records.reader(), contact_type)]
    first = state.first(len(found.contacts)) if found.more_before else 1
    return {
        "contact_type": contact_type,
        "contact_filter": contact_filter,
        "problem": problem,
        "state": state,
        "columns": [_column(field, state.order) for field in columns],
        "contacts": found.contacts,
        "total": total,
        "first": first,
        "earlier": f"before-{found.contacts[0].id}-{first}" if found.contacts and found.more_before else "",
        "later": f"after-{found.contacts[-1].id}-{first + CONTACTS_PER_PAGE}"
        if found.contacts and found.more_after
        else "",
    }


def _column(field: Field, order: str) -> ColumnHeader:
    if order == field.key:
        return ColumnHeader(field, f"-{field.key}", "ascending")
    return ColumnHeader(
        field, "" if order == f"-{field.key}" else field.key, "descending" if order[1:] == field.key else ""
    )


handlers = [
    contacts_of_account,
    contact_list,
    found_contacts,
    number_of_contacts,
    columns_of_list,
    export_of_contacts,
    form_of_new_contact,
    new_contact,
]
