"""The account, and its audit log."""

from datetime import datetime

from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, paged
from tamis.client.models.account import Account, AuditEntry
from tamis.client.request import Page, Request, json_body


class AccountCalls(Resource[Sender]):
    """The account of the key."""

    @call
    def get(self) -> Request[Account]:
        """Return the account, and the scope of the key."""
        return Request("GET", "/account", Account)

    @call
    def update(self, *, name: str | UnsetType = UNSET, give_suppressed: bool | UnsetType = UNSET) -> Request[Account]:
        """Change the account: its `name` for recipients; with `give_suppressed`, it also gives emails that may not be
        mailed."""
        return Request("PATCH", "/account", Account, content=json_body(name=name, give_suppressed=give_suppressed))


class AuditCalls(Resource[Sender]):
    """The audit log: who did what, and when."""

    @paged
    def list(
        self,
        *,
        action: str | None = None,
        actor: str | None = None,
        subject_kind: str | None = None,
        subject_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[AuditEntry]]:
        """List what was done, newest first: only one action, such as `segment.created`, by the actor with an id, to a
        subject such as the segment 7, from an instant, before one, or where a name contains a text."""
        query = {
            "action": action,
            "actor": actor,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "since": since,
            "until": until,
            "text": text,
            "limit": page_size,
            "cursor": cursor,
        }
        return Request("GET", "/audit", Page[AuditEntry], query)
