"""Entries of the audit log."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tamis.domain.accounts.actors import ActorKind
from tamis.domain.accounts.audit import AuditAction, AuditEntry, Detail


class ActorOut(msgspec.Struct):
    """Who did it."""

    kind: ActorKind
    id: Annotated[str, Meta(description="The public key of a key, the id of a person, or the user who ran a command.")]
    name: str


class AuditActorOut(ActorOut):
    """Who did it, and from where."""

    address: Annotated[str, Meta(description="The network address of the request; empty for commands.")]


class SubjectOut(msgspec.Struct):
    """What it was done to."""

    kind: str
    id: Annotated[int | str, Meta(description="A number; the public key of a key.")]
    name: Annotated[str, Meta(description="What it was called then; contacts have no name here.")]


class AuditEntryOut(msgspec.Struct):
    """Who did what, when."""

    id: int
    at: datetime
    actor: AuditActorOut
    action: AuditAction
    subject: SubjectOut
    details: Annotated[
        dict[str, Detail], Meta(description="What else is known of the action; never values or emails of contacts.")
    ]


def audit_entry_out(entry: AuditEntry) -> AuditEntryOut:
    """Return an entry as programs see it."""
    actor, subject = entry.actor, entry.subject
    return AuditEntryOut(
        entry.id,
        entry.at,
        AuditActorOut(actor.kind, actor.id, actor.name, actor.address),
        entry.action,
        SubjectOut(subject.kind, subject.id, subject.name),
        dict(entry.details),
    )
