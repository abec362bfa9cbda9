"""The audit log: who did what, when; entries are added in the transaction of the change, and kept."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.accounts.audit import BEYOND_LAST, AuditAction, AuditEntry, AuditFilter, Detail, Subject
from tamis.domain.values.instants import from_micros, to_micros
from tamis.domain.values.text import fold
from tamis.records.engine.sql import run, select, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("audit")
LATEST = 1_000
"""How many entries of all accounts may come between two parts of what a request does."""
NAMED_ON_READING = ("account", "user")
"""The kinds of subjects whose names are emails of people."""
_DETAILS = msgspec.json.Decoder(dict[str, Detail])


def insert(
    db: Transaction,
    now: datetime,
    account_id: int,
    action: AuditAction,
    subject: Subject,
    details: Mapping[str, Detail],
) -> None:
    """Add an entry that names the actor of the transaction.

    Emails of people are not stored: they are looked up when the entry is read.
    """
    actor = db.actor
    who = (actor.kind, actor.id, "" if actor.kind is ActorKind.PERSON else actor.name, actor.address)
    name = "" if subject.kind in NAMED_ON_READING else subject.name
    what = (action, subject.kind, str(subject.id), name, msgspec.json.encode(details).decode())
    run(db, SQL["insert"], (account_id, to_micros(now), *who, *what))


def entry_of_request(
    db: Reader, account_id: int, action: AuditAction, request_id: str
) -> tuple[int, dict[str, Detail]] | None:
    """Return the id and the details of the entry of a request, if it is among the latest ones."""

    def found(id_: int, details: str) -> tuple[int, dict[str, Detail]]:
        return id_, _DETAILS.decode(details)

    return select_one(db, found, SQL["of_request"], (account_id, LATEST, action, request_id))


def set_details(db: Transaction, entry_id: int, details: Mapping[str, Detail]) -> None:
    """Replace the details of an entry, in the course of what it tells of."""
    run(db, SQL["set_details"], (msgspec.json.encode(details).decode(), entry_id))


def page(db: Reader, account_id: int, wanted: AuditFilter, limit: int, before: int = BEYOND_LAST) -> list[AuditEntry]:
    """Return entries of an account with ids below `before`, newest first."""
    bindings = {
        "account_id": account_id,
        "action": wanted.action,
        "actor_id": wanted.actor_id,
        "subject_kind": wanted.subject_kind,
        "subject_id": wanted.subject_id,
        "since": None if wanted.since is None else to_micros(wanted.since),
        "until": None if wanted.until is None else to_micros(wanted.until),
        "text": None if wanted.text is None else fold(wanted.text),
        "before": before,
        "limit": limit,
    }
    return select(db, _entry, SQL["page"], bindings)


def delete_before(db: Transaction, instant: datetime, limit: int) -> int:
    """Delete the oldest entries before an instant, at most `limit`; return how many."""
    return run(db, SQL["delete_before"], (to_micros(instant), limit))


def delete_unnamed_users(db: Transaction) -> None:
    """Delete the users who have no account any more, and whom no entry names."""
    run(db, SQL["delete_unnamed_users"])


def _entry(
    id_: int,
    at: int,
    actor_kind: str,
    actor_id: str,
    actor_name: str,
    address: str,
    action: str,
    subject_kind: str,
    subject_id: str,
    subject_name: str,
    details: str,
) -> AuditEntry:
    actor = Actor(ActorKind(actor_kind), actor_id, actor_name, address)
    subject = Subject(subject_kind, int(subject_id) if subject_id.isdigit() else subject_id, subject_name)
    return AuditEntry(id_, from_micros(at), actor, AuditAction(action), subject, _DETAILS.decode(details))
