"""`tamis audit`."""

from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from tamis.actions.audit import list_entries
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account
from tamis.domain.actors import Actor, ActorKind
from tamis.domain.audit import BEYOND_LAST, AuditAction, AuditEntry, AuditFilter, Detail, Subject
from tamis.domain.dates import local_time
from tamis.domain.errors import Invalid, Problem
from tamis.domain.instants import format_instant

audit_app = App(name="audit", help="See who did what in an account.")


@audit_app.command(name="list")
def list_audit_entries(
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=10_000))] = 100,
    before: Annotated[int | None, Parameter(validator=Number(gte=1, lte=BEYOND_LAST))] = None,
    action: str | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """List who did what, newest first.

    Parameters
    ----------
    limit
        How many entries to list at most.
    before
        Only entries with IDs below this one, for the next page.
    action
        Only entries of this action, such as segment.deleted.
    """
    if action is not None and action not in set(AuditAction):
        raise Invalid([Problem("action", "audit_action_unknown", known=[known.value for known in AuditAction])])
    wanted = AuditFilter(None if action is None else AuditAction(action))
    with open_services(common) as services:
        account = resolve_account(services, common)
        entries = list_entries(services.records.reader(), account, limit, before or BEYOND_LAST, wanted)
    if common.json:
        print_result(common, {"entries": [_document(entry) for entry in entries]})
        return
    print_table(
        ("ID", "Time", "Who", "Action", "Object", "Details"),
        [
            (
                entry.id,
                local_time(entry.at, account.zone),
                _actor(entry.actor),
                entry.action.words,
                _subject(entry.subject),
                ", ".join(f"{name}={_shown(value)}" for name, value in entry.details.items() if value is not None),
            )
            for entry in entries
        ],
    )


def _document(entry: AuditEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": format_instant(entry.at),
        "actor": {"kind": entry.actor.kind, "id": entry.actor.id, "name": entry.actor.name},
        "action": entry.action,
        "subject": {"kind": entry.subject.kind, "id": entry.subject.id, "name": entry.subject.name},
        "details": dict(entry.details),
    }


def _actor(actor: Actor) -> str:
    return f"{actor.kind} {actor.name or actor.id}" if actor.kind is not ActorKind.SERVER else actor.name


def _shown(value: Detail) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _subject(subject: Subject) -> str:
    return f"{subject.name} ({subject.id})" if subject.name else str(subject.id)
