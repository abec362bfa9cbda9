"""Reading the request of a provider: verified first, then parsed."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol, TypeVar

from tamis.actions.providers import brevo, mailgun, postmark, sendgrid, ses, sns
from tamis.actions.providers.requests import (
    MAX_BODY,
    MAX_REPORTS,
    ProviderRequest,
    RequestRefused,
    require_documented_address,
)
from tamis.actions.providers.sns import AmazonCertificates
from tamis.domain.providers import ReceivingProvider, RefusalReason, Reports, Service

T = TypeVar("T")


class InThread(Protocol):
    """Runs a function in a thread."""

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]:
        """Return what the function returns."""


class ServiceFormat(NamedTuple):
    """How a service proves that a request is its own, and how its requests are read."""

    verify: Callable[[ProviderRequest, str], None]
    read: Callable[[ProviderRequest], Reports]


FORMATS = {
    Service.SENDGRID: ServiceFormat(sendgrid.verify, sendgrid.read),
    Service.MAILGUN: ServiceFormat(mailgun.verify, mailgun.read),
    Service.POSTMARK: ServiceFormat(postmark.verify, postmark.read),
    Service.BREVO: ServiceFormat(brevo.verify, brevo.read),
}
NEED_CREDENTIAL = frozenset({Service.SENDGRID, Service.MAILGUN, Service.SES})
"""The services whose requests cannot be verified without a credential; for the others, the token may be enough."""


async def read_request(
    provider: ReceivingProvider, request: ProviderRequest, certificates: AmazonCertificates, in_thread: InThread
) -> Reports:
    """Verify a request and return its reports; raises RequestRefused."""
    if len(request.body) > MAX_BODY:
        raise RequestRefused(RefusalReason.TOO_LARGE)
    if provider.service in NEED_CREDENTIAL and not provider.credential:
        raise RequestRefused(RefusalReason.CREDENTIAL_NOT_SET)
    if provider.checks_address:
        require_documented_address(request, provider.service)
    if provider.service is not Service.SES:
        return await in_thread(lambda: _verify_and_read(provider, request))
    message = await in_thread(lambda: sns.parse_message(request, provider.credential))
    certificate = await certificates.get(message)
    await in_thread(lambda: sns.verify(message, certificate, request.at))
    if message.type == sns.NOTIFICATION:
        return await in_thread(lambda: ses.read(message, request.at))
    if message.type == sns.SUBSCRIPTION:
        await certificates.confirm(message)
    return Reports()


def _verify_and_read(provider: ReceivingProvider, request: ProviderRequest) -> Reports:
    format_ = FORMATS[provider.service]
    format_.verify(request, provider.credential)
    found = format_.read(request)
    if len(found.reports) > MAX_REPORTS:
        raise RequestRefused(RefusalReason.TOO_LARGE)
    return found
