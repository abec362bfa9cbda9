"""`tamis serve` and `tamis demo`."""

from dataclasses import replace

from tamis.app import serve as run_server
from tamis.cli.common import Common
from tamis.demo.make import make_demo

LISTENING = "Tamis is listening on {}"


def serve(*, host: str = "127.0.0.1", port: int = 8000, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Serve the data directory over HTTP until stopped.

    Parameters
    ----------
    host
        Address to listen on.
    port
        Port to listen on; 0 picks a free one.
    """
    run_server(common.settings, host, port, lambda address: print(LISTENING.format(address), flush=True))


def demo(*, host: str = "127.0.0.1", port: int = 8000, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Create a demo with 599 customers and five segments, then serve it.

    Parameters
    ----------
    host
        Address to listen on.
    port
        Port to listen on; 0 picks a free one.
    """
    settings = replace(common.settings, records="")  # a demonstration is a directory that can be thrown away
    made = make_demo(settings)

    def ready(address: str) -> None:
        print(made.introduction(address), LISTENING.format(address), sep="\n", flush=True)

    run_server(settings, host, port, ready)
