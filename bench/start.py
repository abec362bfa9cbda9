"""From starting the server's process to its first answer, with all contacts in the store."""

import time
from collections.abc import Iterator

from bench import servers
from bench.harness import Figure, in_turn
from bench.stores import Stores
from bench.web import fetch

TIMES = 7
AIM = 1.0


def run(stores: Stores) -> Iterator[Figure]:
    """Start Tamis and bare uvicorn in turn."""
    store = stores.copy()
    file = stores.directory / "start.json"
    with servers.tamis(store.data) as server:
        file.write_bytes(fetch(server.port, "/api/segment/list", store.headers))

    def ours() -> float:
        with servers.tamis(store.data) as server:
            fetch(server.port, "/api/segment/list", store.headers)
            return time.perf_counter() - server.begun

    def bare() -> float:
        with servers.bare(file) as server:
            fetch(server.port, "/", {})
            return time.perf_counter() - server.begun

    mine, base = in_turn(TIMES, ours, bare)
    yield Figure(
        "start of the server to its first segment/list",
        "s",
        mine,
        base,
        "bare uvicorn, same bytes",
        f"at most {AIM:.0f} s",
        mine.median <= AIM,
        "the files were read before, so they are in the memory of the system",
    )
