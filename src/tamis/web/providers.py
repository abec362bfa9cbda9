"""The requests of providers: `POST /in/{service}/{token}`.

The statuses of refusals follow what each service does about them: where it can help that the service tries again, such
as after a wrong key was corrected, the status makes it do so; where it cannot, the status ends it.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from litestar.handlers import ASGIRouteHandler, asgi

from tamis import log
from tamis.actions.providers.effects import actor_of, apply_reports, record_refusal
from tamis.actions.providers.reading import read_request
from tamis.actions.providers.registration import provider_of_token
from tamis.actions.providers.requests import MAX_BODY, ProviderRequest, RequestRefused
from tamis.actions.providers.sns import AmazonCertificates
from tamis.actions.services import Services
from tamis.domain.errors import NotFound, Unavailable
from tamis.domain.providers import ReceivingProvider, RefusalReason, Service
from tamis.web.http import (
    HANDLES_SUBPATHS,
    BodyTooLarge,
    ClientDisconnected,
    RawResponse,
    Receive,
    Request,
    Scope,
    Send,
    json_response,
    send_response,
)
from tamis.web.monitoring.traffic import UNKNOWN_ROUTE, client_address, request_record
from tamis.web.request_tasks import run_in_lane
from tamis.web.write_limit import WriteLimit

PREFIX = "/in"
INTERFACE = "providers"
ROUTE = "/in/{provider}/{token}"
MAX_TOKEN_LENGTH = 100
NEVER_RETRY: Final[Mapping[Service, int]] = {Service.MAILGUN: 406, Service.POSTMARK: 403}
"""The status with which a service does not try again; the others take any from 400 to 499, or always try again."""
HOPELESS = frozenset({RefusalReason.TOO_LARGE, RefusalReason.NOT_JSON, RefusalReason.OTHER_FORMAT})
FORBIDDEN = frozenset(
    {
        RefusalReason.TIMESTAMP_OLD,
        RefusalReason.ADDRESS_OTHER,
        RefusalReason.TOPIC_OTHER,
        RefusalReason.CERTIFICATE_NOT_TRUSTED,
    }
)
AMAZON_NOT_REACHED = frozenset({RefusalReason.CERTIFICATE_NOT_FETCHED, RefusalReason.SUBSCRIPTION_NOT_CONFIRMED})
"""Not the fault of the sender: SNS tries again after a status from 500 on."""


def provider_routes(services: Services, writes: WriteLimit, certificates: AmazonCertificates) -> list[ASGIRouteHandler]:
    """Make the route of providers as a raw ASGI handler: it reads bodies itself, after it knows whose they are."""

    async def answer(request: Request, service: str, token: str) -> RawResponse:
        db = services.records.reader()
        provider = provider_of_token(db, services.clock(), service, token)
        if provider is None:
            return json_response(404, {"status": "refused", "reason": "unknown_url"})
        record = request_record(request.scope)
        record.route, record.account_id = ROUTE, provider.account_id
        if request.method != "POST":
            return json_response(405, {"status": "refused", "reason": "not_a_post"}, ((b"allow", b"POST"),))
        try:
            return await _receive(request, provider)
        except (ClientDisconnected, asyncio.CancelledError):
            raise
        except Exception as error:
            return _failure(await asyncio.to_thread(services.records.diagnose, error), provider)

    async def _receive(request: Request, provider: ReceivingProvider) -> RawResponse:
        account_id, actor = provider.account_id, actor_of(provider).at(client_address(request.scope))
        in_thread = partial(run_in_lane, services.lanes.short, account_id)
        try:
            received = await _read_body(services, request)
            reports = await read_request(provider, received, certificates, in_thread)
        except RequestRefused as refused:
            await writes.run(actor, account_id, record_refusal, provider, refused.reason)
            return _refusal(provider.service, refused.reason)
        counts = await writes.run(actor, account_id, apply_reports, provider, reports)
        return json_response(200, {"status": "accepted", "reports": counts.effects})

    @asgi(PREFIX, copy_scope=False, opt={HANDLES_SUBPATHS: True})
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        record = request_record(scope)
        record.interface, record.route = INTERFACE, UNKNOWN_ROUTE
        service, _, token = scope["path"].removeprefix(f"{PREFIX}/").partition("/")
        request = Request.of(scope, receive)
        try:
            found = await answer(request, service, token[:MAX_TOKEN_LENGTH])
        except ClientDisconnected:
            return
        await send_response(found, send)

    return [handle]


async def _read_body(services: Services, request: Request) -> ProviderRequest:
    """Read a request; raises RequestRefused and ClientDisconnected."""
    try:
        body = await request.body(MAX_BODY)
    except BodyTooLarge:
        raise RequestRefused(RefusalReason.TOO_LARGE) from None
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.items()}
    return ProviderRequest(body, services.clock(), headers, client_address(request.scope))


def _refusal(service: Service, reason: RefusalReason) -> RawResponse:
    status = status_of(service, reason)
    challenge = ((b"www-authenticate", b'Basic realm="Tamis"'),) if status == 401 else ()
    return json_response(status, {"status": "refused", "reason": reason}, challenge)


def status_of(service: Service, reason: RefusalReason) -> int:
    """Return the status with which a request is refused."""
    if reason in AMAZON_NOT_REACHED:
        return 503
    if reason in HOPELESS:
        return NEVER_RETRY.get(service, 413 if reason is RefusalReason.TOO_LARGE else 400)
    if reason in FORBIDDEN:
        return NEVER_RETRY.get(service, 403)
    return 403 if service is Service.SES else 401


def _failure(error: Exception, provider: ReceivingProvider) -> RawResponse:
    """Return the response for a failure of our own, after which the service is to try again: Brevo does so after 429
    only."""
    if isinstance(error, NotFound):
        return json_response(404, {"status": "refused", "reason": "unknown_url"})
    account, id_ = provider.account_id, provider.id
    if isinstance(error, Unavailable):
        reason = str(error)
        log.event("request_not_served", level=logging.ERROR, interface=INTERFACE, provider=id_, reason=reason)
    else:
        log.event("fault", level=logging.ERROR, error=error, interface=INTERFACE, account=account, provider=id_)
    status = 429 if provider.service is Service.BREVO else 503 if isinstance(error, Unavailable) else 500
    return json_response(status, {"status": "failed"}, ((b"retry-after", b"60"),))
