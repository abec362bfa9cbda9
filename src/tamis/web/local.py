"""The endpoint for commands on the same machine: they put the questions that need the columns to the server."""

import hmac
import logging
from typing import Any

from tamis import log
from tamis.actions.house import House
from tamis.actions.local_protocol import PATH, decode_question, failure_of
from tamis.actions.questions import Question
from tamis.domain.errors import Refused, TamisError
from tamis.web.http import Answer, App, BodyTooLarge, Receive, Request, Scope, Send, json_answer, send_answer
from tamis.web.lanes import in_lane
from tamis.web.monitoring.traffic import address_of, exchange_of

MAX_BODY = 16_777_216
OF_NOBODY = "commands"
"""Whose turn it is where a question is about all accounts, as a backup is."""


def _answered(house: House, question: Question[Any]) -> object:
    with house.records.explaining():
        return question.answer(house)


def local_door(house: House, token: str) -> App:
    """Make the application; only who can read the token from the data directory is answered."""

    async def reply(request: Request) -> Answer:
        if request.method != "POST" or request.path != PATH:
            return _failed(404, "nothing_here")
        if not hmac.compare_digest(request.header(b"authorization").encode(), f"Bearer {token}".encode()):
            log.event("local_token_refused", level=logging.WARNING, address=address_of(request.scope))
            return _failed(403, "only_for_commands")
        kind = ""
        try:
            question = decode_question(await request.body(MAX_BODY))
            kind = type(question).__name__
            account = question.about_account or OF_NOBODY
            return json_answer(200, await in_lane(house.lanes.commands, account, lambda: _answered(house, question)))
        except BodyTooLarge:
            return _failed(413, "question_too_large")
        except TamisError as error:
            return json_answer(409, failure_of(error))
        except Exception as error:
            log.event(
                "fault",
                level=logging.ERROR,
                error=error,
                interface="local",
                route=kind,
                request=exchange_of(request.scope).id,
            )
            return _failed(500, "fault_in_server")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(await reply(Request.of(scope, receive, scope["path"])), send)

    return app


def _failed(status: int, code: str) -> Answer:
    return json_answer(status, failure_of(Refused(code)))
