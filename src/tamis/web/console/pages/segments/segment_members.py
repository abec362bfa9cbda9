"""The members of a segment: pages, search, and manual changes.

The search text may be an email address, so it is sent as a form, never in a URL.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis.actions.lookups import is_excluded
from tamis.actions.segments.explanations import explain_recipient
from tamis.actions.segments.members import count_members, member_page
from tamis.actions.segments.overrides import list_overrides, undo_exclusion
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.services import Services
from tamis.domain.contacts.emails import clean_email
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.segments.members import Member
from tamis.domain.segments.segments import segment_of_recipient
from tamis.domain.values.text import line_problem, shorten
from tamis.web.console.display.messages import first_sentence, messages_by_path
from tamis.web.console.display.segment_layout import load_segment, segment_page
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.responses import fragment, is_htmx, redirect
from tamis.web.console.requests.session import Visitor, WebRequest
from tamis.web.console.roles import EDITOR, VIEWER

MEMBERS_PER_PAGE = 50
OVERRIDES_PER_PAGE = 100
MAX_ID = 1 << 53
CHANGED = {"HX-Trigger": "changed"}


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A page of members, the search text, the number of matches where this page alone shows it, and where its
    neighbours start."""

    members: Sequence[Member]
    search: str
    found: int | None
    before: int | None
    after: int | None


@get("/segments/{segment_id:int}/members", sync_to_thread=True)
def members(
    services: ServicesDep,
    visitor: VisitorDep,
    segment_id: FromPath[int],
    after: FromQuery[int | None] = None,
    before: FromQuery[int | None] = None,
) -> Response[str]:
    """Show members of a segment."""
    summary = load_segment(services, visitor, segment_id)
    return segment_page(
        visitor, summary, "members", shown=_member_page(services, visitor, segment_id, "", after, before), form=None
    )


@post("/segments/{segment_id:int}/members/search", opt=VIEWER, status_code=200, sync_to_thread=True)
def search(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    request: WebRequest,
    segment_id: FromPath[int],
) -> Response[str]:
    """Show the members whose email or name matches a search."""
    shown = _member_page(services, visitor, segment_id, form.text("text"), form.number("after"), form.number("before"))
    if is_htmx(request):
        segment = segment_by_id(services.records.reader(), visitor.account, segment_id)
        return fragment(visitor, "segments/_members.html", segment=segment, shown=shown)
    return segment_page(visitor, load_segment(services, visitor, segment_id), "members", shown=shown, form=None)


@post("/segments/{segment_id:int}/members/count", opt=VIEWER, status_code=200, sync_to_thread=True)
def count(services: ServicesDep, visitor: VisitorDep, form: FormDep, segment_id: FromPath[int]) -> Response[str]:
    """Count the members that match a search."""
    text = form.text("text")
    found = count_members(services, visitor.account, segment_id, text)
    return fragment(visitor, "segments/_match_count.html", found=found, text=text)


@post("/segments/{segment_id:int}/members", opt=EDITOR, status_code=200, sync_to_thread=True)
def add(services: ServicesDep, visitor: VisitorDep, form: FormDep, segment_id: FromPath[int]) -> Response[str]:
    """Add a recipient manually."""
    try:
        email = _add(services, visitor, form, segment_id)
    except (Invalid, Refused) as error:
        problems = messages_by_path(error) if isinstance(error, Invalid) else {"email": first_sentence(error)}
        summary = load_segment(services, visitor, segment_id)
        shown = _member_page(services, visitor, segment_id, "", None, None)
        return segment_page(visitor, summary, "members", status=422, shown=shown, form=form, problems=problems)
    return redirect(visitor, f"/segments/{segment_id}/members", notice=f"{email} was added to the segment.")


@post("/segments/{segment_id:int}/members/remove", opt=EDITOR, status_code=200, sync_to_thread=True)
def remove(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    request: WebRequest,
    segment_id: FromPath[int],
) -> Response[str]:
    """Exclude a recipient manually; htmx gets a row that replaces it."""
    recipient_id = form.number("recipient")
    if recipient_id is None or segment_of_recipient(recipient_id) != segment_id:
        raise NotFound("recipient_not_there")
    explained = explain_recipient(services.records.reader(), services.clock(), visitor.account, recipient_id)
    services.write(delete_recipient, visitor.account, recipient_id)
    contact_id = explained.contact_id
    kept_out = contact_id is not None and is_excluded(services.records.reader(), segment_id, contact_id)
    if is_htmx(request):
        answer = fragment(
            visitor,
            "segments/_excluded_row.html",
            segment_id=segment_id,
            email=explained.email,
            contact_id=contact_id if kept_out else None,
        )
        answer.headers.update(CHANGED)
        return answer
    back = form.text("back")
    tab = back if back in ("members", "by-hand") else "members"
    return redirect(visitor, f"/segments/{segment_id}/{tab}", notice=f"{explained.email} was excluded.")


@post("/segments/{segment_id:int}/bring-back", opt=EDITOR, status_code=200, sync_to_thread=True)
def undo_member_exclusion(
    services: ServicesDep,
    visitor: VisitorDep,
    form: FormDep,
    request: WebRequest,
    segment_id: FromPath[int],
) -> Response[str]:
    """Undo an exclusion; htmx gets a row that replaces it."""
    back = services.write(undo_exclusion, visitor.account, segment_id, form.number("contact") or 0)
    if back.is_in:
        notice = f"{back.email} is back in the segment."
    else:
        notice = f"{back.email} is no longer excluded, but does not match the rule right now."
    if is_htmx(request):
        answer = fragment(visitor, "segments/_message_row.html", message=notice)
        answer.headers.update(CHANGED)
        return answer
    return redirect(visitor, f"/segments/{segment_id}/by-hand", notice=notice)


@get("/segments/{segment_id:int}/by-hand", sync_to_thread=True)
def overrides_page(
    services: ServicesDep,
    visitor: VisitorDep,
    segment_id: FromPath[int],
    added: FromQuery[int] = 0,
    removed: FromQuery[int] = 0,
) -> Response[str]:
    """Show the manual changes of a segment."""
    summary = load_segment(services, visitor, segment_id)
    skipped = {"added": min(max(added, 0), MAX_ID), "removed": min(max(removed, 0), MAX_ID)}
    overrides = list_overrides(
        services.records.reader(), visitor.account, segment_id, OVERRIDES_PER_PAGE, skipped["added"], skipped["removed"]
    )
    return segment_page(
        visitor, summary, "overrides", overrides=overrides, skipped=skipped, page_size=OVERRIDES_PER_PAGE
    )


@get("/segments/{segment_id:int}/members/{recipient_id:int}/why", sync_to_thread=True)
def explain_member(
    services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int], recipient_id: FromPath[int]
) -> Response[str]:
    """Show why a recipient is in a segment."""
    if segment_of_recipient(recipient_id) != segment_id:
        raise NotFound("recipient_not_there")
    explained = explain_recipient(services.records.reader(), services.clock(), visitor.account, recipient_id)
    return fragment(visitor, "segments/_explanation.html", explained=explained, segment=explained.segment)


def _member_page(
    services: Services, visitor: Visitor, segment_id: int, search: str, after: int | None, before: int | None
) -> MemberPage:
    """Return a page of members; one more is queried to know whether there are others."""
    at = {"after": None if before is not None else _bounded(after), "before": _bounded(before)}
    found = member_page(services, visitor.account, segment_id, search, limit=MEMBERS_PER_PAGE + 1, **at)
    more = len(found) > MEMBERS_PER_PAGE
    if before is not None:
        rows, earlier, later = found[1:] if more else found, more, True
    else:
        rows, earlier, later = found[:MEMBERS_PER_PAGE], after is not None, more
    is_only_page = after is None and before is None and not more
    return MemberPage(
        rows,
        search,
        len(rows) if is_only_page else None,
        rows[0].recipient_id if rows and earlier else None,
        rows[-1].recipient_id if rows and later else None,
    )


def _bounded(number: int | None) -> int | None:
    """Return an id within the possible range; beyond it is the last page."""
    return None if number is None else max(0, min(number, MAX_ID))


def _add(services: Services, visitor: Visitor, form: Form, segment_id: int) -> str:
    text = form.text("email")
    email = clean_email(text)
    problems = [
        Problem.of(name, problem)
        for name in ("first_name", "last_name")
        if (problem := line_problem(form.text(name))) is not None
    ]
    if email is None:
        problems.append(Problem("email", "email_not_one" if text else "email_missing", text=shorten(text)))
    if problems or email is None:
        raise Invalid(problems)
    services.write(add_recipient, visitor.account, segment_id, email, form.text("first_name"), form.text("last_name"))
    return email.address


handlers = [members, search, count, add, remove, undo_member_exclusion, overrides_page, explain_member]
