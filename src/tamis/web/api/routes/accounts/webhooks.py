"""Webhooks: `/v1/webhooks`."""

from typing import Annotated

from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody, Parameter
from msgspec import UNSET

from tamis.actions.lookups import Reader
from tamis.actions.webhooks import registration
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.deliveries import send_test
from tamis.actions.webhooks.registration import WebhookEdit
from tamis.domain.accounts.accounts import Account, Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.idempotency import READ_SECRET
from tamis.web.api.operations import created, needs
from tamis.web.api.paging import PageDep, cut_page, page_by_id
from tamis.web.api.schemas.common import MAX_ID, Id, Page
from tamis.web.api.schemas.webhooks import (
    DeliveryOut,
    NewWebhook,
    WebhookChanges,
    WebhookOut,
    WebhookWithSecret,
    delivery_out,
    webhook_out,
    webhook_with_secret,
)

TAGS = ["Webhooks"]


def _secret_of(db: Reader, account: Account, webhook_id: int) -> str:
    return registration.show_new_secret(db, account, webhook_id).secret


@get("/webhooks", summary="List webhooks", tags=TAGS, opt=needs(Scope.READ))
async def list_webhooks(call: CallDep, page: PageDep) -> Page[WebhookOut]:
    """Lists the webhooks of the account, oldest first."""
    found = registration.list_webhooks(call.records, call.account)
    return page_by_id([webhook_out(shown) for shown in found], page)


@post(
    "/webhooks",
    summary="Create a webhook",
    tags=TAGS,
    dto=StrictJson[NewWebhook],
    return_dto=None,
    opt={**needs(Scope.ADMIN), READ_SECRET: _secret_of},
)
async def create_webhook(call: CallDep, data: JSONBody[NewWebhook]) -> Response[WebhookWithSecret]:
    """Creates a webhook for the changes from now on, which are sent in order and at least once. The response has the
    secret that signs messages; it is not shown again."""
    wanted = WebhookEdit(data.url, data.description, data.types, data.segment_ids, data.enabled)
    webhook_id = await call.create(registration.create_webhook, call.account, _policy(call), wanted)
    return created(_with_secret(call, webhook_id), "webhooks", webhook_id)


@get("/webhooks/{webhook_id:int}", summary="Get a webhook", tags=TAGS, opt=needs(Scope.READ))
async def get_webhook(call: CallDep, webhook_id: Id) -> WebhookOut:
    """Returns a webhook, without its secret."""
    return webhook_out(registration.find_webhook(call.records, call.account, webhook_id))


@patch(
    "/webhooks/{webhook_id:int}",
    summary="Change a webhook",
    tags=TAGS,
    dto=StrictJson[WebhookChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_webhook(call: CallDep, webhook_id: Id, data: JSONBody[WebhookChanges]) -> WebhookOut:
    """Changes a webhook, or enables it again. A failing one is tried at once."""
    edit = WebhookEdit(
        url=None if data.url is UNSET else data.url,
        description=None if data.description is UNSET else data.description,
        types=None if data.types is UNSET else data.types or (),
        segment_ids=None if data.segment_ids is UNSET else data.segment_ids or (),
        enabled=None if data.enabled is UNSET else data.enabled,
    )
    return webhook_out(await call.write(registration.edit_webhook, call.account, _policy(call), webhook_id, edit))


@delete("/webhooks/{webhook_id:int}", summary="Delete a webhook", tags=TAGS, opt=needs(Scope.ADMIN))
async def delete_webhook(call: CallDep, webhook_id: Id) -> None:
    """Deletes a webhook with the log of its deliveries."""
    await call.write(registration.delete_webhook, call.account, webhook_id)


@post(
    "/webhooks/{webhook_id:int}/rotate",
    summary="Rotate the secret of a webhook",
    tags=TAGS,
    status_code=200,
    opt={**needs(Scope.ADMIN), READ_SECRET: _secret_of},
)
async def rotate_secret(call: CallDep, webhook_id: Id) -> WebhookWithSecret:
    """Makes a new secret, which is not shown again. For 24 hours, messages are signed with the previous one, too."""
    await call.create(registration.rotate_secret, call.account, webhook_id)
    return _with_secret(call, webhook_id)


@post("/webhooks/{webhook_id:int}/test", summary="Test a webhook", tags=TAGS, status_code=200, opt=needs(Scope.ADMIN))
async def test_webhook(call: CallDep, webhook_id: Id) -> DeliveryOut:
    """Sends a message of the type `test` at once, and returns the response of the receiver, after 15 seconds at the
    latest."""
    webhook = registration.find_webhook(call.records, call.account, webhook_id)
    return delivery_out(await send_test(call.services, webhook))


@post(
    "/webhooks/{webhook_id:int}/replay",
    summary="Replay changes to a webhook",
    tags=TAGS,
    status_code=200,
    opt=needs(Scope.ADMIN),
)
async def replay_changes(
    call: CallDep,
    webhook_id: Id,
    after: Annotated[int, Parameter(ge=0, le=MAX_ID, description="The number after which the webhook continues.")],
) -> WebhookOut:
    """Sends the changes after a number again, or skips those up to it."""
    await call.create(registration.replay_changes, call.account, webhook_id, after)
    return webhook_out(registration.find_webhook(call.records, call.account, webhook_id))


@get("/webhooks/{webhook_id:int}/deliveries", summary="List deliveries", tags=TAGS, opt=needs(Scope.READ))
async def list_deliveries(call: CallDep, webhook_id: Id, page: PageDep) -> Page[DeliveryOut]:
    """Lists the last 1,000 attempts of the last 30 days to deliver to a webhook, newest first."""
    before = page.position(int)
    found = await call.read(
        lambda: registration.list_deliveries(call.records, call.account, webhook_id, before, page.limit + 1)
    )
    return cut_page([delivery_out(delivery) for delivery in found], page, lambda delivery: delivery.id)


def _policy(call: Call) -> AddressPolicy:
    return AddressPolicy(call.services.settings.webhook_networks)


def _with_secret(call: Call, webhook_id: int) -> WebhookWithSecret:
    """Return a webhook with the secret that this call, or its first attempt, has made."""
    shown = registration.show_new_secret(call.records, call.account, webhook_id)
    return webhook_with_secret(shown.webhook, shown.secret)


handlers = [
    list_webhooks,
    create_webhook,
    get_webhook,
    change_webhook,
    delete_webhook,
    rotate_secret,
    test_webhook,
    replay_changes,
    list_deliveries,
]
