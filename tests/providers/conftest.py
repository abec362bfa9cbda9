"""Reading requests without a server, with an Amazon of our own."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

import pytest

from tamis.actions.providers.reading import read_request
from tamis.actions.providers.requests import ProviderRequest, RequestRefused
from tamis.actions.providers.sns import AmazonCertificates
from tamis.domain.providers import ReceivingProvider, Reports, Service
from tests.providers.payloads import CREDENTIALS, NOW, Amazon, Sent
from tests.support.event_loop import run_coroutine

T = TypeVar("T")


class Read(Protocol):
    """Reads a request: returns its reports, or the reason for which it is refused."""

    def __call__(
        self,
        service: Service,
        sent: Sent,
        *,
        now: datetime = NOW,
        credential: str | None = None,
        address: str = "192.0.2.1",
        checks_address: bool = False,
    ) -> Reports | str: ...


@pytest.fixture
def amazon() -> Amazon:
    return Amazon()


@pytest.fixture
def read(amazon: Amazon) -> Read:
    certificates = AmazonCertificates(amazon.fetch)

    def read(
        service: Service,
        sent: Sent,
        *,
        now: datetime = NOW,
        credential: str | None = None,
        address: str = "192.0.2.1",
        checks_address: bool = False,
    ) -> Reports | str:
        known = CREDENTIALS[service]() if credential is None else credential
        provider = ReceivingProvider(1, 1, service, "", known, checks_address)
        request = ProviderRequest(sent.body, now, sent.headers, address)
        try:
            return run_coroutine(read_request(provider, request, certificates, at_once))
        except RequestRefused as refused:
            return refused.reason.value

    return read


def at_once(function: Callable[[], T]) -> Awaitable[T]:
    """Run a function without a thread."""

    async def run() -> T:
        return function()

    return run()
