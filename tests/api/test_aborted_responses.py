"""A list that cannot be read to its end never looks complete."""

import asyncio
import logging
from collections.abc import AsyncIterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tamis.domain.errors import Unavailable
from tamis.web.http import StreamedResponse, send_streamed


def test_a_response_is_cut_off_when_its_store_fails(caplog: pytest.LogCaptureFixture) -> None:
    async def rest() -> AsyncIterator[bytes]:
        yield b",2"
        raise Unavailable("the projection is damaged and will be rebuilt: try again")

    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    # In a thread of its own, since Playwright's loop may run in this one.
    with caplog.at_level(logging.ERROR, "tamis"), ThreadPoolExecutor(1) as thread:
        thread.submit(
            lambda: asyncio.run(send_streamed(StreamedResponse(b"[1", rest()), send, {"method": "GET"}))
        ).result()
    assert [message.get("body") for message in sent] == [None, b"[1", b",2"]
    assert all(message.get("more_body") for message in sent[1:])
    assert [(record.message, record.exc_info) for record in caplog.records] == [("answer_broken_off", None)]
