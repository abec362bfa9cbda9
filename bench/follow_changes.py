"""How long after a write 100 listeners see the change: server-sent events of `GET /v1/changes`, compared with a bare
asyncio server that commits a row to SQLite and sends it to all of its connections.

Measured from the answer to a write, which says that it is durable, until a listener has the change.
"""

import asyncio
import contextlib
import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import apsw

from bench import servers
from bench.harness import Figure, Measured
from bench.load import HOST, Worker, another_process, request
from bench.stores import Store, Stores

LISTENERS = 100
WRITES = 100
PAUSE_SECONDS = 0.05
TIMES = 3
UNTIL_HEARD_SECONDS = 60
SEEN = re.compile(rb"w\.([0-9]+)\.([0-9]+)@")
"""The round and number of a write, in the email of its contact."""
Heard = dict[tuple[int, int], list[float]]


def run(stores: Stores) -> Iterator[Figure]:
    """Write to Tamis and to the bare server in turn."""
    store = stores.copy()
    path = f"/v1/changes?after=now&segment_id={_germans(store)}"
    listen = request("GET", path, {**_keys(store), "Accept": "text/event-stream"})
    ours, bare = list[list[float]](), list[list[float]]()
    with (
        servers.tamis(store.data) as server,
        _fan_out(stores.directory / "fan-out.sqlite") as fan_out,
        another_process() as worker,
    ):
        for number in range(TIMES + 1):  # the first one warms up
            ours.append(_round(worker, server.port, listen, store, number))
            bare.append(_round(worker, fan_out, listen, store, number))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine, base = (Measured.of([_share(found, share) for found in side[1:]]) for side in (ours, bare))
        aim = "at most 100 ms" if name == "p99" else ""
        yield Figure(
            f"change seen by {LISTENERS} listeners after its write, {name}",
            "ms",
            mine,
            base,
            "bare asyncio and SQLite",
            aim,
            mine.median <= 100 if aim else None,
            f"{WRITES} writes, {1 / PAUSE_SECONDS:.0f} a second at most, 20 segments" if aim else "",
        )


def _round(worker: Worker, port: int, listen: bytes, store: Store, number: int) -> list[float]:
    """Write some contacts while others listen; return the milliseconds between each write and each listener."""
    ready = store.data.with_name(f"listening-{port}-{number}")
    listening = worker.start(hear, port, listen, number, ready)
    while not ready.exists():
        _require_running(listening)
        time.sleep(0.01)
    written: dict[tuple[int, int], float] = {}
    with socket.create_connection((HOST, port)) as sock:
        for n in range(WRITES):
            body = json.dumps({"fields": {"country": "Germany", "plan": "team"}}).encode()
            headers = {**_keys(store), "Content-Type": "application/json", "Prefer": "return=minimal"}
            target = f"/v1/contact-types/{store.type_id}/contacts/w.{number}.{n}@example.org"
            sock.sendall(request("PUT", target, headers, body))
            answer = sock.recv(65_536)
            written[number, n] = time.perf_counter()
            assert answer.startswith(b"HTTP/1.1 2"), answer
            time.sleep(PAUSE_SECONDS)
    heard = listening.result()
    assert heard.keys() == written.keys()
    assert all(len(times) == LISTENERS for times in heard.values())
    return sorted((at - written[key]) * 1000 for key, times in heard.items() for at in times)


def hear(port: int, listen: bytes, number: int, ready: Path) -> Heard:
    """Listen on many connections until all of them have heard of all writes of a round; return when each did."""
    found: Heard = {}
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as waiting:
        for _ in range(LISTENERS):
            sock = stack.enter_context(socket.create_connection((HOST, port)))
            sock.sendall(listen)
            assert sock.recv(65_536).startswith(b"HTTP/1.1 200")
            waiting.register(sock, selectors.EVENT_READ)
        ready.touch()
        missing = LISTENERS * WRITES
        while missing:
            events = waiting.select(UNTIL_HEARD_SECONDS)
            assert events, f"{missing} changes were not heard"
            for key, _ in events:
                chunk = key.fileobj.recv(65_536)  # type: ignore[union-attr]  # it is a socket
                now = time.perf_counter()
                for match in SEEN.finditer(chunk):
                    if int(match[1]) == number:
                        found.setdefault((number, int(match[2])), []).append(now)
                        missing -= 1
    return found


def _require_running(listening: "Future[Heard]") -> None:
    if listening.done():
        listening.result()


def _germans(store: Store) -> int:
    db = apsw.Connection(str(store.data / "tamis.sqlite"), flags=apsw.SQLITE_OPEN_READONLY)
    (row,) = db.execute("SELECT id FROM segments WHERE name = 'Germans of the team plan'").fetchall()
    db.close()
    return int(str(row[0]))


def _keys(store: Store) -> dict[str, str]:
    return {"Authorization": f"Bearer {store.secret_key}"}


def _share(found: list[float], share: float) -> float:
    return found[min(int(len(found) * share), len(found) - 1)]


@contextmanager
def _fan_out(file: Path) -> Iterator[int]:
    """Start the bare server for a block, and yield its port."""
    with subprocess.Popen([sys.executable, "-m", "bench.follow_changes", str(file)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def serve(file: str) -> None:
    """Serve: a PUT commits its path, and is then sent to every connection that has sent a GET."""
    db = apsw.Connection(file)
    db.execute("PRAGMA journal_mode = wal; PRAGMA synchronous = full; CREATE TABLE changes (path TEXT)").fetchall()
    listeners: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET"):
                    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    listeners.add(writer)
                    continue
                length = re.search(rb"Content-Length: ([0-9]+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                path = head.split(b" ", 2)[1]
                db.execute("INSERT INTO changes VALUES (?)", (path.decode(),)).fetchall()
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                for listener in listeners:
                    listener.write(b"data: %b\n\n" % path)
        listeners.discard(writer)
        writer.close()

    server = await asyncio.start_server(connected, HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
