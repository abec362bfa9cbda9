"""What programs work with: imports, changes and webhooks."""

from datetime import datetime

from tamis.client.request import Model


class Import(Model, frozen=True, kw_only=True):
    """An import of a file, which runs in the background until `status` says otherwise."""

    id: int
    status: str
    contact_type_id: int | None = None
    rows: int | None = None
    created: int | None = None
    updated: int | None = None
    unchanged: int | None = None
    repeated: int | None = None
    rejected: int | None = None


class Change(Model, frozen=True, kw_only=True):
    """An entry into a segment, or an exit. `id` only grows; `email` is None where it is not known any more."""

    id: int
    type: str
    segment_id: int
    at: datetime
    contact_id: int | None = None
    email: str | None = None
    cause: str | None = None


class ChangePage(Model, frozen=True, kw_only=True):
    """Changes in order; `next_after` is where to go on, also where the changes of other segments were left out."""

    data: tuple[Change, ...]
    next_after: int | None = None


class Webhook(Model, frozen=True, kw_only=True):
    """A webhook. Its `secret` is there when it was created or rotated, and never again."""

    id: int
    url: str
    segment_ids: tuple[int, ...] | None = None
    types: tuple[str, ...] | None = None
    enabled: bool = True
    secret: str | None = None

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name != "secret")
        return f"Webhook({shown})"


class Delivery(Model, frozen=True, kw_only=True):
    """An attempt to deliver a batch of changes to a webhook."""

    id: int | str
    at: datetime | None = None
    status: str | int | None = None
