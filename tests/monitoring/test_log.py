"""Log lines hold no personal data, and cannot be forged."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis import log
from tamis.log.flood_filter import BURST, FloodFilter
from tamis.log.formatters import JsonFormatter, TextFormatter, redact_data, redact_emails
from tamis.settings import Settings
from tamis.web.server.connections import Connections
from tamis.web.server.limits import Limits
from tamis.web.server.server import Server

TEXT = st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "L", "N", "P", "S"]))


@contextmanager
def written(formatter: logging.Formatter, *, flood: FloodFilter | None = None) -> Iterator[io.StringIO]:
    """Collect what is written to the log in a block."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    if flood:
        handler.addFilter(flood)
    before = log.logger.level
    log.logger.addHandler(handler)
    log.logger.setLevel(logging.INFO)
    try:
        yield stream
    finally:
        log.logger.removeHandler(handler)
        log.logger.setLevel(before)


@given(TEXT)
def test_an_event_is_one_line_whatever_its_details_are(text: str) -> None:
    with written(TextFormatter()) as stream:
        log.event("host_refused", host=text)
    assert len(stream.getvalue().splitlines()) == 1
    assert stream.getvalue().count("host_refused host=") == 1 + text.count("host_refused host=")
    with written(JsonFormatter()) as stream:
        log.event("host_refused", host=text)
    (line,) = stream.getvalue().splitlines()
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["host"] == redact_emails(text)


def test_text_log_lines_have_actor_and_action() -> None:
    with written(TextFormatter()) as stream:
        log.event("key_refused", level=logging.WARNING, key=None, address="2001:db8::7", ok=True, path='a "b"')
    instant, rest = stream.getvalue().split(" ", 1)
    assert instant.endswith("Z")
    assert rest == 'WARNING key_refused key=- address=2001:db8::7 ok=true path="a \\"b\\""\n'


def test_json_log_lines_have_the_same_details() -> None:
    with written(JsonFormatter()) as stream:
        log.event("key_refused", level=logging.WARNING, key=None, address="2001:db8::7")
    line = json.loads(stream.getvalue())
    assert line.pop("at").endswith("Z")
    assert line == {"level": "warning", "event": "key_refused", "key": None, "address": "2001:db8::7"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/contacts/ann@example.org/x", "/contacts/…@…/x"),
        ("a%40b.example", "…@…"),
        ("ann@example.org,bob@example.org", "…@…,…@…"),
        ("x" * 1_000, "x" * 300 + "…"),
        ("x" * 290 + " ann.anderson@example.org", "x" * 290 + " …@…"),
        ("@", "@"),
    ],
)
def test_emails_are_redacted(text: str, left: str) -> None:
    assert redact_emails(text) == left


def test_a_logged_error_has_its_location_but_no_user_data() -> None:
    whose = "Ann " + "Secret"  # not as it stands in the lines of code that a traceback shows

    def fail() -> None:
        try:
            raise KeyError(whose)
        except KeyError as error:
            raise ValueError(f'cannot convert "{whose}" of ann{chr(64)}example.org\nFAKE line') from error

    with written(TextFormatter()) as text, written(JsonFormatter()) as both:
        try:
            fail()
        except ValueError as error:
            log.event("fault", level=logging.ERROR, error=error, request="1a2b")
    for lines in (text.getvalue(), json.loads(both.getvalue())["traceback"]):
        assert "test_log.py" in lines
        assert whose not in lines
        assert "ann@" not in lines
        assert "KeyError: '…'" in lines
        assert "ValueError: cannot convert '…' of …@…" in lines
    assert not [line for line in text.getvalue().splitlines()[1:] if not line.startswith("    ")]
    assert len(both.getvalue().splitlines()) == 1


def test_messages_of_other_libraries_are_redacted_too() -> None:
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, "bad '%s'\nx", ("ann@example.org",), None)
    assert JsonFormatter().format(record).endswith('"library": "uvicorn.error", "message": "bad \'\\u2026\'\\nx"}')
    assert redact_data("it's “secret” and `x`") == "it's '…' and '…'"


def test_repeated_events_are_counted_and_others_still_logged() -> None:
    flood = FloodFilter()
    before = log.counts().get("key_refused", 0)
    with written(JsonFormatter(), flood=flood) as stream:
        for number in range(1_000):
            log.event("key_refused", address=f"192.0.2.{number % 50}")
        log.event("key_revoked", account=1)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    refused = [line for line in lines if line["event"] == "key_refused"]
    assert lines[-1]["event"] == "key_revoked"
    assert BURST <= len(refused) <= BURST + 30, "one a second after the burst"
    withheld = flood.take_withheld(all_of_them=True)
    reported = sum(line.get("not_logged", 0) for line in refused) + sum(
        details["not_logged"] for *_, details in withheld
    )
    assert len(refused) + reported == 1_000, "none is lost"
    assert withheld[0][0] == "key_refused"
    assert withheld[0][2]["addresses"] == 50
    assert log.counts()["key_refused"] == before + 1_000


def test_http_server_messages_use_the_same_log() -> None:
    settings = Settings(Path())
    Server(_no_receiver, Connections(Limits.of(settings, 1), lambda _: False), lambda: None, lambda _: None)
    for name in ("uvicorn", "uvicorn.error", "asyncio"):
        assert logging.getLogger(name).propagate, name
        assert not logging.getLogger(name).handlers, name


async def _no_receiver(*_: object) -> None:
    return None
