"""Imports and webhooks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, download, paged
from tamis.client.models.programs import Delivery, Import, Webhook, WebhookWithSecret
from tamis.client.request import Page, QueryValue, Request, json_body, path


class ImportCalls(Resource[Sender]):
    """Imports of files, which run in the background."""

    @call
    def create(
        self,
        type_id: int,
        file: str | Path,
        *,
        create_fields: bool | None = None,
        columns: Mapping[str, str] | None = None,
        kinds: Mapping[str, str] | None = None,
        blank: str | None = None,
        date_order: str | None = None,
        decimal: str | None = None,
        on_bad_value: str | None = None,
        add_options: bool | None = None,
        resubscribe: str | None = None,
        format: str | None = None,
        encoding: str | None = None,
        sheet: str | None = None,
        dry_run: bool | None = None,
    ) -> Request[Import]:
        """Import a CSV, Excel, NDJSON or Parquet file; with `dry_run`, return what would happen, and change nothing.

        `columns` are fields by the columns to import into them, and `kinds` the kinds of new fields by their columns.
        The answer comes when the import has begun: `get` says how far it is.
        """
        source = Path(file)
        query: dict[str, QueryValue] = {
            "contact_type_id": type_id,
            "file_name": source.name,
            "create_fields": create_fields,
            "map": _pairs(columns),
            "kind": _pairs(kinds),
            "blank": blank,
            "date_order": date_order,
            "decimal": decimal,
            "on_bad_value": on_bad_value,
            "add_options": add_options,
            "resubscribe": resubscribe,
            "format": format,
            "encoding": encoding,
            "sheet": sheet,
            "dry_run": dry_run,
        }
        return Request("POST", "/imports", Import, query, file=source, content_type=FILE, wait=IMPORT_SECONDS)

    @call
    def create_events(
        self,
        type_id: int,
        file: str | Path,
        *,
        event: str | None = None,
        columns: Mapping[str, str] | None = None,
        create_contacts: bool | None = None,
        date_order: str | None = None,
        format: str | None = None,
        encoding: str | None = None,
        sheet: str | None = None,
        dry_run: bool | None = None,
    ) -> Request[Import]:
        """Import a file of events; with `dry_run`, return what would happen, and change nothing.

        `columns` say what columns are: `email`, `event`, `at`, `id`, or the name of a property; a blank one is left
        out. `event` is the name of all events of a file without a column of names.
        """
        source = Path(file)
        query: dict[str, QueryValue] = {
            "contact_type_id": type_id,
            "file_name": source.name,
            "event": event,
            "map": _pairs(columns),
            "create_contacts": create_contacts,
            "date_order": date_order,
            "format": format,
            "encoding": encoding,
            "sheet": sheet,
            "dry_run": dry_run,
        }
        return Request("POST", "/imports/events", Import, query, file=source, content_type=FILE, wait=IMPORT_SECONDS)

    @paged
    def list(self, *, page_size: int | None = None, cursor: str | None = None) -> Request[Page[Import]]:
        """List the imports of the account, newest first."""
        return Request("GET", "/imports", Page[Import], {"limit": page_size, "cursor": cursor})

    @call
    def get(self, import_id: int) -> Request[Import]:
        """Return an import: how far it is, or what came of it."""
        return Request("GET", path("imports", import_id), Import)

    @download
    def rejects(self, import_id: int, file: str | Path) -> tuple[Request[bytes], Path]:
        """Write the rejected rows to a file, each with its reasons."""
        return Request("GET", path("imports", import_id, "rejects"), bytes), Path(file)

    @call
    def undo(self, import_id: int) -> Request[Import]:
        """Undo an import, in the background."""
        return Request("POST", path("imports", import_id, "undo"), Import)


class WebhookCalls(Resource[Sender]):
    """Webhooks: changes that Tamis sends to a URL."""

    @paged
    def list(self, *, page_size: int | None = None, cursor: str | None = None) -> Request[Page[Webhook]]:
        """List the webhooks of the account."""
        return Request("GET", "/webhooks", Page[Webhook], {"limit": page_size, "cursor": cursor})

    @call
    def get(self, webhook_id: int) -> Request[Webhook]:
        """Return a webhook."""
        return Request("GET", path("webhooks", webhook_id), Webhook)

    @call
    def create(
        self,
        url: str,
        *,
        description: str | UnsetType = UNSET,
        types: Sequence[str] | UnsetType = UNSET,
        segment_ids: Sequence[int] | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> Request[WebhookWithSecret]:
        """Create a webhook for all changes, or for some types and segments; the answer has its secret."""
        content = json_body(url=url, description=description, types=types, segment_ids=segment_ids, enabled=enabled)
        return Request("POST", "/webhooks", WebhookWithSecret, content=content)

    @call
    def update(
        self,
        webhook_id: int,
        *,
        url: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        types: Sequence[str] | UnsetType | None = UNSET,
        segment_ids: Sequence[int] | UnsetType | None = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> Request[Webhook]:
        """Change a webhook, or enable it again."""
        content = json_body(url=url, description=description, types=types, segment_ids=segment_ids, enabled=enabled)
        return Request("PATCH", path("webhooks", webhook_id), Webhook, content=content)

    @call
    def rotate(self, webhook_id: int) -> Request[WebhookWithSecret]:
        """Make a new secret; for 24 hours, messages are signed with the previous one, too."""
        return Request("POST", path("webhooks", webhook_id, "rotate"), WebhookWithSecret)

    @call
    def delete(self, webhook_id: int) -> Request[None]:
        """Delete a webhook."""
        return Request("DELETE", path("webhooks", webhook_id), type(None))

    @paged
    def deliveries(
        self, webhook_id: int, *, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[Delivery]]:
        """List the deliveries of a webhook, newest first."""
        query = {"limit": page_size, "cursor": cursor}
        return Request("GET", path("webhooks", webhook_id, "deliveries"), Page[Delivery], query)

    @call
    def test(self, webhook_id: int) -> Request[Delivery]:
        """Send a test delivery now, and return what came of it."""
        return Request("POST", path("webhooks", webhook_id, "test"), Delivery)

    @call
    def replay(self, webhook_id: int, *, after: int) -> Request[Webhook]:
        """Deliver the changes after a number again."""
        return Request("POST", path("webhooks", webhook_id, "replay"), Webhook, {"after": after})


FILE = "application/octet-stream"
IMPORT_SECONDS = 600
"""How long the server may take to receive a file, and to try it in a dry run."""


def _pairs(pairs: Mapping[str, str] | None) -> tuple[str, ...] | None:
    return None if pairs is None else tuple(f"{name}={value}" for name, value in pairs.items())
