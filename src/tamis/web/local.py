"""The endpoint for commands on the same machine, which call the server where they need the projection."""

import hmac
import logging
from typing import Any

from litestar import Request, Router, post
from litestar.exceptions import HTTPException
from litestar.response import Response

from tamis import log
from tamis.actions.local_call import LocalCall
from tamis.actions.local_protocol import PATH, ErrorMessage, decode_call, error_message
from tamis.actions.services import Services
from tamis.domain.errors import Refused, TamisError
from tamis.web.monitoring.traffic import client_address, request_record
from tamis.web.request_tasks import run_in_lane

MAX_BODY = 16_777_216
NO_ACCOUNT = "commands"
"""The lane account of calls that concern all accounts, such as a backup."""

LocalRequest = Request[Any, Any, Any]


def local_routes(services: Services, token: str) -> Router:
    """Make the routes; a caller must send the token from the data directory."""

    def run(call: LocalCall[Any]) -> object:
        with services.records.diagnosing():
            return call.run(services)

    @post(
        PATH,
        status_code=200,
        request_max_body_size=MAX_BODY,
        exception_handlers={TamisError: _refused, HTTPException: _http_error, Exception: _internal_error},
    )
    async def call_endpoint(request: LocalRequest) -> Response[Any]:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
            log.event("local_token_refused", level=logging.WARNING, address=client_address(request.scope))
            return _failure(403, "only_for_commands")
        call = decode_call(await request.body())
        account = call.target_account or NO_ACCOUNT
        return Response(await run_in_lane(services.lanes.commands, account, lambda: run(call)))

    return Router("/", route_handlers=[call_endpoint], opt={"interface": "local"}, include_in_schema=False)


def _refused(_: LocalRequest, error: TamisError) -> Response[ErrorMessage]:
    return Response(error_message(error), status_code=409)


def _http_error(_: LocalRequest, error: HTTPException) -> Response[ErrorMessage]:
    return _failure(error.status_code, "question_too_large" if error.status_code == 413 else "not_a_question")


def _internal_error(request: LocalRequest, error: Exception) -> Response[ErrorMessage]:
    record = request_record(request.scope)
    log.event("fault", level=logging.ERROR, error=error, interface="local", route=PATH, request=record.id)
    return _failure(500, "fault_in_server")


def _failure(status: int, code: str) -> Response[ErrorMessage]:
    return Response(error_message(Refused(code)), status_code=status)
