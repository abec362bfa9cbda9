"""The rule builder: editing a rule with a live preview, and saving it as a segment."""

from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Redirect, Response

from tamis.actions.events.property_values import suggested_property_values
from tamis.actions.fields.types import find_type, type_by_id
from tamis.actions.lookups import events_of_type, fields_of_type, types_of_account
from tamis.actions.segments.planning.edit_effects import MembershipEffect, effect_of_edit
from tamis.actions.segments.previews import (
    preview_rule,
    rule_of_text,
    suggested_values,
)
from tamis.actions.segments.rule_syntax import from_json, sentence_of, to_json
from tamis.actions.segments.segment_options import list_segment_options
from tamis.actions.segments.segments import (
    SegmentEdit,
    check_new_segment,
    create_segment,
    edit_segment,
    rule_of,
    segment_by_id,
    segment_tag,
)
from tamis.actions.services import Services
from tamis.actions.superseding import Superseded
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Outdated, Problem, Refused
from tamis.domain.preconditions import Precondition
from tamis.domain.segments.segments import Segment
from tamis.web.console.builder.builder_data import (
    effect_data,
    encode_for_script,
    fields_data,
    operators_data,
    preview_data,
    segments_data,
    topics_data,
)
from tamis.web.console.builder.builder_events import events_data
from tamis.web.console.display.messages import first_sentence, message_text
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page
from tamis.web.console.requests.session import Visitor
from tamis.web.console.roles import EDITOR, VIEWER

Json = dict[str, object]
NAMES_SHOWN = 5
"""Some of those who would enter and of those who would leave."""
NOT_CONFIRMED = "Not saved yet. Confirm how the members change first."
UNREADABLE_REQUEST = Invalid([Problem("", "question_not_read")])


@get("/segments/new", opt=EDITOR, sync_to_thread=True)
def new_segment(
    services: ServicesDep, visitor: VisitorDep, type: FromQuery[str] = "", rule: FromQuery[str] = ""
) -> Response[Any]:
    """Show the builder, empty or with a rule given as text; where there are several contact types, ask for one
    first."""
    db = services.records.reader()
    if type:
        of = find_type(db, visitor.account, type)
        return _builder_page(services, visitor, of, None, _example_rule(services, visitor, of, rule))
    types = types_of_account(db, visitor.account.id)
    if len(types) == 1:
        return Redirect(f"/segments/new?type={types[0].id}")
    return page(visitor, "builder/choose_type.html", title="New segment", nav="segments", types=types)


@get("/segments/{segment_id:int}/edit", opt=EDITOR, sync_to_thread=True)
def edit(services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int]) -> Response[Any]:
    """Show the builder with the rule of a segment."""
    db = services.records.reader()
    segment = segment_by_id(db, visitor.account, segment_id)
    of = type_by_id(db, visitor.account, segment.contact_type_id)
    return _builder_page(services, visitor, of, segment)


def _example_rule(services: Services, visitor: Visitor, of: ContactType, text: str) -> str:
    """Return a rule given as text in its JSON form, or null if it is invalid."""
    try:
        return to_json(rule_of_text(services, visitor.account, of.id, text))
    except Invalid:
        return "null"


def _builder_page(
    services: Services, visitor: Visitor, of: ContactType, segment: Segment | None, initial_rule: str = "null"
) -> Response[str]:
    db = services.records.reader()
    rule = to_json(rule_of(db, segment)) if segment else initial_rule
    segment_id = segment.id if segment else None
    initial_preview = preview_rule(services, visitor.account, of.id, from_json(rule), segment_id=segment_id)
    fields, events = fields_of_type(db, of.id), events_of_type(db, of.id)
    data = {
        "type": {"id": of.id, "name": of.name},
        "segment": {"id": segment.id} if segment else None,
        "fields": fields_data(fields),
        "topics": topics_data(fields),
        "operators": operators_data(),
        "events": events_data(events),
        "segments": segments_data(list_segment_options(services, visitor.account, of.id, segment)),
        "draft": msgspec.Raw(rule.encode()),
        "first": preview_data(initial_preview, visitor),
    }
    return page(
        visitor,
        "builder/page.html",
        title=f"Edit {segment.name}" if segment else "New segment",
        nav="segments",
        of=of,
        segment=segment,
        seen=segment_tag(segment) if segment else "",
        has_events=not all(name.hidden for name in events.names),
        data=encode_for_script(data),
    )


class PreviewRequest(msgspec.Struct):
    """A request for the preview of a rule, in its JSON form or as text. `client_id` identifies the page; `number`
    increases with each of its requests."""

    type: int
    client_id: str
    number: int
    segment: int | None = None
    draft: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    text: str | None = None


@post("/segments/preview", opt=VIEWER, sync_to_thread=True, status_code=200)
def preview(services: ServicesDep, visitor: VisitorDep, body: RawBody) -> Response[Json]:
    """Return the preview of an unfinished rule; for one given as text, also its JSON form."""
    try:
        request = msgspec.json.decode(body, type=PreviewRequest)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise UNREADABLE_REQUEST from None
    try:
        result = _preview(services, visitor, request)
    except Superseded as error:
        return Response({"message": first_sentence(error)}, status_code=409)
    except Invalid as error:
        result = _unreadable_rule(services, visitor, request, error)
    return Response(result)


def _preview(services: Services, visitor: Visitor, request: PreviewRequest) -> Json:
    parsed: Json = {}
    document: str | bytes = b"null" if request.draft is msgspec.UNSET else bytes(request.draft)
    if request.text is not None:
        document = to_json(rule_of_text(services, visitor.account, request.type, request.text))
        parsed = {"draft": msgspec.json.decode(document)}
    found = preview_rule(
        services,
        visitor.account,
        request.type,
        from_json(document),
        segment_id=request.segment,
        client_id=request.client_id,
        number=request.number,
    )
    return {**preview_data(found, visitor), **parsed}


def _unreadable_rule(services: Services, visitor: Visitor, request: PreviewRequest, error: Invalid) -> Json:
    """Return the preview of nothing, with what is wrong with an unreadable rule."""
    empty = preview_data(preview_rule(services, visitor.account, request.type, None), visitor)
    problems = [{"path": problem.path, "message": message_text(problem)} for problem in error.problems]
    return {**empty, "count": None, "share": "", "sentence": None, "text": None, "problems": problems}


class ValuesRequest(msgspec.Struct):
    """A request for the values of a field, or of a property of events, that contain `typed`."""

    type: int
    field: int | None = None
    property: int | None = None
    typed: str = ""


@post("/segments/values", opt=VIEWER, sync_to_thread=True, status_code=200)
def values(services: ServicesDep, visitor: VisitorDep, body: RawBody) -> Response[Json]:
    """Return the most frequent values of a field with their numbers of contacts, or those of a property of events with
    their numbers of events."""
    try:
        request = msgspec.json.decode(body, type=ValuesRequest)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise UNREADABLE_REQUEST from None
    of, typed = request.type, request.typed
    if request.field is not None and request.property is None:
        return Response({"values": suggested_values(services, visitor.account, of, request.field, typed)})
    if request.property is not None and request.field is None:
        return Response({"values": suggested_property_values(services, visitor.account, of, request.property, typed)})
    raise UNREADABLE_REQUEST


@post("/segments/new", opt=EDITOR, sync_to_thread=True, status_code=200)
def create(services: ServicesDep, visitor: VisitorDep, form: FormDep, type: FromQuery[str]) -> Response[Json]:
    """Save a new segment; one without a rule only after confirmation."""
    db = services.records.reader()
    of = find_type(db, visitor.account, type)
    name, draft = form.text("segment_name"), from_json(form.raw("draft"))
    if draft is None and not form.checked("confirmed"):
        check_new_segment(db, visitor.account, of, name, draft)
        return _confirmation_required(MembershipEffect(0, 0, 0, 0))
    return _saved(visitor, services.write(create_segment, visitor.account, of, name, draft))


@post("/segments/{segment_id:int}/edit", opt=EDITOR, sync_to_thread=True, status_code=200)
def save(services: ServicesDep, visitor: VisitorDep, form: FormDep, segment_id: FromPath[int]) -> Response[Json]:
    """Save a segment, unless it has changed since it was opened: then return its current version. Where contacts would
    enter or leave, save only after confirmation."""
    edit = SegmentEdit(form.text("segment_name"), from_json(form.raw("draft")))
    is_as_seen = Precondition(frozenset({form.text("seen")}))
    try:
        if not form.checked("confirmed"):
            effect = effect_of_edit(services, visitor.account, segment_id, edit, is_as_seen, sample_size=NAMES_SHOWN)
            if effect.changes_members:
                return _confirmation_required(effect)
        made = services.write(edit_segment, visitor.account, segment_id, edit, is_as_seen)
    except Outdated:
        segment = segment_by_id(services.records.reader(), visitor.account, segment_id)
        message = first_sentence(Refused("segment_changed_meanwhile", segment=segment.name))
        return Response({"message": message, "changed": _current_version(services, visitor, segment)}, status_code=409)
    return _saved(visitor, made)


def _confirmation_required(effect: MembershipEffect) -> Response[Json]:
    """Return what saving would do to the members; nothing was saved."""
    return Response({"message": NOT_CONFIRMED, "confirm": effect_data(effect)}, status_code=409)


def _current_version(services: Services, visitor: Visitor, segment: Segment) -> Json:
    db = services.records.reader()
    rule = rule_of(db, segment)
    return {
        "name": segment.name,
        "sentence": sentence_of(db, visitor.account, segment, rule, services.clock()),
        "seen": segment_tag(segment),
        "draft": msgspec.json.decode(to_json(rule)),
    }


def _saved(visitor: Visitor, segment: Segment) -> Response[Json]:
    visitor.notices.add(visitor.session, f"Segment “{segment.name}” saved.")
    return Response({"go": f"/segments/{segment.id}"})


handlers = [new_segment, edit, preview, values, create, save]
