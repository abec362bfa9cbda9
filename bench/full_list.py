"""The full list of a segment of half a million, streamed: how fast, and with how much memory."""

from collections.abc import Iterator
from pathlib import Path

from bench import servers
from bench.harness import Figure, Measured
from bench.load import another_process, drain, request
from bench.servers import Server
from bench.stores import Store, Stores
from bench.web import fetch

TIMES = 5
LEAST_RATE = 100.0
MOST_MEMORY = 100.0
SLOW_RATE = 20e6
SLOW_SECONDS = 12.0


def run(stores: Stores) -> Iterator[Figure]:
    """Read the list with Tamis and with bare uvicorn in turn, then slowly with Tamis."""
    store = stores.copy()
    path = f"/api/segment/email/list?segment_id={store.half_id}"
    requested = request("GET", path, store.headers)
    rates, bare_rates, peaks = [], [], []
    with another_process() as worker:
        file = _save(store, path, stores.directory / "full_list.json")
        with servers.bare(file, stream=True) as bare:
            for _ in range(TIMES):
                with servers.tamis(store.data) as ours:
                    idle = _idle(ours, store)
                    rates.append(_rate(*worker.call(drain, ours.port, requested)))
                    peaks.append(ours.memory("VmHWM") - idle)
                    bare_rates.append(_rate(*worker.call(drain, bare.port, requested)))
            with servers.tamis(store.data) as ours:
                idle = _idle(ours, store)
                got, seconds = worker.call(drain, ours.port, requested, SLOW_RATE, SLOW_SECONDS)
                slow_peak = ours.memory("VmHWM") - idle
    yield from _figures(file.stat().st_size, rates, bare_rates, peaks)
    yield Figure(
        "full list, slow reader: peak memory above idle",
        "MiB",
        Measured.of([slow_peak]),
        aim=f"at most {MOST_MEMORY:.0f} MiB",
        reached=slow_peak <= MOST_MEMORY,
        note=f"read at {_rate(got, seconds):.0f} MB/s",
    )


def _figures(size: int, rates: list[float], bare_rates: list[float], peaks: list[float]) -> Iterator[Figure]:
    mine, peak = Measured.of(rates), Measured.of(peaks)
    yield Figure(
        "full list: speed",
        "MB/s",
        mine,
        Measured.of(bare_rates),
        "bare uvicorn, streams the same bytes",
        f"at least {LEAST_RATE:.0f} MB/s",
        mine.median >= LEAST_RATE,
        f"{size / 1e6:.0f} MB; each time by a server just started",
    )
    yield Figure(
        "full list: peak memory above idle",
        "MiB",
        peak,
        aim=f"at most {MOST_MEMORY:.0f} MiB",
        reached=peak.high <= MOST_MEMORY,
    )


def _save(store: Store, path: str, file: Path) -> Path:
    with servers.tamis(store.data) as server:
        file.write_bytes(fetch(server.port, path, store.headers))
    return file


def _idle(server: Server, store: Store) -> float:
    fetch(server.port, "/api/segment/list", store.headers)
    server.forget_peak()
    return server.memory("VmRSS")


def _rate(got: int, seconds: float) -> float:
    return got / seconds / 1e6
