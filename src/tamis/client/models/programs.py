"""What programs work with: imports, changes and webhooks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tamis.client.errors import ErrorItem
from tamis.client.request import Model


class Import(Model, frozen=True, kw_only=True):
    """An import of a file, which runs in the background while `state` is `running` or `undoing`; afterwards it is
    `finished`, `failed` (`errors` says why), `interrupted` or `undone`. A dry run has no id, and changes nothing.

    `subject` is what the rows are: `contacts`, which are `created`, `updated` or `unchanged`, or `events`, which are
    `accepted`."""

    id: int | None
    contact_type_id: int
    file_name: str
    subject: str = "contacts"
    state: str
    step: str = ""
    rows: int | None = None
    rows_done: int = 0
    accepted: int = 0
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
    """An entry into a segment (`entered`), an exit (`left`), a segment whose members were all computed (`built`, with
    their `count`; whoever was a member before does not count any more), or one that was `deleted`.

    `id` only grows. `email` is None where it is not known any more.
    """

    id: int
    type: str
    segment_id: int
    at: datetime
    cause: str
    contact_id: int | None = None
    recipient_id: int | None = None
    email: str | None = None
    count: int | None = None


class ChangePage(Model, frozen=True, kw_only=True):
    """Changes in order; `next_cursor` is the number to continue after, and `has_more` says whether there are more."""

    data: tuple[Change, ...]
    next_cursor: str
    has_more: bool


class Webhook(Model, frozen=True, kw_only=True):
    """A URL to which changes are sent; without `types` and `segment_ids`, all of them."""

    id: int
    url: str
    description: str
    types: tuple[str, ...]
    segment_ids: tuple[int, ...]
    enabled: bool
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    position: int
    failures: int = 0
    failing_since: datetime | None = None
    next_attempt_at: datetime | None = None
    previous_secret_until: datetime | None = None
    created_at: datetime
    updated_at: datetime


class WebhookWithSecret(Webhook, frozen=True, kw_only=True):
    """A webhook with its new secret, which is not shown again, nor in the text of this object."""

    secret: str

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name != "secret"]

    def __repr__(self) -> str:
        return f"WebhookWithSecret({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


class Delivery(Model, frozen=True, kw_only=True):
    """An attempt to deliver a message to a webhook; `message_id` is the same for all attempts."""

    id: int
    message_id: str
    type: str
    attempt: int
    at: datetime
    duration_ms: int
    outcome: str
    status: int | None = None
    answer: str = ""
    after: int | None = None
    last: int | None = None
    changes: int = 0
