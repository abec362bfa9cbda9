"""Receivers that answer without end, too slowly, or with far too much; and a clock that was wrong."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.sender import MAX_ANSWER, Answer, Sender
from tamis.domain.webhooks import DeliveryOutcome
from tests.support.receiver import Behaviour, Handler, Receiver, answer
from tests.webhooks.workbench import Workbench

LOOPBACK = AddressPolicy((ip_network("127.0.0.0/8"),))
STATUS = b"HTTP/1.1 200 OK\r\n"


def repeat(begin: bytes, part: bytes) -> Behaviour:
    """Send something without end, until the connection is closed."""

    def behave(handler: Handler) -> None:
        with suppress(OSError):
            handler.wfile.write(begin)
            while True:
                handler.wfile.write(part)

    return behave


def then_hang(begin: bytes) -> Behaviour:
    """Send the beginning of an answer, and never the rest."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(begin)
        handler.wfile.flush()
        handler.owner.hang(handler)

    return behave


def byte_by_byte(handler: Handler) -> None:
    """Send headers slowly."""
    with suppress(OSError):
        while not handler.owner.released.wait(0.01):
            handler.wfile.write(b"H")
            handler.wfile.flush()


SLOW = {"a body that does not come"}
HOSTILE: dict[str, tuple[Behaviour, DeliveryOutcome]] = {
    "endless headers": (repeat(STATUS, b"x: " + b"y" * 1_000 + b"\r\n"), DeliveryOutcome.BROKEN),
    "an endless header": (repeat(STATUS + b"x: ", b"y" * 1_000), DeliveryOutcome.BROKEN),
    "an endless reason": (repeat(b"HTTP/1.1 200 ", b"y" * 1_000), DeliveryOutcome.BROKEN),
    "interim answers without end": (repeat(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), DeliveryOutcome.TIMED_OUT),
    "no HTTP": (repeat(b"", b"hello\r\n"), DeliveryOutcome.BROKEN),
    "no headers": (then_hang(STATUS), DeliveryOutcome.TIMED_OUT),
    "slow headers": (byte_by_byte, DeliveryOutcome.TIMED_OUT),
    "two lengths": (then_hang(STATUS + b"content-length: 1\r\ncontent-length: 2\r\n\r\n"), DeliveryOutcome.BROKEN),
    "an endless body": (repeat(STATUS + b"\r\n", b"z" * 1_000), DeliveryOutcome.DELIVERED),
    "endless chunks": (
        repeat(STATUS + b"transfer-encoding: chunked\r\n\r\n", b"3e8\r\n" + b"z" * 1_000 + b"\r\n"),
        DeliveryOutcome.DELIVERED,
    ),
    "a body that does not come": (then_hang(STATUS + b"content-length: 9\r\n\r\nbegun"), DeliveryOutcome.DELIVERED),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_costs_little_and_the_status_decides(receiver: Receiver, name: str) -> None:
    receiver.otherwise, outcome = HOSTILE[name]
    found = send(receiver, seconds=0.4 if outcome is DeliveryOutcome.TIMED_OUT or name in SLOW else 30)
    assert found.outcome == outcome, found
    assert len(found.text) <= MAX_ANSWER
    assert len(receiver.received) == 1


def test_a_pause_ends_when_the_clock_was_a_year_ahead(idle_bench: Workbench, receiver: Receiver) -> None:
    receiver.script = [answer(500)]
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        if not paused:  # the clock is set right in the first pause
            idle_bench.clock.ahead -= timedelta(days=365)
        paused.append(seconds)
        idle_bench.clock.ahead += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    idle_bench.clock.ahead = timedelta(days=365)
    made = idle_bench.create(receiver.url)
    (number,) = idle_bench.feed.add(idle_bench.account.id)
    with idle_bench.running(sleep=pause):
        idle_bench.wait_until(lambda: idle_bench.find(made.webhook).position == number)
    assert sum(paused) < timedelta(hours=5).total_seconds()


def send(receiver: Receiver, seconds: float) -> Answer:
    return run_coroutine(Sender(LOOPBACK, seconds=seconds).send(receiver.url, {}, b"{}"))


def run_coroutine(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    run: Callable[[Coroutine[Any, Any, Answer]], Answer] = asyncio.run
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run, coroutine).result()
