"""The activity log of an account: who changed what."""

from collections.abc import Mapping
from datetime import date

from litestar import get
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.accounts.keys import end_of_day
from tamis.actions.audit import list_entries
from tamis.actions.lookups import types_of_account
from tamis.domain.accounts.accounts import Scope
from tamis.domain.accounts.actors import ActorKind
from tamis.domain.accounts.audit import BEYOND_LAST, AuditAction, AuditFilter, Detail
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.fields import Kind
from tamis.domain.values.instants import day_in_utc
from tamis.domain.values.text import pluralize
from tamis.web.console.pages.accounts.account import SCOPES
from tamis.web.console.requests.dependencies import ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page
from tamis.web.console.roles import ADMIN

PAGE = 50
MAX_SEARCH = 200
ACTORS = {
    ActorKind.KEY: "program",
    ActorKind.PERSON: "console",
    ActorKind.COMMAND: "command line",
    ActorKind.PROVIDER: "provider",
    ActorKind.SERVER: "server",
    ActorKind.RECIPIENT: "recipient",
}
LABELS = {
    "after": "after change",
    "contact": "contact ID",
    "copy_of": "copy of segment ID",
    "recipient": "member ID",
    "touched": "kept",
}
"""Details whose names are not those of other pages."""
PREVIOUS = "previous_"
"""How the names of details begin that say what was before."""
IMPLIED = ("rule_changed", "request")
"""Details for programs: a new version says that the rule was changed, and nobody looks for the ID of a request."""


@get("/account/activity", opt=ADMIN, sync_to_thread=True)
def activity(
    services: ServicesDep,
    visitor: VisitorDep,
    before: FromQuery[int] = BEYOND_LAST,
    q: FromQuery[str] = "",
    action: FromQuery[str] = "",
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
) -> Response[str]:
    """List the entries of the audit log, newest first: those that a search selects."""
    zone, first, last = visitor.account.zone, _day(since), _day(until)
    wanted = AuditFilter(
        action=AuditAction(action) if action in set(AuditAction) else None,
        since=day_in_utc(first, zone)[0] if first else None,
        until=end_of_day(visitor.account, last) if last else None,
        text=q.strip()[:MAX_SEARCH] or None,
    )
    before = max(min(before, BEYOND_LAST), 0)
    db = services.records.reader()
    types = {kept.id: kept.name for kept in types_of_account(db, visitor.account.id)}
    found = list_entries(db, visitor.account, PAGE + 1, before, wanted)
    return page(
        visitor,
        "account/activity.html",
        title="Activity log",
        nav="account",
        entries=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first=before == BEYOND_LAST,
        search={"q": q, "action": action, "since": since, "until": until},
        is_search=wanted != AuditFilter(),
        actions=sorted(((one.value, one.words) for one in AuditAction), key=lambda option: option[1]),
        kept=_in_years_or_days(services.settings.audit_days),
        actors=ACTORS,
        details={entry.id: _describe(entry.details, types) for entry in found},
    )


def _in_years_or_days(days: int) -> str:
    return pluralize(days // 365, "year") if days % 365 == 0 else pluralize(days, "day")


def _day(text: str) -> date | None:
    """Return a day of the search form, or None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _describe(details: Mapping[str, Detail], types: Mapping[int, str]) -> str:
    """Write details in words: "role: viewer → editor, version: 1 → 2"."""
    parts = []
    for name, value in details.items():
        is_before = name.startswith(PREVIOUS) and name.removeprefix(PREVIOUS) in details
        if value is None or name in IMPLIED or is_before:
            continue
        words, before = _words(name, value, types), details.get(f"{PREVIOUS}{name}")
        change = words if before is None else f"{_words(name, before, types)} → {words}"
        parts.append(f"{LABELS.get(name, name.replace('_', ' '))}: {change}")
    return ", ".join(parts)


def _words(name: str, value: Detail, types: Mapping[int, str]) -> str:
    match name, value:
        case _, bool():
            return "yes" if value else "no"
        case "contact_type", int():
            return types.get(value, f"ID {value} (deleted)")
        case "scope", str() if value in SCOPES:
            return SCOPES[Scope(value)]
        case "kind", str() if value in KIND_NAMES:
            return KIND_NAMES[Kind(value)]
    return str(value)


handlers = [activity]
