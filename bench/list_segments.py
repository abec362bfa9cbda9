"""`GET segment/list` with 20 segments, compared with a bare uvicorn application that sends the same bytes."""

from collections.abc import Iterator

from bench import servers
from bench.harness import Figure, Measured
from bench.load import Outcome, another_process, drive, request
from bench.stores import Stores
from bench.web import fetch

CONNECTIONS = 16
TIMES = 5
MOST = 20_000
SECONDS = 3.0
AIM = 0.4


def run(stores: Stores) -> Iterator[Figure]:
    """Drive both servers in turn."""
    store = stores.copy()
    requested = request("GET", "/api/segment/list", store.headers)
    with servers.tamis(store.data) as ours, another_process() as worker:
        file = stores.directory / "segment_list.json"
        file.write_bytes(fetch(ours.port, "/api/segment/list", store.headers))
        with servers.bare(file) as bare:

            def drive_once(port: int) -> Outcome:
                return worker.call(drive, port, [requested], CONNECTIONS, MOST, SECONDS)

            for port in (ours.port, bare.port):
                drive_once(port)
            pairs = [(drive_once(ours.port), drive_once(bare.port)) for _ in range(TIMES)]
    mine, base = (Measured.of([pair[i].rate for pair in pairs]) for i in (0, 1))
    failed = sum(pair[0].failed + pair[1].failed for pair in pairs)
    yield Figure(
        "GET segment/list",
        "requests/s",
        mine,
        base,
        "bare uvicorn, same bytes",
        f"at least {AIM:.0%}",
        mine.median >= AIM * base.median,
        f"{file.stat().st_size:,} bytes an answer, {CONNECTIONS} connections, p99 {_p99(pairs, 0):.1f} ms "
        f"(bare {_p99(pairs, 1):.1f} ms), {failed} failed",
    )


def _p99(pairs: list[tuple[Outcome, Outcome]], side: int) -> float:
    return Measured.of([pair[side].p99 for pair in pairs]).median
