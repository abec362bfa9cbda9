"""What programs work with: imports, changes and webhooks."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from tamis.client.errors import ErrorItem
from tamis.client.request import Model


class Import(Model, frozen=True, kw_only=True):
    """An import of a file, which runs in the background while `state` is `running` or `undoing`; afterwards it is
    `finished`, `failed` (`errors` says why), `interrupted` or `undone`. A dry run has no id, and changes nothing."""

    id: int | None
    contact_type_id: int
    file_name: str
    state: str
    step: str = ""
    rows: int | None = None
    rows_done: int = 0
    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int
    rejects_file: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    dry_run: bool = False
    errors: tuple[ErrorItem, ...] = ()
    report: Mapping[str, object] = msgspec.field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in {"running", "undoing"}


class Change(Model, frozen=True, kw_only=True):
    """An entry into a segment, or an exit. `id` only grows; `email` is None where it is not known any more.

    Of the type `built`, it says that all members of the segment were computed, how many there are (`count`) and where
    to read them (`members`).
    """

    id: int
    type: str
    segment_id: int
    at: datetime
    contact_id: int | None = None
    email: str | None = None
    cause: str | None = None
    recipient_id: int | None = None
    count: int | None = None
    members: str | None = None


class ChangePage(Model, frozen=True, kw_only=True):
    """Changes in order; `next_cursor` is the number to go on after, also where the changes of other segments were left
    out."""

    data: tuple[Change, ...]
    next_cursor: str
    has_more: bool = False


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
