"""What time alone will do to a segment on the next days."""

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from tamis.actions.segments.planning.forecasts import forecast_segment
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.responses import fragment

DAYS = 7


@get("/segments/{segment_id:int}/forecast", sync_to_thread=True)
def forecast(services: ServicesDep, visitor: VisitorDep, segment_id: FromPath[int]) -> Response[str]:
    """Show how many members enter and leave on the next days."""
    found = forecast_segment(services, visitor.account.id, segment_id, DAYS)
    return fragment(visitor, "segments/_forecast.html", forecast=found)


handlers = [forecast]
