"""What one account can do to the others: each function keeps a server busy until its time is over, in threads."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote

from bench.console import CSRF
from bench.load import HOST

TIMEOUT_SECONDS = 120
READ_BYTES = 1 << 20
SMALL_BUFFER = 4_096
CSV_ROWS = 60_000


@dataclass(frozen=True, slots=True)
class Hostile:
    """The account that does its worst, and the server it does it to."""

    port: int
    keys: Mapping[str, str]
    session: str
    type_id: int
    half_id: int
    deepest_id: int
    """A segment that names another one, which names another one, as far as is allowed."""
    field_id: int
    """A field of texts."""


Attack = Callable[[Hostile, float], int]


def downloads(hostile: Hostile, seconds: float) -> int:
    """Read forty full lists at once; returns how many were read to their end."""
    return _in_threads(40, seconds, lambda _: _get(hostile, _list(hostile), hostile.keys))


def slow_readers(hostile: Hostile, seconds: float) -> int:
    """Ask for three hundred full lists and read nothing of them."""
    requested = f"GET {_list(hostile)} HTTP/1.1\r\nHost: {HOST}\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in hostile.keys.items()
    )
    open_now = []
    until = time.monotonic() + seconds
    for _ in range(300):
        with suppress(OSError):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            sock.connect((HOST, hostile.port))
            sock.sendall(requested.encode() + b"\r\n")
            open_now.append(sock)
    time.sleep(max(until - time.monotonic(), 0))
    for sock in open_now:
        sock.close()
    return len(open_now)


def adds(hostile: Hostile, seconds: float) -> int:
    """Add addresses over two hundred connections."""
    return _over_connections(hostile, 200, seconds, _write_one(hostile))


def lists(hostile: Hostile, seconds: float) -> int:
    """Ask for the list of segments over a hundred connections while one writes, so that none is remembered."""

    def query(connection: http.client.HTTPConnection) -> bool:
        return _query(connection, "GET", "/api/segment/list", None, hostile.keys) == 200

    writer = threading.Thread(target=_over_connections, args=(hostile, 1, seconds, _write_one(hostile)))
    writer.start()
    done = _over_connections(hostile, 100, seconds, query)
    writer.join()
    return done


def previews(hostile: Hostile, seconds: float) -> int:
    """Preview a rule of five hundred conditions in twelve windows of the console."""
    parts = [{"field": hostile.field_id, "operator": "contains", "values": [f"{number}x"]} for number in range(500)]
    windows = count()

    def query(connection: http.client.HTTPConnection) -> bool:
        question = {"type": hostile.type_id, "builder": f"w{next(windows)}", "number": 0, "draft": {"any": parts}}
        headers = _signed_in(hostile, connection) | {"content-type": "application/json", "accept": "application/json"}
        return _query(connection, "POST", "/segments/preview", json.dumps(question).encode(), headers) == 200

    return _over_connections(hostile, 12, seconds, query)


def pages(hostile: Hostile, seconds: float) -> int:
    """Load the most costly pages of the console in twelve windows."""
    paths = (
        f"/segments/{hostile.half_id}/overlap/all",
        f"/types/{hostile.type_id}/contacts?order=-{hostile.field_id}",
        f"/segments/{hostile.half_id}/members",
        "/segments",
    )
    turn = count()

    def query(connection: http.client.HTTPConnection) -> bool:
        return _query(connection, "GET", paths[next(turn) % len(paths)], None, _cookie(hostile)) == 200

    return _over_connections(hostile, 12, seconds, query)


def exports(hostile: Hostile, seconds: float) -> int:
    """Export a segment as a file in six windows."""

    def export(_: int) -> bool:
        return _get(hostile, f"/segments/{hostile.half_id}/export?to=csv", _cookie(hostile))

    return _in_threads(6, seconds, export)


def uploads(hostile: Hostile, seconds: float) -> int:
    """Hand in files to be looked at in six windows."""
    content = _csv(0)
    return _over_connections(hostile, 6, seconds, lambda connection: bool(_upload(hostile, connection, content)))


def imports(hostile: Hostile, seconds: float) -> int:
    """Import files in four windows, one after another."""
    numbers = count(1)

    def run(connection: http.client.HTTPConnection) -> bool:
        place = _upload(hostile, connection, _csv(next(numbers)))
        if not place:
            return False
        headers = _signed_in(hostile, connection) | {"content-type": "application/x-www-form-urlencoded"}
        if _query(connection, "POST", place, b"do=import", headers) != 303:
            return False
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.5)
            if _query(connection, "GET", place, None, _cookie(hostile)) == 303:
                break
        return True

    return _over_connections(hostile, 4, seconds, run)


def chains(hostile: Hostile, seconds: float) -> int:
    """Look at a contact's page and add by the API where segments name each other as deep as they may."""

    def query(connection: http.client.HTTPConnection) -> bool:
        page = f"/types/{hostile.type_id}/contacts/1"
        return _query(connection, "GET", page, None, _cookie(hostile)) == 200

    return _over_connections(hostile, 8, seconds, query)


ATTACKS: dict[str, Attack] = {
    attack.__name__.replace("_", " "): attack
    for attack in (downloads, slow_readers, adds, lists, previews, pages, exports, uploads, imports, chains)
}


def attack(name: str, hostile: Hostile, seconds: float) -> int:
    """Run one by its name; returns how often it came to its end."""
    return ATTACKS[name](hostile, seconds)


def _list(hostile: Hostile) -> str:
    return f"/api/segment/email/list?segment_id={hostile.half_id}"


def _write_one(hostile: Hostile) -> Callable[[http.client.HTTPConnection], bool]:
    numbers = count()
    begun = time.monotonic_ns()

    def write(connection: http.client.HTTPConnection) -> bool:
        form = f"segment_id={hostile.half_id}&first_name=A&last_name=B&email=w{begun}.{next(numbers)}@hostile.example"
        headers = dict(hostile.keys) | {"content-type": "application/x-www-form-urlencoded"}
        return _query(connection, "POST", "/api/segment/email/store", form.encode(), headers) == 200

    return write


def _csv(file: int) -> bytes:
    rows = (f"i{file}.{row}@hostile.example,{('free', 'pro')[row % 2]},{row % 90}\n" for row in range(CSV_ROWS))
    return b"email,plan,age\n" + "".join(rows).encode()


def _upload(hostile: Hostile, connection: http.client.HTTPConnection, content: bytes) -> str:
    headers = _signed_in(hostile, connection) | {"accept": "application/json", "x-file-name": quote("people.csv")}
    connection.request("PUT", f"/imports/uploads?type={hostile.type_id}", content, headers)
    answer = connection.getresponse()
    reported = answer.read()
    return str(json.loads(reported)["location"]) if answer.status == 201 else ""


def _cookie(hostile: Hostile) -> dict[str, str]:
    return {"accept": "text/html", "cookie": f"tamis_session={hostile.session}"}


_csrf: dict[str, str] = {}


def _signed_in(hostile: Hostile, connection: http.client.HTTPConnection) -> dict[str, str]:
    if hostile.session not in _csrf:
        connection.request("GET", "/account", headers=_cookie(hostile))
        found = CSRF.search(connection.getresponse().read().decode())
        assert found, "the session is not known to the server"
        _csrf[hostile.session] = found[1]
    return _cookie(hostile) | {"x-csrf-token": _csrf[hostile.session]}


def _query(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
) -> int:
    connection.request(method, path, body, dict(headers))
    answer = connection.getresponse()
    answer.read()
    if answer.status in (429, 503):
        time.sleep(0.05)
    return answer.status


def _get(hostile: Hostile, path: str, headers: Mapping[str, str]) -> bool:
    with closing(http.client.HTTPConnection(HOST, hostile.port, timeout=TIMEOUT_SECONDS)) as connection:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        while answer.read(READ_BYTES):
            pass
        if answer.status in (429, 503):
            time.sleep(0.05)
        return answer.status == 200


def _over_connections(
    hostile: Hostile, threads: int, seconds: float, act: Callable[[http.client.HTTPConnection], bool]
) -> int:
    own = threading.local()

    def once(_: int) -> bool:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection(HOST, hostile.port, timeout=TIMEOUT_SECONDS)
        try:
            return act(own.connection)
        except (OSError, http.client.HTTPException):
            own.connection.close()
            raise

    return _in_threads(threads, seconds, once)


def _in_threads(threads: int, seconds: float, act: Callable[[int], bool]) -> int:
    done = [0] * threads
    until = time.monotonic() + seconds

    def repeat(number: int) -> None:
        while time.monotonic() < until:
            try:
                done[number] += act(number)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)

    workers = [threading.Thread(target=repeat, args=(number,), daemon=True) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(seconds + TIMEOUT_SECONDS)
    return sum(done)
