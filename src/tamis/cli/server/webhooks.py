"""`tamis webhook list`."""

from tamis.actions.webhooks.registration import list_webhooks
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account
from tamis.cli.server.webhook_listener import webhook_app
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant
from tamis.domain.webhooks import Webhook


@webhook_app.command(name="list")
def list_all(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the webhooks, without their secrets."""
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = list_webhooks(services.records.reader(), account)
    if common.json:
        print_result(common, {"webhooks": [_document(webhook) for webhook in found]})
    else:
        rows = [
            (
                str(webhook.id),
                webhook.url,
                webhook.description,
                _state(webhook),
                str(webhook.position),
                local_time(webhook.created_at, account.zone),
            )
            for webhook in found
        ]
        print_table(("ID", "URL", "Description", "Status", "Continues after", "Created"), rows)


def _document(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "types": list(webhook.types),
        "segment_ids": list(webhook.segment_ids),
        "enabled": webhook.is_enabled,
        "disabled_reason": webhook.disabled_reason,
        "failures": webhook.failures,
        "position": webhook.position,
        "created_at": format_instant(webhook.created_at),
    }


def _state(webhook: Webhook) -> str:
    if not webhook.is_enabled:
        return f"disabled ({webhook.disabled_reason})"
    return f"failing ({webhook.failures})" if webhook.failures else "enabled"
