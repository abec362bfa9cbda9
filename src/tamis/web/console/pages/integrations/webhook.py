"""One webhook: its state, its deliveries, and what can be done with it."""

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from tamis import log
from tamis.actions.lookups import segments_of_account
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.deliveries import send_test
from tamis.actions.webhooks.registration import (
    WebhookEdit,
    delete_webhook,
    edit_webhook,
    find_webhook,
    list_deliveries,
    newest_number,
    replay_changes,
    rotate_secret,
)
from tamis.domain.errors import Invalid
from tamis.domain.segments.changes import ChangeType
from tamis.domain.webhooks import Delivery, DeliveryOutcome, Webhook
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.display.messages import first_message
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest, client_host
from tamis.web.console.roles import ADMIN

PAGE = 50
TYPES = {
    ChangeType.ENTERED: ("Entries", "A contact enters a segment"),
    ChangeType.LEFT: ("Exits", "A contact leaves a segment"),
    ChangeType.BUILT: ("Builds", "A segment is rebuilt, for example after its rule was edited"),
    ChangeType.DELETED: ("Deletions", "A segment is deleted"),
}
"""What each type of change is called, and when it happens."""
OUTCOMES = {
    DeliveryOutcome.DELIVERED: "Delivered",
    DeliveryOutcome.WRONG_STATUS: "Wrong status",
    DeliveryOutcome.GONE: "Gone",
    DeliveryOutcome.REDIRECTED: "Redirected",
    DeliveryOutcome.TIMED_OUT: "Timed out",
    DeliveryOutcome.NOT_FOUND: "Host not found",
    DeliveryOutcome.NOT_REACHED: "Not reached",
    DeliveryOutcome.ADDRESS_REFUSED: "Address refused",
    DeliveryOutcome.HTTP_REFUSED: "HTTP refused",
    DeliveryOutcome.NOT_SECURE: "TLS failed",
    DeliveryOutcome.BROKEN: "Incomplete answer",
}
ADVICE = {
    DeliveryOutcome.WRONG_STATUS: "The receiver must answer with a status from 200 to 299.",
    DeliveryOutcome.GONE: "The receiver no longer accepts messages.",
    DeliveryOutcome.REDIRECTED: "Redirects are not followed: enter the final URL.",
    DeliveryOutcome.TIMED_OUT: "The receiver must answer within 15 seconds: store messages first and process them "
    "later.",
    DeliveryOutcome.NOT_FOUND: "Check the spelling of the URL.",
    DeliveryOutcome.NOT_REACHED: "Could not connect: check that the receiver is running and reachable.",
    DeliveryOutcome.ADDRESS_REFUSED: "The host has an address in a private network. Your administrator can allow it "
    "with TAMIS_WEBHOOK_NETWORKS.",
    DeliveryOutcome.HTTP_REFUSED: "The URL must start with https://.",
    DeliveryOutcome.NOT_SECURE: "The certificate of the receiver is not valid for this host.",
    DeliveryOutcome.BROKEN: "The connection ended before a complete answer.",
}
"""What to do about each outcome."""


@get("/webhooks/{webhook_id:int}", sync_to_thread=True)
def show(
    services: ServicesDep, visitor: VisitorDep, webhook_id: FromPath[int], before: FromQuery[int] = 0
) -> Response[str]:
    """Show a webhook with its deliveries, newest first."""
    return webhook_page(services, visitor, _find(services, visitor, webhook_id), before=before)


@post("/webhooks/{webhook_id:int}/test", opt=ADMIN)
async def test(services: ServicesDep, visitor: VisitorDep, webhook_id: FromPath[int]) -> Response[str]:
    """Send a test now, and show what has become of it."""
    webhook = await sync_to_thread(_find, services, visitor, webhook_id)
    tested = await send_test(services, webhook)
    return await sync_to_thread(webhook_page, services, visitor, webhook, tested=tested)


@post("/webhooks/{webhook_id:int}/rotate", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def rotate(request: WebRequest, services: ServicesDep, visitor: VisitorDep, webhook_id: FromPath[int]) -> Response[str]:
    """Make a new secret; the response is the only page that shows it."""
    made = services.write(rotate_secret, visitor.account, webhook_id)
    log.event("webhook_secret_rotated", account=visitor.account.id, webhook=webhook_id, address=client_host(request))
    return webhook_page(services, visitor, made.webhook, secret=made.secret)


@post("/webhooks/{webhook_id:int}/replay", opt=ADMIN, sync_to_thread=True)
def replay(services: ServicesDep, visitor: VisitorDep, form: FormDep, webhook_id: FromPath[int]) -> Response[str]:
    """Deliver the changes after a number again, or skip those up to it."""
    after, problem = form.number("after"), "Enter the number of a change."
    if after is not None:
        try:
            services.write(replay_changes, visitor.account, webhook_id, after)
            return redirect(visitor, f"/webhooks/{webhook_id}", notice=f"Changes after number {after} are sent next.")
        except Invalid as error:
            problem = f"The number {first_message(error)}."
    return webhook_page(services, visitor, _find(services, visitor, webhook_id), wrong=problem, after=form.raw("after"))


@post("/webhooks/{webhook_id:int}/enable", opt=ADMIN, sync_to_thread=True)
def enable(services: ServicesDep, visitor: VisitorDep, webhook_id: FromPath[int]) -> Response[str]:
    """Enable a webhook, which goes on where it was, or try a failing one at once."""
    was_enabled = _find(services, visitor, webhook_id).is_enabled
    _set_enabled(services, visitor, webhook_id, enabled=True)
    notice = "Trying again now." if was_enabled else "Webhook enabled. It continues where it stopped."
    return redirect(visitor, f"/webhooks/{webhook_id}", notice=notice)


@post("/webhooks/{webhook_id:int}/disable", opt=ADMIN, sync_to_thread=True)
def disable(services: ServicesDep, visitor: VisitorDep, webhook_id: FromPath[int]) -> Response[str]:
    """Disable a webhook."""
    _set_enabled(services, visitor, webhook_id, enabled=False)
    return redirect(visitor, f"/webhooks/{webhook_id}", notice="Webhook disabled.")


@post("/webhooks/{webhook_id:int}/delete", opt=ADMIN, sync_to_thread=True)
def delete(request: WebRequest, services: ServicesDep, visitor: VisitorDep, webhook_id: FromPath[int]) -> Response[str]:
    """Delete a webhook."""
    services.write(delete_webhook, visitor.account, webhook_id)
    log.event("webhook_deleted", account=visitor.account.id, webhook=webhook_id, address=client_host(request))
    return redirect(visitor, "/webhooks", notice="Webhook deleted.")


def webhook_page(
    services: Services,
    visitor: Visitor,
    webhook: Webhook,
    *,
    before: int = 0,
    secret: str = "",
    tested: Delivery | None = None,
    wrong: str = "",
    after: str | None = None,
) -> Response[str]:
    """Show a webhook: with a new `secret`, the result of a test, or what is `wrong` with the number to replay from."""
    db = services.records.reader()
    found = list_deliveries(db, visitor.account, webhook.id, max(before, 0) or None, PAGE + 1)
    names = {segment.id: segment.name for segment in segments_of_account(db, visitor.account.id)}
    return page(
        visitor,
        "webhooks/show.html",
        types=TYPES,
        title=webhook.description or "Webhook",
        nav="webhooks",
        status=422 if wrong else 200,
        webhook=webhook,
        segments=[(id_, names[id_]) for id_ in webhook.segment_ids if id_ in names],
        deliveries=found[:PAGE],
        older=found[PAGE - 1].number if len(found) > PAGE else None,
        is_first=before <= 0,
        newest=newest_number(db),
        secret=secret,
        tested=tested,
        wrong=wrong,
        after=str(webhook.position) if after is None else after,
        outcomes=OUTCOMES,
        advice=ADVICE,
        delivered=DeliveryOutcome.DELIVERED,
        now=services.clock(),
    )


def _find(services: Services, visitor: Visitor, webhook_id: int) -> Webhook:
    return find_webhook(services.records.reader(), visitor.account, webhook_id)


def _set_enabled(services: Services, visitor: Visitor, webhook_id: int, *, enabled: bool) -> None:
    policy = AddressPolicy(services.settings.webhook_networks)
    services.write(edit_webhook, visitor.account, policy, webhook_id, WebhookEdit(enabled=enabled))


handlers = [show, test, rotate, replay, enable, disable, delete]
