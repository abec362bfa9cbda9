"""`tamis audit`."""

from datetime import date
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from tamis.actions.accounts.keys import end_of_day
from tamis.actions.audit import list_entries
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account
from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.accounts.audit import BEYOND_LAST, AuditAction, AuditEntry, AuditFilter, Detail, Subject
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import day_in_utc, format_instant

audit_app = App(name="audit", help="See who did what in an account.")


@audit_app.command(name="list")
def list_audit_entries(
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=10_000))] = 100,
    before: Annotated[int | None, Parameter(validator=Number(gte=1, lte=BEYOND_LAST))] = None,
    action: str | None = None,
    actor: str | None = None,
    subject: str | None = None,
    since: date | None = None,
    until: date | None = None,
    text: str | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """List who did what, newest first.

    Parameters
    ----------
    limit
        How many to list at most.
    before
        Only entries with IDs below this one, for the next page.
    action
        Only entries of this action, such as segment.deleted.
    actor
        Only what this actor did: the public key of a key, the ID of a person, or the user of the machine.
    subject
        Only what was done to this: a kind such as segment, or a kind and an ID such as segment:7.
    since
        Only entries of this day and later.
    until
        Only entries up to and including this day.
    text
        Only entries whose actor, object or action contains this text.
    """
    if action is not None and action not in set(AuditAction):
        raise Invalid([Problem("action", "audit_action_unknown", known=[known.value for known in AuditAction])])
    kind, _, subject_id = (subject or "").partition(":")
    with open_services(common) as services:
        account = resolve_account(services, common)
        wanted = AuditFilter(
            None if action is None else AuditAction(action),
            actor,
            kind or None,
            subject_id or None,
            None if since is None else day_in_utc(since, account.zone)[0],
            None if until is None else end_of_day(account, until),
            text,
        )
        entries = list_entries(services.records.reader(), account, limit, before or BEYOND_LAST, wanted)
    if common.json:
        print_result(common, {"entries": [_document(entry) for entry in entries]})
        return
    print_table(
        ("ID", "Time", "Who", "From", "Action", "Object", "Details"),
        [
            (
                entry.id,
                local_time(entry.at, account.zone),
                _actor(entry.actor),
                entry.actor.address,
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
        "actor": {
            "kind": entry.actor.kind,
            "id": entry.actor.id,
            "name": entry.actor.name,
            "address": entry.actor.address,
        },
        "action": entry.action,
        "subject": {"kind": entry.subject.kind, "id": entry.subject.id, "name": entry.subject.name},
        "details": dict(entry.details),
    }


def _actor(actor: Actor) -> str:
    return (
        f"{actor.kind} {actor.name or actor.id}"
        if actor.kind not in (ActorKind.SERVER, ActorKind.RECIPIENT)
        else actor.name
    )


def _shown(value: Detail) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _subject(subject: Subject) -> str:
    return f"{subject.name} ({subject.id})" if subject.name else str(subject.id)
