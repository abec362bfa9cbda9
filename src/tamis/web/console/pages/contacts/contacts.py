"""The contacts of a type: search as you type, filter, columns, order, pages; and new contacts.

The search text may be an email address, so it travels in the body of a POST and never in a URL. The rest of the list's
state (`ListState`) is in the URL, and survives a reload and the back button.
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
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid
from tamis.domain.paging import PageAnchor, SortOrder
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import EMAIL, SYSTEM_FIELDS, Field, FieldSet
from tamis.domain.values.text import fold
from tamis.web.console.display.messages import first_sentence, messages_by_path
from tamis.web.console.display.values import Control, submitted_text
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import fragment, page, redirect
from tamis.web.console.requests.session import Visitor
from tamis.web.console.roles import EDITOR, VIEWER
from tamis.web.downloads import layout_of, send_file
from tamis.web.request_tasks import run_in_lane

MAX_ORDER_LENGTH = 300
"""Longer than any key of a field."""
_AT = re.compile(r"(after|before)-([0-9]{1,18})-([0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class ListState:
    """The state of the list: the filter, the key of the field it is ordered by (with a leading hyphen for descending
    order), and the page: `after-7-51` starts after contact 7, and its first row is the 51st."""

    segment: int | None = None
    order: str = ""
    at: str = ""

    @property
    def query(self) -> str:
        """The state as a URL query."""
        given = {"segment": str(self.segment or ""), "order": self.order, "at": self.at}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def near(self) -> PageAnchor | None:
        """The contact next to which the page lies."""
        found = _AT.fullmatch(self.at)
        return PageAnchor(int(found[2]), found[1] == "before") if found else None

    def first(self, rows: int) -> int:
        """Return the position of the page's first row in the whole list, from 1 on."""
        found = _AT.fullmatch(self.at)
        if found is None:
            return 1
        return int(found[3]) if found[1] == "after" else max(int(found[3]) - rows, 1)

    def sorting(self, fields: FieldSet) -> SortOrder:
        """Return the order; an unknown field means the order of creation."""
        field = fields.by_key.get(self.order.removeprefix("-"))
        return SortOrder(field, self.order.startswith("-")) if field else SortOrder(None, True)


@dataclass(frozen=True, slots=True)
class ColumnHeader:
    """The header of a column: `next` is the order that a click asks for, `sorted` the current one."""

    field: Field
    next: str
    sorted: str


@get("/contacts", sync_to_thread=True)
def contacts_home(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Redirect to the contacts of the first type, or say how to begin."""
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


@post("/types/{type_id:int}/contacts/found", opt=VIEWER, sync_to_thread=True, status_code=200)
def search_contacts(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Return the rows that match a search; the rows request their number separately where counting is slow."""
    contact_type = resolve_type(services, visitor, type_id)
    filters = segments_of_type(services.records.reader(), contact_type.id)
    order = form.text("sort") if form.checked("sort") else form.text("order")
    state = _list_state(filters, form.text("segment"), order, form.text("at"))
    context = _results(services, visitor, contact_type, state, form.text("text"))
    return fragment(visitor, "contacts/_results.html", swapped=True, **context)


@post("/types/{type_id:int}/contacts/count", opt=VIEWER, sync_to_thread=True, status_code=200)
def count_matches(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Count the contacts that match a search."""
    contact_type = resolve_type(services, visitor, type_id)
    contact_filter = ContactFilter(form.text("text"), form.number("segment"))
    total = count_contacts(services, visitor.account, contact_type, contact_filter)
    return fragment(visitor, "contacts/_match_count.html", total=total, contact_filter=contact_filter)


@post("/types/{type_id:int}/contacts/columns", opt=EDITOR, sync_to_thread=True)
def set_columns(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Set the columns of the list."""
    contact_type = resolve_type(services, visitor, type_id)
    selected = {int(id_) for id_ in form.all("field") if id_.isascii() and id_.isdigit() and len(id_) < 19}
    services.write(set_visible_columns, contact_type, selected)
    filters = segments_of_type(services.records.reader(), contact_type.id)
    state = _list_state(filters, form.text("segment"), form.text("order"), "")
    return redirect(visitor, f"/types/{contact_type.id}/contacts" + (f"?{state.query}" if state.query else ""))


@post("/types/{type_id:int}/contacts/export", opt=VIEWER, status_code=200)
async def export_contacts(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]
) -> Response[Any]:
    """Send the contacts that match a search as a file; a POST for the same reason as the search."""
    contact_type, layout = resolve_type(services, visitor, type_id), layout_of(form.text("to"))
    contact_filter = ContactFilter(form.text("text"), form.number("segment"))
    account = visitor.account
    download = await run_in_lane(
        services.lanes.exports,
        account.id,
        lambda: contacts_download(services, account, contact_type, contact_filter, layout),
    )
    return send_file(download, contact_type.name, form.text("to"))


@get("/types/{type_id:int}/contacts/new", opt=EDITOR, sync_to_thread=True)
def new_contact_form(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]) -> Response[str]:
    """Show an empty form."""
    return _form(services, visitor, resolve_type(services, visitor, type_id), {}, {}, 200)


@post("/types/{type_id:int}/contacts/new", opt=EDITOR, sync_to_thread=True)
def new_contact(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Create a contact."""
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
    """Return the name of a field's control in the form of a whole contact."""
    return f"field-{field.id}"


def _editable(fields: FieldSet) -> list[Field]:
    """Return the editable fields: email first, then the others in order."""
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
    """Parse the state of the list; a deleted segment is no filter."""
    selected = next((found.id for found in filters if str(found.id) == segment), None)
    return ListState(selected, order if len(order) <= MAX_ORDER_LENGTH else "", at if _AT.fullmatch(at) else "")


def _results(
    services: Services, visitor: Visitor, contact_type: ContactType, state: ListState, text: str
) -> dict[str, Any]:
    """Return the context of the list's rows."""
    contact_filter, problem = ContactFilter(text, state.segment), ""
    fields = fields_of_type(services.records.reader(), contact_type.id)
    try:
        found = find_contacts(
            services, visitor.account, contact_type, contact_filter, state.sorting(fields), state.near
        )
    except Invalid as error:
        problem = first_sentence(error)
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
    contacts_home,
    contact_list,
    search_contacts,
    count_matches,
    set_columns,
    export_contacts,
    new_contact_form,
    new_contact,
]
