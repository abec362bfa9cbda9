"""The account, its contact types, their fields, and who did what."""

from datetime import datetime

from tamis.client.request import Model


class Account(Model, frozen=True, kw_only=True):
    """The account of a key, and the key's scope: `read`, `write` or `admin`."""

    id: int
    name: str
    time_zone: str
    scope: str


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


class AuditEntry(Model, frozen=True, kw_only=True):
    """One entry of the audit log."""

    id: int
    at: datetime
    action: str
