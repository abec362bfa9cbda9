"""Run the calls that need the columns: in this process, or on the server that has them open."""

import threading
import time

from tamis.actions.local_call import LocalCall, Result
from tamis.actions.local_protocol import PATH, decode_error, decode_result, encode_call
from tamis.actions.maintenance.retention import Retention
from tamis.actions.server_file import find_server
from tamis.actions.services import Services
from tamis.domain.errors import ProjectionInUse, Unavailable

LOCK_TIMEOUT_SECONDS = 60
PAUSE_SECONDS = 0.05
RESPONSE_TIMEOUT_SECONDS = 600


def run_call(services: Services, call: LocalCall[Result], seconds: float = RESPONSE_TIMEOUT_SECONDS) -> Result:
    """Run a call with the columns of this process or, where a server has them open, on that server; waits while another
    command has them.

    Raises what the call raises, and Unavailable when the server does not respond within so many seconds.
    """
    pause = threading.Event()
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            services.open_columns()
            Retention(services).run_if_due()
            break
        except ProjectionInUse:
            reply = call_server(services, call, seconds)
            if reply is not None:
                return decode_result(call, reply)
            if time.monotonic() > deadline:
                raise Unavailable("data_held_by_command") from None
            pause.wait(PAUSE_SECONDS)
    return call.run(services)


def call_server(services: Services, call: LocalCall[Result], seconds: float) -> bytes | None:
    """Return the result of the server on the same data, still encoded; None when no server is running."""
    server = find_server(services.settings.data)
    if server is None:
        return None
    from urllib.error import HTTPError  # loaded only where a server runs: most commands start without it
    from urllib.request import ProxyHandler, Request, build_opener

    body = encode_call(call)
    try:
        request = Request(
            server.address.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]") + PATH,
            body,
            {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"},
        )
    except ValueError:  # not an address
        return None
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=seconds) as response:
            answer: bytes = response.read()
            return answer
    except HTTPError as error:
        raise decode_error(error.code, error.read()) from None
    except TimeoutError:
        raise Unavailable("server_does_not_answer") from None
    except OSError:  # the file is of a server that was killed
        return None
