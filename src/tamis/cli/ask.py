"""Questions that need the columns: answered here, or by the server or command that has them open."""

import json
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, get_type_hints

import msgspec

from tamis.actions.house import House
from tamis.actions.maintenance.trimming import Upkeep
from tamis.domain.errors import Held, Refused, Unavailable

if TYPE_CHECKING:
    from urllib.error import HTTPError

P = ParamSpec("P")
T = TypeVar("T")
SERVER_FILE = "server.json"
PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.05
ANSWER_SECONDS = 600


def ask(house: House, question: Callable[Concatenate[House, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Answer a question of `actions.questions`: with the columns of this process or, where another process has them,
    by putting it to the server; waits for a command that has them."""
    return ask_within(ANSWER_SECONDS, house, question, *args, **kwargs)


def ask_within(
    seconds: float,
    house: House,
    question: Callable[Concatenate[House, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Answer a question as `ask` does; raises Unavailable when a server does not answer for so many seconds."""
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            house.open_columns()
            Upkeep(house).turn()
            break
        except Held:
            reply = _put_to_server(house, question.__name__, args, seconds)
            if reply is not None:
                result: T = msgspec.json.decode(reply, type=get_type_hints(question)["return"])
                return result
            if time.monotonic() > deadline:
                raise Unavailable("another Tamis command has held the data for a minute: try again later") from None
            pause.wait(PAUSE_SECONDS)
    return question(house, *args, **kwargs)


def _put_to_server(house: House, name: str, arguments: tuple[Any, ...], seconds: float) -> bytes | None:
    """Give the server's answer, or None when there is no server to ask."""
    from urllib.error import HTTPError  # loaded where there is a server to ask: most commands start without it
    from urllib.request import ProxyHandler, Request, build_opener

    asked = msgspec.json.encode({"name": name, "arguments": arguments})
    try:
        server = msgspec.json.decode((house.settings.data / SERVER_FILE).read_bytes(), type=dict[str, str])
        request = Request(
            server["address"].replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]") + "/local/ask",
            asked,
            {"Authorization": f"Bearer {server['token']}", "Content-Type": "application/json"},
        )
    except (OSError, ValueError, KeyError):
        return None
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=seconds) as response:
            body: bytes = response.read()
            return body
    except HTTPError as error:
        raise Refused(_message(error)) from None
    except TimeoutError:
        raise Unavailable("the server on this data does not answer: look after it, or stop it") from None
    except OSError:  # the file was left behind by a server that was killed
        return None


def _message(error: "HTTPError") -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return f"the server on this data answered with the status {error.code}"
