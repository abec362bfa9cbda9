"""Purging contacts: `/v1/contact-types/{id}/contacts/purge`."""

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody, Parameter
from msgspec import Meta

from tamis.actions.contacts import purge
from tamis.actions.contacts.contact_queries import selected_fields
from tamis.actions.contacts.purge import PurgeFilter
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import CallDep
from tamis.web.api.contact_writes.streamed_batches import ApiRequest
from tamis.web.api.operations import needs
from tamis.web.api.schemas.common import Body, Id
from tamis.web.api.schemas.contacts import ContactOut, contact_out
from tamis.web.api.schemas.segments import Count
from tamis.web.api.suppression_marks import mark_suppressed
from tamis.web.monitoring.traffic import request_record


class ContactsToPurge(Body):
    """Which contacts to delete: all for which both hold."""

    inactive_for: Annotated[
        str | None, Meta(description="Those that have neither changed nor done anything for a time such as `2 years`.")
    ] = None
    where: Annotated[str | None, Meta(description="Those that a rule, as text, selects.")] = None


class PurgeOut(msgspec.Struct):
    """What was deleted, or would be."""

    deleted: Annotated[Count, Meta(description="How many contacts were deleted; 0 in a dry run.")]
    remaining: Annotated[Count, Meta(description="How many still match: send the request again until it is 0.")]
    sample: Annotated[list[ContactOut], Meta(description="In a dry run, up to ten of the contacts that match.")]


@post(
    "/contact-types/{type_id:int}/contacts/purge",
    summary="Delete all contacts that match",
    tags=["Contacts"],
    status_code=200,
    dto=StrictJson[ContactsToPurge],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def purge_contacts(
    call: CallDep,
    request: ApiRequest,
    type_id: Id,
    data: JSONBody[ContactsToPurge],
    dry_run: Annotated[bool, Parameter(description="Delete nothing, and return how many match.")] = False,
) -> PurgeOut:
    """Deletes contacts by their last activity, by a rule, or both, up to 50,000 with a request. Whoever changes
    meanwhile is left alone. Past sizes of segments stay as they were."""
    wanted = PurgeFilter(data.inactive_for, data.where)
    if dry_run:
        plan = await call.compute(lambda: purge.plan_purge(call.services, call.account, type_id, wanted))
        shown = selected_fields(None, plan.fields)
        sample = await mark_suppressed(call, [contact_out(contact, shown) for contact in plan.sample])
        return PurgeOut(0, plan.count, sample)
    request_id = request_record(request.scope).id
    found = await call.compute(lambda: purge.purge_contacts(call.services, call.account, type_id, wanted, request_id))
    return PurgeOut(found.deleted, found.remaining, [])


handlers = [purge_contacts]
