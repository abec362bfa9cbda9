"""The activity log of an account: who changed what."""

from litestar import get
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.audit import list_entries
from tamis.domain.actors import ActorKind
from tamis.domain.audit import BEYOND_LAST
from tamis.web.console.dependencies import ServicesDep, VisitorDep
from tamis.web.console.responses import page

PAGE = 50
ACTORS = {
    ActorKind.KEY: "program",
    ActorKind.PERSON: "console",
    ActorKind.COMMAND: "command line",
    ActorKind.SERVER: "server",
}


@get("/account/activity", sync_to_thread=True)
def activity(services: ServicesDep, visitor: VisitorDep, before: FromQuery[int] = BEYOND_LAST) -> Response[str]:
    """List the entries of the audit log, newest first."""
    before = max(min(before, BEYOND_LAST), 0)
    found = list_entries(services.records.reader(), visitor.account, PAGE + 1, before)
    return page(
        visitor,
        "account/activity.html",
        title="Activity log",
        nav="account",
        entries=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first=before == BEYOND_LAST,
        actors=ACTORS,
    )


handlers = [activity]
