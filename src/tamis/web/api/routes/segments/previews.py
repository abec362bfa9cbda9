"""Previews of rules that are not saved: `/v1/segments/preview`."""

from litestar import post
from litestar.params import JSONBody

from tamis.actions.lookups import fields_of_type
from tamis.actions.segments.planning.rule_previews import preview_valid_rule
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs
from tamis.web.api.schemas.segments import PreviewOut, RuleToPreview, preview_out
from tamis.web.api.suppression_marks import mark_suppressed


@post(
    "/segments/preview",
    summary="Preview a rule",
    tags=["Segments"],
    status_code=200,
    dto=StrictJson[RuleToPreview],
    return_dto=None,
    opt=needs(Scope.READ),
)
async def preview_rule(call: CallDep, data: JSONBody[RuleToPreview]) -> PreviewOut:
    """Counts who matches a rule, in total and for each of its parts, without saving it."""
    found = await call.compute(
        lambda: preview_valid_rule(
            call.services, call.account, data.contact_type_id, data.rule, segment_id=data.segment_id
        ),
    )
    shown = preview_out(found, fields_of_type(call.records, data.contact_type_id))
    await mark_suppressed(call, shown.sample)
    return shown


handlers = [preview_rule]
