"""The door for commands on the same machine: they put the questions that need the columns to the server."""

import hmac
import logging
from dataclasses import dataclass

import msgspec

from tamis import log
from tamis.actions.house import House
from tamis.actions.questions import QUESTIONS, account_of, answer
from tamis.domain.errors import TamisError
from tamis.web.http import Answer, App, BodyTooLarge, Receive, Request, Scope, Send, json_answer, send_answer
from tamis.web.lanes import in_lane
from tamis.web.monitoring.traffic import address_of, exchange_of

PATH = "/local/ask"
MAX_BODY = 16_777_216
OF_NOBODY = "commands"
"""Whose turn it is where a question is about all accounts, as a backup is."""


@dataclass(frozen=True, slots=True)
class Question:
    """One of `QUESTIONS` with its arguments."""

    name: str
    arguments: list[object]


def _looked_up(house: House, question: Question) -> object:
    with house.records.explaining():
        return answer(house, question.name, question.arguments)


def local_door(house: House, token: str) -> App:
    """Make the application; only who can read the token from the data directory is answered."""

    async def reply(request: Request) -> Answer:
        if request.method != "POST" or request.path != PATH:
            return json_answer(404, {"message": "there is nothing here"})
        if not hmac.compare_digest(request.header(b"authorization").encode(), f"Bearer {token}".encode()):
            log.event("local_token_refused", level=logging.WARNING, address=address_of(request.scope))
            return json_answer(403, {"message": "this door is for commands on the machine itself"})
        try:
            question = msgspec.json.decode(await request.body(MAX_BODY), type=Question)
        except BodyTooLarge:
            return json_answer(413, {"message": "the question is too large"})
        except msgspec.DecodeError:
            return json_answer(400, {"message": "this is no question"})
        if question.name not in QUESTIONS:
            return json_answer(404, {"message": "the server is of another version than the command: restart it"})
        try:
            account = account_of(question.name, question.arguments) or OF_NOBODY
            found = in_lane(house.lanes.commands, account, lambda: _looked_up(house, question))
            return json_answer(200, await found)
        except TamisError as error:
            return json_answer(409, {"message": error.message})
        except Exception as error:
            log.event(
                "fault",
                level=logging.ERROR,
                error=error,
                interface="local",
                route=question.name,
                request=exchange_of(request.scope).id,
            )
            return json_answer(500, {"message": "something went wrong in the server: its log says what"})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(await reply(Request.of(scope, receive, scope["path"])), send)

    return app
