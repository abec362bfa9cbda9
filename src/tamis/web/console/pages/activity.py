"""The activity log of an account: who changed what."""

from collections.abc import Mapping

from litestar import get
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.audit import list_entries
from tamis.actions.lookups import types_of_account
from tamis.domain.accounts import Scope
from tamis.domain.actors import ActorKind
from tamis.domain.audit import BEYOND_LAST, Detail
from tamis.domain.fields import Kind
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.web.console.dependencies import ServicesDep, VisitorDep
from tamis.web.console.pages.account import SCOPES
from tamis.web.console.responses import page
from tamis.web.console.roles import ADMIN

PAGE = 50
ACTORS = {
    ActorKind.KEY: "program",
    ActorKind.PERSON: "console",
    ActorKind.COMMAND: "command line",
    ActorKind.SERVER: "server",
}
LABELS = {
    "after": "after change",
    "contact": "contact ID",
    "copy_of": "copy of segment ID",
    "recipient": "member ID",
    "touched": "kept",
}
"""Details whose names are not those of other pages."""


@get("/account/activity", opt=ADMIN, sync_to_thread=True)
def activity(services: ServicesDep, visitor: VisitorDep, before: FromQuery[int] = BEYOND_LAST) -> Response[str]:
    """List the entries of the audit log, newest first."""
    before = max(min(before, BEYOND_LAST), 0)
    db = services.records.reader()
    types = {kept.id: kept.name for kept in types_of_account(db, visitor.account.id)}
    found = list_entries(db, visitor.account, PAGE + 1, before)
    return page(
        visitor,
        "account/activity.html",
        title="Activity log",
        nav="account",
        entries=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first=before == BEYOND_LAST,
        actors=ACTORS,
        details={entry.id: _describe(entry.details, types) for entry in found},
    )


def _describe(details: Mapping[str, Detail], types: Mapping[int, str]) -> str:
    parts = ((name, _words(name, value, types)) for name, value in details.items() if value is not None)
    return ", ".join(f"{LABELS.get(name, name.replace('_', ' '))}: {words}" for name, words in parts)


def _words(name: str, value: Detail, types: Mapping[int, str]) -> str:
    match name, value:
        case _, bool():
            return "yes" if value else "no"
        case "contact_type", int():
            return types.get(value, f"ID {value} (deleted)")
        case "scope", str() if value in SCOPES:
            return SCOPES[Scope(value)]
        case "kind" | "previous_kind", str() if value in KIND_NAMES:
            return KIND_NAMES[Kind(value)]
    return str(value)


handlers = [activity]
