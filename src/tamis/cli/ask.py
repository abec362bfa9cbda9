"""Questions that need the columns: answered here, or by the server or command that has them open."""

import threading
import time

from tamis.actions.local_protocol import PATH, decode_answer, encode_question, error_of, server_of
from tamis.actions.maintenance.trimming import Upkeep
from tamis.actions.questions import Answer, Question
from tamis.actions.services import Services
from tamis.domain.errors import Held, Unavailable

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.05
ANSWER_SECONDS = 600


def ask(services: Services, question: Question[Answer], seconds: float = ANSWER_SECONDS) -> Answer:
    """Return the answer to a question: with the columns of this process or, where a server has them, by putting it to
    that server; waits for a command that has them.

    Raises what answering raises, and Unavailable when a server does not answer within so many seconds.
    """
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            services.open_columns()
            Upkeep(services).turn()
            break
        except Held:
            reply = put_to_server(services, question, seconds)
            if reply is not None:
                return decode_answer(question, reply)
            if time.monotonic() > deadline:
                raise Unavailable("data_held_by_command") from None
            pause.wait(PAUSE_SECONDS)
    return question.answer(services)


def put_to_server(services: Services, question: Question[Answer], seconds: float) -> bytes | None:
    """Return the answer of the server on the same data, still encoded; None when there is no server to ask."""
    server = server_of(services.settings.data)
    if server is None:
        return None
    from urllib.error import HTTPError  # loaded where there is a server to ask: most commands start without it
    from urllib.request import ProxyHandler, Request, build_opener

    body = encode_question(question)
    try:
        request = Request(
            server.address.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]") + PATH,
            body,
            {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"},
        )
    except ValueError:  # no address
        return None
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=seconds) as response:
            answer: bytes = response.read()
            return answer
    except HTTPError as error:
        raise error_of(error.code, error.read()) from None
    except TimeoutError:
        raise Unavailable("server_does_not_answer") from None
    except OSError:  # the file was left behind by a server that was killed
        return None
