"""Webhooks: how fast changes reach one receiver, and what a thousand idle webhooks cost a server that writes contacts.

The receiver is a process of its own that counts. The baseline of the first is a bare loop of httpcore that sends the
same bodies to the same receiver; that of the second the same server without webhooks."""

import asyncio
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import httpcore

from bench import servers
from bench.harness import Figure, Measured
from bench.stores import Stores
from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.messages import Batch, read_outgoing
from tamis.actions.webhooks.registration import WebhookEdit, create_webhook
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings

CHANGES = 100_000
TIMES = 3
IDLE = 1_000
OF_AN_ACCOUNT = 100
WRITES_PER_SECOND, IDLE_SECONDS = 50, 8.0
LOOPBACK = AddressPolicy((ip_network("127.0.0.0/8"),))
RECEIVER = """
import asyncio, sys
received = 0
async def serve(reader, writer):
    global received
    try:
        while line := await reader.readuntil(b"\\r\\n\\r\\n"):
            if line.startswith(b"GET"):
                answer = str(received).encode()
            else:
                length = int(line.lower().partition(b"content-length:")[2].split(b"\\r")[0])
                received += (await reader.readexactly(length)).count(b'"entered"')
                answer = b""
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n%s" % (len(answer), answer))
            await writer.drain()
            if b"connection: close" in line.lower():
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def run(stores: Stores) -> Iterator[Figure]:
    """Measure both."""
    os.environ["TAMIS_WEBHOOK_NETWORKS"] = "127.0.0.0/8"
    try:
        yield _to_one_receiver(stores.directory / "webhooks")
        yield _idle(stores.directory)
    finally:
        del os.environ["TAMIS_WEBHOOK_NETWORKS"]


def _to_one_receiver(data: Path) -> Figure:
    """Replay the entries of an import to one receiver."""
    with _receiver() as port:
        services = Services(Settings(data))
        account, keys = services.write(create_account, "owner@example.org", "UTC", None)
        made = services.write(create_type, account, "People")
        services.write(create_segment, account, made, "India", from_text('country = "India"'))
        services.project()
        file = data.parent / "people.csv"
        file.write_text("email,country\n" + "".join(f"p{n}@example.org,India\n" for n in range(CHANGES)))
        import_file(services, account, made, file, ImportOptions())
        services.project()
        wanted = WebhookEdit(f"http://127.0.0.1:{port}/", types=["entered"])
        webhook = services.write(create_webhook, account, LOOPBACK, wanted).webhook
        bodies = _bodies(services, account.id)
        services.close()
        rates, bare = [], []
        with servers.tamis(data) as server:
            for _ in range(TIMES):
                before, begun = _received(port), time.perf_counter()
                _call(server.port, keys.secret_key, "POST", f"/v1/webhooks/{webhook.id}/replay?after=0")
                while _received(port) < before + CHANGES:
                    time.sleep(0.01)
                rates.append(CHANGES / (time.perf_counter() - begun))
                begun = time.perf_counter()
                asyncio.run(_send_bare(port, bodies))
                bare.append(CHANGES / (time.perf_counter() - begun))
    ours = Measured.of(rates)
    return Figure(
        "changes delivered to one webhook",
        "/s",
        ours,
        Measured.of(bare),
        "the same bodies, a loop of httpcore",
        "5,000/s",
        ours.median >= 5_000,
        f"{CHANGES:,} changes in messages of 1,000: read, signed, sent, and the position stored twice for each",
    )


def _idle(directory: Path) -> Figure:
    """Compare the processor time of servers with and without webhooks while contacts are written."""
    spent: dict[int, list[float]] = {0: [], IDLE: []}
    for count in (0, IDLE) * TIMES:
        data = directory / f"idle-{count}-{len(spent[count])}"
        services = Services(Settings(data))
        account, keys = services.write(create_account, "owner@example.org", "UTC", None)
        made = services.write(create_type, account, "People")
        services.write(create_segment, account, made, "India", from_text('country = "India"'))
        for number in range(count // OF_AN_ACCOUNT):
            other, _ = services.write(create_account, f"other{number}@example.org", "UTC", None)
            for _ in range(OF_AN_ACCOUNT):
                services.write(create_webhook, other, LOOPBACK, WebhookEdit("http://127.0.0.1:9/"))
        services.close()
        with servers.tamis(data) as server:
            path = f"/v1/contact-types/{made.id}/contacts/"
            _write_for(server.port, keys.secret_key, path, 2.0)
            begun = server.processor()
            _write_for(server.port, keys.secret_key, path, IDLE_SECONDS)
            spent[count].append((server.processor() - begun) / IDLE_SECONDS * 1_000)
    ours, bare = Measured.of(spent[IDLE]), Measured.of(spent[0])
    return Figure(
        f"{IDLE:,} idle webhooks: processor time of a server that writes {WRITES_PER_SECOND} contacts/s",
        "ms/s",
        ours,
        bare,
        "no webhooks",
        "nothing measurable",
        ours.low <= bare.high * 1.05,
    )


def _write_for(port: int, secret: str, path: str, seconds: float) -> None:
    """Write contacts at a steady rate; their country changes with each write."""
    client = http.client.HTTPConnection("127.0.0.1", port)
    begun = time.perf_counter()
    for number in range(int(seconds * WRITES_PER_SECOND)):
        time.sleep(max(begun + number / WRITES_PER_SECOND - time.perf_counter(), 0))
        country = "India" if number % 2 else "Peru"
        body = json.dumps({"fields": {"country": country}})
        headers = {"authorization": f"Bearer {secret}", "prefer": "return=minimal", "content-type": "application/json"}
        client.request("PUT", f"{path}p{number % 20}@example.org", body, headers)
        answer = client.getresponse()
        answer.read()
        assert answer.status in (200, 201, 204), answer.status
    client.close()


def _call(port: int, secret: str, method: str, path: str) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.request(method, path, headers={"authorization": f"Bearer {secret}"})
    answer = client.getresponse()
    assert answer.status == 200, answer.read()
    client.close()


def _bodies(services: Services, account_id: int) -> list[bytes]:
    """Return the bodies of the messages."""
    bodies: list[bytes] = []
    number = 0
    while True:
        page = read_outgoing(services, account_id, number, None)
        entered = [change for change in page.changes if change.type == "entered"]
        if page.last <= number:
            return bodies
        number = page.last
        batch = Batch()
        for change in entered:
            batch.add(change)
        if entered:
            bodies.append(batch.body(number))


async def _send_bare(port: int, bodies: list[bytes]) -> None:
    for body in bodies:
        async with httpcore.AsyncConnectionPool() as pool:
            headers = [("host", "127.0.0.1"), ("connection", "close")]
            answer = await pool.request("POST", f"http://127.0.0.1:{port}/", headers=headers, content=body)
            assert answer.status == 200


def _received(port: int) -> int:
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.request("GET", "/", headers={"connection": "close"})
    count = int(client.getresponse().read())
    client.close()
    return count


@contextmanager
def _receiver() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.terminate()
