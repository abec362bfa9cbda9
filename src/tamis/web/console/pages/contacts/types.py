"""Contact types: their list, and the page of one with its fields."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from tamis import log
from tamis.actions.consent.topics import counted_topics
from tamis.actions.fields import types as actions
from tamis.actions.fields.fields import create_field, reorder_field
from tamis.actions.fields.summaries import list_type_summaries, summarize_fields
from tamis.actions.lookups import segments_of_type
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Refused
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind
from tamis.web.console.builder.kinds import KINDS
from tamis.web.console.display.messages import first_sentence, messages_by_path
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import fragment, is_htmx, page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest
from tamis.web.console.roles import ADMIN, EDITOR

Problems = Mapping[str, str]


@get("/types", sync_to_thread=True)
def type_list(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Show the contact types of the account."""
    return _types(services, visitor)


@post("/types", opt=EDITOR, sync_to_thread=True)
def create(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Create a contact type."""
    name = form.text("name")
    try:
        made = services.write(actions.create_type, visitor.account, name)
    except (Invalid, Refused) as error:
        return _types(services, visitor, name, first_sentence(error))
    return redirect(visitor, f"/types/{made.id}", notice=f"Contact type “{made.name}” created. Add its fields next.")


def _types(services: Services, visitor: Visitor, name: str = "", problem: str = "") -> Response[str]:
    summaries = list_type_summaries(services, visitor.account)
    status = 422 if problem else 200
    return page(
        visitor, "types/list.html", title="Contact types", nav="types", status=status, summaries=summaries, name=name,
        problem=problem,
    )  # fmt: skip


@get("/types/{type_id:int}", sync_to_thread=True)
def show(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]) -> Response[str]:
    """Show the fields of a contact type."""
    return type_page(services, visitor, resolve_type(services, visitor, type_id))


@post("/types/{type_id:int}/rename", opt=EDITOR, sync_to_thread=True)
def rename(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Rename a contact type."""
    contact_type, name = resolve_type(services, visitor, type_id), form.text("type_name")
    try:
        renamed = services.write(actions.rename_type, visitor.account, contact_type, name)
    except (Invalid, Refused) as error:
        return type_page(services, visitor, contact_type, {"type_name": first_sentence(error)}, form)
    return redirect(visitor, f"/types/{type_id}", notice=f"Contact type renamed to “{renamed.name}”.")


@post("/types/{type_id:int}/delete", opt=ADMIN, sync_to_thread=True)
def delete(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int]) -> Response[str]:
    """Delete an unused contact type."""
    contact_type = resolve_type(services, visitor, type_id)
    try:
        services.write(actions.delete_type, contact_type)
    except Refused as error:
        users = segments_of_type(services.records.reader(), type_id)
        return type_page(services, visitor, contact_type, {"delete": first_sentence(error)}, users=users)
    log.event("contact_type_deleted", account=visitor.account.id, contact_type=type_id)
    return redirect(visitor, "/types", notice=f"Contact type “{contact_type.name}” deleted.")


@post("/types/{type_id:int}/fields", opt=EDITOR, sync_to_thread=True)
def add_field(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Add a field to a contact type."""
    contact_type = resolve_type(services, visitor, type_id)
    options = [line.strip() for line in form.raw("options").splitlines() if line.strip()]
    kind = next((kind for kind in Kind if kind == form.text("kind")), None)
    try:
        if kind is None:
            return type_page(services, visitor, contact_type, {"kind": "Choose a kind."}, form)
        chosen = options if kind.has_options else ()
        made = services.write(create_field, contact_type, form.text("name"), kind, chosen)
    except Invalid as error:
        return type_page(services, visitor, contact_type, messages_by_path(error), form)
    except Refused as error:
        return type_page(services, visitor, contact_type, {"name": first_sentence(error)}, form)
    return redirect(visitor, f"/types/{type_id}#field-{made.id}", notice=f"Field “{made.name}” added.")


@post("/types/{type_id:int}/fields/{field_id:int}/move", opt=EDITOR, sync_to_thread=True)
def move_field(
    request: WebRequest,
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    type_id: FromPath[int],
    field_id: FromPath[int],
) -> Response[str]:
    """Move a field before another one, or to the end."""
    contact_type = resolve_type(services, visitor, type_id)
    moved = services.write(reorder_field, contact_type, str(field_id), form.text("before") or None)
    if is_htmx(request):
        listed = summarize_fields(services, contact_type)
        return fragment(visitor, "types/_fields.html", type=contact_type, listed=listed, moved=moved)
    return redirect(visitor, f"/types/{type_id}#field-{field_id}")


def type_page(
    services: Services,
    visitor: Visitor,
    contact_type: ContactType,
    problems: Problems | None = None,
    form: Form | None = None,
    users: Sequence[Segment] = (),
) -> Response[str]:
    """Show a contact type, with problems of a form and the form as submitted; `users` are the segments that prevent a
    deletion."""
    problems = problems or {}
    status = 200 if not problems else 409 if "delete" in problems else 422
    typed = {name: form.raw(name) if form else "" for name in ("name", "kind", "options", "topic", "description")}
    if form is None or "type_name" not in problems:
        typed["type_name"] = contact_type.name
    else:
        typed["type_name"] = form.raw("type_name")
    return page(
        visitor, "types/show.html", title=contact_type.name, nav="types", status=status, type=contact_type,
        listed=summarize_fields(services, contact_type), kinds=KINDS,
        problems=defaultdict(str, problems), typed=typed, users=users, moved=None,
        segment_count=len(segments_of_type(services.records.reader(), contact_type.id)),
        topics=counted_topics(services.records.reader(), contact_type),
    )  # fmt: skip


handlers = [type_list, create, show, rename, delete, add_field, move_field]
