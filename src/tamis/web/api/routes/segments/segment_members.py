"""Members of segments: `/v1/segments/{id}/members`."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, put
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody, Parameter

from tamis.actions.segments.manual import members
from tamis.actions.segments.manual.pages import member_of_email, page_of_members
from tamis.domain.accounts.accounts import Scope
from tamis.domain.errors import Invalid
from tamis.web.api.body import OptionalStrictJson
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.emails_in_paths import EmailDep
from tamis.web.api.operations import needs
from tamis.web.api.paging import PageDep, cursor_of
from tamis.web.api.problems import BadRequest
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.members import MemberNames, MemberOut, members_out
from tamis.web.api.suppression_marks import mark_suppressed

TAGS = ["Segments"]
MEMBER = "/segments/{segment_id:int}/members/{email:path}"
ApiRequest = Request[Any, Any, Any]
Fields = Annotated[
    str | None, Parameter(description="Keys of the fields to return, separated by commas; all by default.")
]


@get("/segments/{segment_id:int}/members", summary="List members", tags=TAGS, opt=needs(Scope.READ))
async def list_members(
    call: CallDep,
    segment_id: Id,
    page: PageDep,
    fields: Fields = None,
    mailable: Annotated[bool, Parameter(description="Only those who may be mailed.")] = False,
) -> Page[MemberOut]:
    """Lists the members of a segment in the order of their ids. A member from the first page to the last is seen
    exactly once."""
    after = page.position(int) or 0
    try:
        found = await call.read(
            lambda: page_of_members(
                call.services, call.account, segment_id, fields, after, page.limit, mailable=mailable
            )
        )
    except Invalid as refused:
        raise BadRequest(refused.problems) from None
    members = await mark_suppressed(call, members_out(found, call.links))
    return Page(members, None if found.next is None else cursor_of(found.next))


@get(MEMBER, summary="Get a member", tags=TAGS, opt=needs(Scope.READ))
async def get_member(call: CallDep, segment_id: Id, address: EmailDep) -> MemberOut:
    """Returns the member of a segment with an email."""
    return await _member(call, segment_id, address)


@put(
    MEMBER,
    summary="Add a member manually",
    tags=TAGS,
    dto=OptionalStrictJson[MemberNames],
    return_dto=None,
    opt=needs(Scope.WRITE),
    responses={201: ResponseSpec(MemberOut, description="The email was added.")},
)
async def add_member(
    call: CallDep,
    segment_id: Id,
    address: EmailDep,
    data: JSONBody[MemberNames | None] = None,
) -> Response[MemberOut]:
    """Adds an email to a segment manually: it stays a member whatever the rule says, even if it is not a contact.
    Repeating it changes nothing."""
    names = data or MemberNames()
    was_added = await call.write(
        members.put_member, call.account, segment_id, address, names.first_name.strip(), names.last_name.strip()
    )
    return Response(await _member(call, segment_id, address), status_code=201 if was_added else 200)


@delete(MEMBER, summary="Exclude a member", tags=TAGS, opt=needs(Scope.WRITE))
async def remove_member(call: CallDep, segment_id: Id, address: EmailDep) -> None:
    """Excludes an email from a segment manually: it stays out whatever the rule says, until it is added again.
    Repeating it changes nothing."""
    await call.write(members.remove_member, call.account, segment_id, address)


async def _member(call: Call, segment_id: int, email: str) -> MemberOut:
    found = await call.read(lambda: member_of_email(call.services, call.account, segment_id, email))
    return (await mark_suppressed(call, members_out(found, call.links)))[0]


handlers = [list_members, get_member, add_member, remove_member]
