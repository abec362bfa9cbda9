"""The page of a field: its name, kind, options, and deletion."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from litestar import get, post
from litestar.params import FromPath
from litestar.response import File, Response

from tamis import log
from tamis.actions.fields.field_conversion import edit_field_saving_lost_values, lost_files
from tamis.actions.fields.field_edits import FieldEdit, ValuesDoNotFit
from tamis.actions.fields.fields import delete_field
from tamis.actions.fields.summaries import FieldSummary, summarize_field
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tamis.domain.values.text import pluralize
from tamis.web.console.builder.kinds import KINDS
from tamis.web.console.display.messages import first_sentence, messages_by_path
from tamis.web.console.imports.importing import rejects_answer
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor
from tamis.web.console.roles import ADMIN, EDITOR

CONFIRMED_FIELD = "sure"
BLANK_FIELD = "blank"


class OptionRow(NamedTuple):
    """A row of the option editor: the previous name, blank for a new option, and the current one."""

    was: str
    text: str


@get("/types/{type_id:int}/fields/{field_id:int}", sync_to_thread=True)
def show(services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int], field_id: FromPath[int]) -> Response[str]:
    """Show a custom field."""
    contact_type = resolve_type(services, visitor, type_id)
    return _page(services, visitor, contact_type, summarize_field(services, contact_type, field_id))


@post("/types/{type_id:int}/fields/{field_id:int}", opt=EDITOR, sync_to_thread=True)
def edit(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    type_id: FromPath[int],
    field_id: FromPath[int],
) -> Response[str]:
    """Change a field; contacts lose values only after confirmation."""
    contact_type = resolve_type(services, visitor, type_id)
    summary = summarize_field(services, contact_type, field_id)
    kind = next((kind for kind in Kind if kind == form.text("kind")), summary.field.kind)
    wanted = _parse_edit(form, kind)
    lost = sum(summary.by_option.get(option, 0) for option in wanted.delete_options)
    try:
        if lost and not form.checked(CONFIRMED_FIELD):
            return _page(services, visitor, contact_type, summary, {}, form, lost=lost, deleted=wanted.delete_options)
        done = edit_field_saving_lost_values(services, visitor.account, contact_type, str(field_id), wanted)
    except Invalid as error:
        problems = {_control_of(path): text for path, text in messages_by_path(error).items()}
        return _page(services, visitor, contact_type, summary, problems, form)
    except ValuesDoNotFit as error:
        return _page(services, visitor, contact_type, summary, {}, form, misfits=error)
    except Refused as error:
        return _page(services, visitor, contact_type, summary, {"refused": first_sentence(error)}, form)
    if done.lost:
        notice = f"Field “{done.field.name}” saved. Cleared {pluralize(len(done.lost), 'value')} that did not fit."
        return redirect(visitor, f"/types/{type_id}/fields/{field_id}#lost", notice=notice)
    return redirect(visitor, f"/types/{type_id}#field-{field_id}", notice=f"Field “{done.field.name}” saved.")


@get("/types/{type_id:int}/fields/{field_id:int}/lost/{name:str}", sync_to_thread=True)
def lost(
    services: ServicesDep,
    visitor: VisitorDep,
    type_id: FromPath[int],
    field_id: FromPath[int],
    name: FromPath[str],
) -> File:
    """Send the file of values that contacts lost when the kind of a field changed."""
    contact_type = resolve_type(services, visitor, type_id)
    field = summarize_field(services, contact_type, field_id).field
    found = next((path for path in lost_files(services, contact_type, field) if path.name == name), None)
    if found is None:
        raise NotFound("lost_values_file_unknown")
    return rejects_answer(found)


@post("/types/{type_id:int}/fields/{field_id:int}/delete", opt=ADMIN, sync_to_thread=True)
def delete(
    services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int], field_id: FromPath[int]
) -> Response[str]:
    """Delete a field with its values."""
    contact_type = resolve_type(services, visitor, type_id)
    try:
        gone = services.write(delete_field, contact_type, str(field_id))
    except Refused as error:
        summary = summarize_field(services, contact_type, field_id)
        return _page(services, visitor, contact_type, summary, {"refused": first_sentence(error)})
    log.event("field_deleted", account=visitor.account.id, contact_type=type_id, field=field_id)
    return redirect(visitor, f"/types/{type_id}", notice=f"Field “{gone.name}” deleted.")


def _parse_edit(form: Form, kind: Kind) -> FieldEdit:
    """Parse the form; for a kind with options it holds all of them, in order."""
    rows = _rows(form)
    order = next((order for order in DateOrder if order == form.text("date_order")), None)
    if not kind.has_options:
        return FieldEdit(form.text("name"), kind, clear_unconvertible=form.checked(BLANK_FIELD), date_order=order)
    kept = [row for row in rows if row.text]
    return FieldEdit(
        form.text("name"),
        kind,
        add_options=[row.text for row in kept if not row.was],
        delete_options=[was for was in form.all("seen") if was not in {row.was for row in kept}],
        rename_options=[(row.was, row.text) for row in kept if row.was and row.was != row.text],
        order_options=[row.text for row in kept],
        expected_options=form.all("seen"),
        clear_unconvertible=form.checked(BLANK_FIELD),
    )


def _rows(form: Form) -> list[OptionRow]:
    return [OptionRow(was, text) for was, text in zip(form.all("was"), form.all("option"), strict=False)]


def _control_of(path: str) -> str:
    return "options" if path.endswith("options") else path


def _page(
    services: Services,
    visitor: Visitor,
    contact_type: ContactType,
    summary: FieldSummary,
    problems: Mapping[str, str] | None = None,
    form: Form | None = None,
    lost: int = 0,
    deleted: Sequence[str] = (),
    misfits: ValuesDoNotFit | None = None,
) -> Response[str]:
    """Show a field, with the form as submitted; `deleted` are options that `lost` contacts have, `misfits` values that
    do not fit another kind."""
    one, problems = summary.field, problems or {}
    status = 409 if "refused" in problems else 422 if problems or lost or misfits else 200
    rows = _rows(form) if form else [OptionRow(option, option) for option in one.options]
    return page(
        visitor, "types/field.html", title=one.name, nav="types", status=status, type=contact_type, summary=summary,
        kinds=KINDS, problems=defaultdict(str, problems), lost=lost, deleted=deleted, rows=rows,
        misfits=misfits, lost_files=[path.name for path in lost_files(services, contact_type, one)],
        date_order=form.text("date_order") if form else "",
        name=form.raw("name") if form else one.name, kind=form.text("kind") if form else one.kind,
        seen=form.all("seen") if form and "refused" not in problems else one.options,
    )  # fmt: skip


handlers = [show, edit, lost, delete]
