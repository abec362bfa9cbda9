"""Measure what a client without a key can do to a server.

    python -m bench.attacks.edge [ATTACK]...

Each attack meets a fresh server, while a client of another account requests `segment/list` fifty times a second. Shown
are the latencies of that client, the server's memory before, at most, and after a while, and how long the server took
to stop, with half bodies open where the attack is that. For figures of an older version, run it with a copy of this
directory there.
"""

import argparse
import contextlib
import resource
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.load import HOST, another_process, request, request_at_a_rate
from bench.stores import Store, Stores
from tamis.actions.accounts.sessions import open_session
from tamis.actions.services import Services
from tamis.actions.team.users import list_users
from tamis.records.accounts.accounts import account_by_id
from tamis.settings import Settings

ATTACKER = "127.0.0.2"
"""Not the address of the quiet client, which is that of a trusted proxy."""
SECONDS = 15.0
PAUSE = 0.02
MEGABYTE = 1_000_000
NEWCOMER_SECONDS = 5.0


@dataclass
class Target:
    """A server and what is opened against it."""

    port: int
    store: Store
    session: str
    until: float
    opened: list[socket.socket]

    def connect(self) -> socket.socket:
        """Open a connection that reads as little as possible."""
        opened = socket.socket()
        opened.settimeout(1.0)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        opened.bind((ATTACKER, 0))
        opened.connect((HOST, self.port))
        self.opened.append(opened)
        return opened

    def pour(self, opened: socket.socket, content: bytes, most: int) -> None:
        """Send content over and over until that is refused, so many bytes are sent, or the time is over."""
        sent = 0
        with contextlib.suppress(OSError):
            while sent < most and time.monotonic() < self.until:
                sent += opened.send(content)

    def each(self, count: int, act: Callable[[socket.socket], None]) -> None:
        """Open connections, and do something on each of them at once."""

        def open_and_act() -> None:
            with contextlib.suppress(OSError):
                act(self.connect())

        threads = [threading.Thread(target=open_and_act) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def nothing(_: Target) -> None:
    """Nobody attacks."""


def pipelined(target: Target) -> None:
    """Twenty clients send 11 MB of requests each, and read nothing."""
    requested = request("GET", "/api/segment/list", target.store.headers) * 300
    target.each(20, lambda opened: target.pour(opened, requested, 11 * MEGABYTE))


def headers(target: Target) -> None:
    """A client sends 400 MB of header lines."""
    opened = target.connect()
    opened.sendall(b"GET /api/segment/list HTTP/1.1\r\nHost: a\r\n")
    target.pour(opened, (b"x" * 90 + b": " + b"y" * 900 + b"\r\n") * 60, 400 * MEGABYTE)


def half_requests(target: Target) -> None:
    """Eleven hundred clients send half of the headers."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # of this process; the server has started already
    for _ in range(1_100):
        with contextlib.suppress(OSError):
            target.connect().sendall(b"GET /api/segment/list HTTP/1.1\r\nHost:")


def half_bodies(target: Target) -> None:
    """A hundred clients send half of a body."""
    whole = request("POST", "/api/segment/email/store", target.store.headers, b"x" * 1_000)
    target.each(100, lambda opened: opened.sendall(whole[:-500]))


def large_forms(target: Target) -> None:
    """Two clients who are signed in send a form of 800 MB by PUT, with a wrong token."""
    head = (
        f"PUT /imports/uploads HTTP/1.1\r\nHost: a\r\nCookie: tamis_session={target.session}\r\nX-CSRF-Token: b\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 800000000\r\n\r\n"
    )

    def send(opened: socket.socket) -> None:
        opened.sendall(head.encode())
        target.pour(opened, b"a" * 65_536, 800 * MEGABYTE)

    target.each(2, send)


def slow_readers(target: Target) -> None:
    """Sixty clients with a key ask for a full list and read nothing of it."""
    path = f"/api/segment/email/list?segment_id={target.store.half_id}"
    requested = request("GET", path, target.store.headers)
    target.each(60, lambda opened: opened.sendall(requested))


def old_readers(target: Target) -> None:
    """Ten clients with a key ask for a full list over HTTP/1.0 and read nothing of it."""
    path = f"/api/segment/email/list?segment_id={target.store.half_id}"
    requested = request("GET", path, target.store.headers).replace(b"HTTP/1.1", b"HTTP/1.0")
    target.each(10, lambda opened: opened.sendall(requested))


ATTACKS: tuple[Callable[[Target], None], ...] = (
    nothing, pipelined, headers, half_requests, half_bodies, large_forms, slow_readers, old_readers,
)  # fmt: skip


def main() -> None:
    """Run the attacks that are named, or all, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.attacks.edge", description=__doc__)
    names = [attack.__name__ for attack in ATTACKS]
    parser.add_argument("names", nargs="*", metavar="ATTACK", help=f"{', '.join(names)}; default all")
    parser.add_argument("--contacts", type=int, default=300_000)
    parser.add_argument("--after", type=float, default=60.0, help="seconds until memory is looked at again")
    options = parser.parse_args()
    print("| attack | p50 ms | p99 ms | failed | a new client | MB before | at most | after | stop s |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="tamis-attack-") as directory:
        stores = Stores(Path(directory), options.contacts)
        for attack in ATTACKS:
            if not options.names or attack.__name__ in options.names:
                print(_row(attack, stores.copy(), options.after), flush=True)


def _row(attack: Callable[[Target], None], store: Store, after: float) -> str:
    requested = request("GET", "/api/segment/list", store.headers)
    begun, session = 0.0, _session(store)
    with another_process() as quiet, servers.tamis(store.data) as server:
        quiet.call(request_at_a_rate, server.port, requested, PAUSE, 2.0)
        server.forget_peak()
        before = server.memory("VmRSS")
        heard = quiet.start(request_at_a_rate, server.port, requested, PAUSE, SECONDS)
        target = Target(server.port, store, session, time.monotonic() + SECONDS, [])
        attack(target)
        newcomer = _newcomer(server.port, requested)
        try:
            outcome = heard.result()
            suffered = f"{outcome.median:.1f} | {outcome.p99:.1f} | {outcome.failed}"
        except Exception as error:  # the quiet client was refused, or not answered for half a minute
            suffered = f"{type(error).__name__} | | all"
        peak = server.memory("VmHWM")
        time.sleep(after)
        left = server.memory("VmRSS")
        if attack is not half_bodies:
            for opened in target.opened:
                opened.close()
        else:
            attack(target)
        begun = time.perf_counter()
    taken = time.perf_counter() - begun
    return f"| {attack.__name__} | {suffered} | {newcomer} | {before:.0f} | {peak:.0f} | {left:.0f} | {taken:.1f} |"


def _session(store: Store) -> str:
    services = Services(Settings.from_environment(store.data))
    try:
        account = account_by_id(services.records.reader(), store.account_id)
        assert account
        return services.write(open_session, list_users(services.records.reader(), account)[0].user)
    finally:
        services.close()


def _newcomer(port: int, requested: bytes) -> str:
    begun = time.perf_counter()
    try:
        with socket.create_connection((HOST, port), NEWCOMER_SECONDS) as opened:
            opened.sendall(requested)
            status = opened.recv(12)[9:]
    except OSError as error:
        return f"no answer: {error}"
    return f"{status.decode()} in {(time.perf_counter() - begun) * 1000:.0f} ms" if status else "closed"


if __name__ == "__main__":
    main()
