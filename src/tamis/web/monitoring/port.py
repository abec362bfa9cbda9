"""The metrics on a separate port, for programs on the same machine."""

from collections.abc import Callable
from contextlib import suppress

from prometheus_client import CollectorRegistry, start_http_server

from tamis.domain.errors import Unavailable

LOOPBACK = "127.0.0.1"


def open_metrics_port(port: int, registry: CollectorRegistry) -> Callable[[], None]:
    """Serve the metrics on a port of 127.0.0.1 in background threads, and return a function that stops them. Raises
    Unavailable when the port is in use."""
    try:
        server, thread = start_http_server(port, LOOPBACK, registry)
    except OSError as error:
        raise Unavailable("cannot_listen_for_metrics", host=LOOPBACK, port=port, reason=error.strerror) from None

    def close() -> None:
        with suppress(OSError):
            server.shutdown()
            server.server_close()
        thread.join()

    return close
