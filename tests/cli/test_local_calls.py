"""Calls of commands to the server on the same data: what is sent, and the errors."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from tamis import __version__
from tamis.actions.local_call import LocalCall
from tamis.actions.local_calls import (
    CALL_TYPES,
    CountRecipients,
    CountRule,
    Erase,
    RecipientPage,
    result_type,
)
from tamis.actions.local_protocol import (
    PATH,
    decode_call,
    decode_error,
    decode_result,
    encode_call,
    error_message,
)
from tamis.actions.server_file import SERVER_FILE, ServerAddress, find_server
from tamis.actions.services import Services
from tamis.cli.client.local_client import call_server, run_call
from tamis.domain.errors import Busy, Damaged, DiskFull, Invalid, NotFound, Problem, Refused, TamisError, Unavailable
from tamis.settings import Settings
from tests.support import process

SECONDS = process.TIMEOUT_SECONDS

st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


@pytest.mark.parametrize("kind", CALL_TYPES, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_call_and_result_survives_encoding(kind: type[LocalCall[Any]], data: st.DataObject) -> None:
    fields = {field.name: st.from_type(field.type) for field in msgspec.structs.fields(kind)}
    call = data.draw(st.builds(kind, **fields))
    assert decode_call(encode_call(call)) == call
    result = data.draw(st.from_type(result_type(kind)))
    assert decode_result(call, msgspec.json.encode(result)) == result


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"name": "segment_sizes", "arguments": []}',
        b'{"version": "%s", "question": {}}' % __version__.encode(),
        b'{"version": "%s", "question": {"type": "Unheard"}}' % __version__.encode(),
        b'{"version": "%s", "question": {"type": "CountRecipients"}}' % __version__.encode(),
        b'{"version": "%s", "question": {"type": "CountRecipients", "account_id": "1"}}' % __version__.encode(),
        b'{"version": "%s", "question": {"type": "Erase", "services": 1}}' % __version__.encode(),
        b'{"version": "%s", "question": %s}' % (__version__.encode(), b"[" * 5_000),
    ],
)
def test_an_invalid_call_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="not a request from a Tamis command"):
        decode_call(body)


@pytest.mark.parametrize(
    "error",
    [
        Invalid([Problem("rule.all[2]", "must be a number"), Problem("", "something else")]),
        NotFound("there is no segment 7"),
        Refused("not now"),
        Unavailable("not yet"),
        Busy("too much"),
        Damaged("the records are damaged"),
        DiskFull("100 MB"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_keep_their_type_and_message(error: TamisError) -> None:
    reported = decode_error(409, msgspec.json.encode(error_message(error)))
    assert isinstance(error, type(reported))
    assert type(reported) is not TamisError
    assert str(reported) == str(error)
    assert getattr(reported, "problems", ()) == getattr(error, "problems", ())


def test_an_unexpected_response_is_reported_with_its_status() -> None:
    assert "status 502" in str(decode_error(502, b"<html>Bad gateway</html>"))


@pytest.mark.parametrize("content", [b"", b'{"address": "http://127', bytes(90), b"{}", b"[]"])
def test_a_truncated_server_file_is_ignored(services: Services, content: bytes) -> None:
    (services.settings.data / SERVER_FILE).write_bytes(content)
    assert call_server(services, CountRecipients(1), 1) is None


def test_a_command_runs_while_a_server_is_running(services: Services) -> None:
    with process.Server(services.settings.data) as running:
        server = find_server(services.settings.data)
        assert server is not None
        assert server.address == running.address
        assert run_call(services, CountRecipients(1), SECONDS) == {}
        with pytest.raises(NotFound):
            run_call(services, RecipientPage(1, 7, 0, 10), SECONDS)
        with pytest.raises(NotFound):
            run_call(services, CountRule(1, 7, "{}"), SECONDS)

        other = put(server, encode_call(Erase(), version="0.0.1"))
        assert other.status_code == 409
        assert "restart the server" in str(decode_error(409, other.content))
        assert put(server, b"nothing").status_code == 409

        stranger = ServerAddress(server.address, "x" * 64)
        assert put(stranger, encode_call(Erase())).status_code == 403
        (services.settings.data / SERVER_FILE).write_bytes(msgspec.json.encode(stranger))
        with pytest.raises(Refused, match="commands on this machine"):
            run_call(services, Erase(), SECONDS)
        (services.settings.data / SERVER_FILE).write_bytes(msgspec.json.encode(server))

        running.kill()
        assert call_server(services, CountRecipients(1), SECONDS) is None
        assert (
            run_call(services, CountRecipients(1), SECONDS) == {}
        )  # its file is still there: the command answers itself


def put(server: ServerAddress, body: bytes) -> requests.Response:
    """Post a body as a command would."""
    headers = {"Authorization": f"Bearer {server.token}"}
    return requests.post(server.address + PATH, body, headers=headers, timeout=SECONDS, proxies={"http": ""})


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """A data directory without an account, whose columns are not open."""
    made = Services(Settings(tmp_path / "data"))
    yield made
    made.close()
