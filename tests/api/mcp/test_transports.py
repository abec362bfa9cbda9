"""`tamis mcp` as assistants reach it: over standard input and output, and over HTTP."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest
import requests

from tests.support import forked
from tests.support.event_loop import run_coroutine
from tests.support.process import TIMEOUT_SECONDS, Server, environment
from tests.support.users import Person

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

KEY = "a key of the test"
READING = {
    "list_contact_types", "list_fields", "list_segments", "get_segment", "preview_rule", "list_members",
    "explain_member", "compare_segments", "segment_history", "forecast_segment", "plan_segment_change",
}  # fmt: skip
WRITING = {"create_segment", "update_segment"}
MODES = ("legacy", "auto")
"""How a client and a server agree on a version: by a handshake, or without one."""


def answer_of(result: Any) -> dict[str, Any]:
    """Return the structured answer of a tool, which must be no error."""
    assert not result.is_error, result.content
    found: dict[str, Any] = result.structured_content
    return found


async def use(client: "Client", tools: set[str]) -> None:
    """Ask a server for its tools, and call one."""
    async with client:
        assert {tool.name for tool in (await client.list_tools()).tools} == tools
        types = answer_of(await client.call_tool("list_contact_types", {}))
        assert [found["name"] for found in types["contact_types"]] == ["Customers"]
        refused = await client.call_tool("list_fields", {"contact_type": "Custmers"})
        assert refused.is_error
        assert "Did you mean 'Customers'?" in str(refused.content)


def of(person: Person) -> list[str]:
    """Return the options for a person's account."""
    return ["--data", str(person.data), "--account", person.email]


def over_stdio(*arguments: str, **settings: str) -> "StdioServerParameters":
    """Return how a client starts the command."""
    from mcp.client.stdio import StdioServerParameters

    command = ["-m", "tamis", "mcp", *arguments]
    return StdioServerParameters(command=sys.executable, args=command, env=environment(settings))


def test_over_standard_input_and_output(principal: Person) -> None:
    from mcp import Client

    run_coroutine(use(Client(over_stdio(*of(principal), "--write"), mode=MODES[0]), READING | WRITING))


def test_a_server_at_a_url_is_used_with_a_key(server: Server, principal: Person) -> None:
    from mcp import Client

    command = over_stdio("--url", server.address, TAMIS_SECRET_KEY=principal.secret_key)
    run_coroutine(use(Client(command, mode=MODES[1]), READING))


@contextmanager
def serving_http(person: Person, **settings: str) -> Iterator[tuple[str, list[str]]]:
    """Run `tamis mcp --http` and give its address, and the lines that it has written."""
    command = [sys.executable, "-m", "tamis", "mcp", *of(person), "--http", "127.0.0.1:0"]
    process, output, errors = forked.start(command, environment(settings))
    lines: list[str] = []
    listening = threading.Event()

    def read() -> None:
        for line in errors:
            lines.append(line)
            if line.startswith("Listening on "):
                listening.set()
        listening.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert listening.wait(TIMEOUT_SECONDS)
        assert lines[-1].startswith("Listening on "), lines
        yield lines[-1].removeprefix("Listening on ").strip(), lines
    finally:
        process.send_signal(15)
        process.wait(TIMEOUT_SECONDS)
        reader.join()
        output.close()
        errors.close()


def test_over_http(principal: Person) -> None:
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async def run(url: str) -> None:
        for mode in MODES:
            async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, trust_env=False) as http:
                await use(Client(streamable_http_client(url, http_client=http), mode=mode), READING)

    with serving_http(principal, TAMIS_MCP_KEY=KEY) as (url, lines):
        run_coroutine(run(url))
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": KEY}):
            refused = requests.post(url, headers=headers, json={}, timeout=60)
            assert refused.status_code == 401
        rebound = requests.post(
            url, headers={"Authorization": f"Bearer {KEY}", "Host": "evil.example"}, json={}, timeout=60
        )
        assert rebound.status_code == 421
    assert KEY not in "".join(lines)


BROKEN = [
    b"hello",
    b"{",
    b"\0\0",
    b"\xff\xfe",
    b"[]",
    b"5",
    b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"jsonrpc":"2.0","id":2,"method":"no/such"}',
    b'{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"preview_rule","arguments":[1]}}',
    b'{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"preview_rule","arguments":{"rule":"\\ud800"}}}',
    b'{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"' + b"x" * 2_000_000 + b'","arguments":{}}}',
]
VERSION = "2025-06-18"
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}
CALL = {"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "list_contact_types", "arguments": {}}}


def test_broken_lines_are_answered_or_passed_over(principal: Person) -> None:
    lines = [json.dumps(HELLO).encode(), json.dumps(READY).encode(), *BROKEN, json.dumps(CALL).encode(), b""]
    with subprocess.Popen(
        [sys.executable, "-m", "tamis", "mcp", *of(principal)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin
        assert process.stdout
        writer = threading.Thread(target=_write, args=(process.stdin, b"\n".join(lines)))
        writer.start()
        answers: dict[int, Any] = {}
        while not {2, 3, 5, 9} <= answers.keys():
            answer = json.loads(process.stdout.readline())
            answers[answer["id"]] = answer
        writer.join()
        process.stdin.close()
        assert process.wait(TIMEOUT_SECONDS) == 0
    assert answers[9]["result"]["structuredContent"]["contact_types"]
    assert "error" in answers[2]
    for number in (3, 5):
        assert "error" in answers[number] or answers[number]["result"]["isError"]


def _write(to: IO[bytes], content: bytes) -> None:
    to.write(content)
    to.flush()


def test_broken_bodies_over_http_are_refused(principal: Person) -> None:
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    with serving_http(principal, TAMIS_MCP_KEY=KEY) as (url, _):
        for body in BROKEN:
            refused = requests.post(url, data=body, headers=headers, timeout=60)
            assert refused.status_code < 500, (body[:50], refused.text[:500])
            assert "Traceback" not in refused.text
        assert requests.post(url, json=HELLO, headers=headers, timeout=60).status_code == 200


def test_without_a_key_of_its_own_one_is_made_and_shown_once(principal: Person) -> None:
    with serving_http(principal) as (url, lines):
        (key,) = re.findall(r"The key of this server, until it stops: (\S+)", "".join(lines))
        answers = [
            requests.post(url, headers={"Authorization": f"Bearer {sent}"}, json={}, timeout=60).status_code
            for sent in (key, "x")
        ]
    assert answers[0] != 401
    assert answers[1] == 401


@pytest.mark.parametrize("address", ["0.0.0.0:8100", "example.org:80", "127.0.0.1", "127.0.0.1:x", "[::]:1", ":8100"])
def test_only_this_machine_is_served(address: str) -> None:
    done = run_mcp("--http", address)
    assert done.returncode == 1
    assert "127.0.0.1:8100" in done.stderr


def test_an_address_in_use_is_refused(principal: Person) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_mcp(*of(principal), "--http", f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "choose another address for --http" in done.stderr


def test_it_does_not_start_without_what_it_needs(server: Server, tmp_path: Path) -> None:
    assert "TAMIS_SECRET_KEY" in run_mcp("--url", server.address).stderr
    wrong = run_mcp("--url", server.address, TAMIS_SECRET_KEY="sk_wrong")
    assert wrong.returncode == 1
    assert "key" in wrong.stderr
    assert "sk_wrong" not in wrong.stderr
    assert run_mcp("--data", str(server.data), "--account", "nobody@example.org").returncode == 1
    assert run_mcp("--data", str(tmp_path / "missing")).returncode == 1


def run_mcp(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the command, which must end by itself."""
    command = [sys.executable, "-m", "tamis", "mcp", *arguments]
    return forked.run_text(command, env=environment(settings), timeout=TIMEOUT_SECONDS)
