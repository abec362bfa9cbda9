"""What can be asked about a segment: `/v1/segments/{id}/explain`, `/history`, `/activity` and `/forecast`."""

from typing import Annotated, Literal

from litestar import get
from litestar.params import Parameter

from tamis.actions.lookups import snapshot
from tamis.actions.segments.explanations import explain_membership
from tamis.actions.segments.history import MAX_DAYS as MAX_PAST_DAYS
from tamis.actions.segments.history import segment_history
from tamis.actions.segments.members import list_activity
from tamis.actions.segments.planning.forecasts import MAX_DAYS, forecast_segment
from tamis.actions.segments.segments import segment_by_id
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs
from tamis.web.api.paging import PageDep, cursor_of
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.members import (
    ActivityOut,
    ExplanationOut,
    HistoryOut,
    activity_out,
    explanation_out,
    history_out,
)
from tamis.web.api.schemas.segments import ForecastOut, forecast_out

TAGS = ["Segments"]
DELTAS = {None: None, "entered": 1, "left": -1}


@get("/segments/{segment_id:int}/explain", summary="Explain a membership", tags=TAGS, opt=needs(Scope.READ))
async def explain_member(
    call: CallDep,
    segment_id: Id,
    email: Annotated[str, Parameter(description="A contact's email, or one that was added manually.")],
) -> ExplanationOut:
    """Returns why an email is, or is not, in a segment, and when that will change as time passes."""

    def found() -> ExplanationOut:
        services, account, db = call.services, call.account, call.records
        with snapshot(db):
            segment = segment_by_id(db, account, segment_id)
            return explanation_out(explain_membership(db, services.clock(), account, segment, email))

    return await call.read(found)


@get("/segments/{segment_id:int}/history", summary="Get the sizes by day", tags=TAGS, opt=needs(Scope.READ))
async def get_segment_history(
    call: CallDep,
    segment_id: Id,
    days: Annotated[int, Parameter(ge=1, le=MAX_PAST_DAYS, description="How many days, including today.")] = 30,
) -> HistoryOut:
    """Returns how many members a segment had on each of the last days, and how many entered and left."""
    found = await call.read(lambda: segment_history(call.services, call.account.id, segment_id, days))
    return history_out(found, call.account.timezone)


@get("/segments/{segment_id:int}/activity", summary="List entries and exits", tags=TAGS, opt=needs(Scope.READ))
async def list_segment_activity(
    call: CallDep,
    segment_id: Id,
    page: PageDep,
    type: Annotated[Literal["entered", "left"] | None, Parameter(description="Only entries, or only exits.")] = None,
) -> Page[ActivityOut]:
    """Lists who entered and left a segment, latest first, and when all of its members were computed."""
    before = page.position(int)
    found = await call.read(
        lambda: list_activity(
            call.services, call.account, segment_id, delta=DELTAS[type], before=before, limit=page.limit
        )
    )
    cursor = None if found.before is None else cursor_of(found.before)
    return Page([activity_out(entry) for entry in found.entries], cursor)


@get("/segments/{segment_id:int}/forecast", summary="Forecast the members", tags=TAGS, opt=needs(Scope.READ))
async def get_segment_forecast(
    call: CallDep,
    segment_id: Id,
    days: Annotated[int, Parameter(ge=1, le=MAX_DAYS, description="How many days, including today.")] = 7,
) -> ForecastOut:
    """Returns for each of the next days how many enter and leave as time passes: what will happen if nothing else
    changes. The first day is the rest of today."""
    found = await call.compute(
        lambda: forecast_segment(call.services, call.account.id, segment_id, days),
    )
    return forecast_out(found, call.account.timezone)


handlers = [explain_member, get_segment_history, list_segment_activity, get_segment_forecast]
