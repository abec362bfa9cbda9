"""The account, its contact types, their fields, and who did what."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from tamis.client.request import Model


class Account(Model, frozen=True, kw_only=True):
    """The account of a key, and the key's scope: `read`, `write` or `admin`."""

    id: int
    name: str
    time_zone: str
    scope: str
    give_suppressed: bool = False
    email: str = ""


class ContactType(Model, frozen=True, kw_only=True):
    """A kind of contacts, with fields of its own."""

    id: int
    name: str
    created_at: datetime


class Field(Model, frozen=True, kw_only=True):
    """A field of a contact type; `key` names it in contacts and rules. Reserved fields belong to every type."""

    id: int
    key: str
    name: str
    kind: str
    options: tuple[str, ...] = ()
    reserved: bool = False


class Actor(Model, frozen=True, kw_only=True):
    """Who did something: a key by its public key, a person, the user of a command, or the server."""

    kind: str
    id: str
    name: str
    address: str = ""


class Subject(Model, frozen=True, kw_only=True):
    """What something was done to, and what it was called then."""

    kind: str
    id: int | str
    name: str = ""


class AuditEntry(Model, frozen=True, kw_only=True):
    """One entry of the audit log: who did what, when."""

    id: int
    at: datetime
    actor: Actor
    action: str
    subject: Subject
    details: Mapping[str, object] = msgspec.field(default_factory=dict)
