"""The metrics on a port of their own, for whoever is on the machine itself."""

from collections.abc import Callable
from contextlib import suppress

from prometheus_client import CollectorRegistry, start_http_server

from tamis.domain.errors import Unavailable

LOOPBACK = "127.0.0.1"


def open_metrics_port(port: int, registry: CollectorRegistry) -> Callable[[], None]:
    """Answer with the metrics on a port of 127.0.0.1, in threads of their own; return what ends that. Raises
    Unavailable where the port is taken."""
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
