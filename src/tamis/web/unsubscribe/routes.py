"""The routes below `/u`: unsubscribing with one click (RFC 8058), and the page for people.

The link is the only authority. There is no cookie, so no other site can use a browser to do what its owner did not
mean: whoever could forge a request has the link, and needs no browser of somebody else. A GET changes nothing, since
scanners open every link of an email.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from http import HTTPStatus

from litestar.handlers import ASGIRouteHandler, asgi

from tamis import log
from tamis.actions.consent import unsubscribing
from tamis.actions.consent.unsubscribe_links import PATH, UnsubscribeLink, read_link
from tamis.actions.services import Services
from tamis.domain.accounts.actors import RECIPIENT
from tamis.domain.consent.topics import is_subscribed
from tamis.domain.errors import Busy, TamisError
from tamis.web.body_values import BodyValues, InvalidBody, parse_body
from tamis.web.client_networks import client_network
from tamis.web.http import (
    HANDLES_SUBPATHS,
    NOT_STORED,
    SECURITY,
    BodyTooLarge,
    ClientDisconnected,
    Headers,
    RawResponse,
    Receive,
    Request,
    Scope,
    Send,
)
from tamis.web.monitoring.traffic import client_address, request_record
from tamis.web.throttle import Throttle
from tamis.web.unsubscribe.one_click import is_one_click
from tamis.web.write_limit import WriteLimit

INTERFACE = "unsubscribe"
METHODS = ("GET", "HEAD", "POST")
MAX_BODY = 16_384
WINDOW_SECONDS = 60.0
USES_PER_WINDOW, WRONG_PER_WINDOW = 60, 60
"""How often one link may be used with each method, and how many wrong links may come from one network. Right links have
no limit by network: mail providers send the clicks of all their users from a few addresses."""
HEADERS: Headers = (
    *((name, value) for name, value in SECURITY if name != b"referrer-policy"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
)
HTML, TEXT, CSS = b"text/html; charset=utf-8", b"text/plain; charset=utf-8", b"text/css; charset=utf-8"
FOR_A_YEAR = (b"cache-control", b"public, max-age=31536000, immutable")
SAVED = "saved"
ID = re.compile(r"[0-9]{1,18}")
NOT_UNDERSTOOD = "That request was not understood, so nothing has changed. Please use the buttons below."


class _TooManyRequests(Exception):
    """A link is used too often, or a network tries too many wrong ones."""


def unsubscribe_routes(services: Services, writes: WriteLimit) -> list[ASGIRouteHandler]:
    """Make the routes as a raw ASGI handler: a click has to be answered at once, also right after the start."""
    uses, wrong = Throttle(USES_PER_WINDOW, WINDOW_SECONDS), Throttle(WRONG_PER_WINDOW, WINDOW_SECONDS)

    def find(request: Request, token: str) -> UnsubscribeLink | None:
        """Return whom a link is for; raises _TooManyRequests."""
        link = read_link(services.records.reader(), services.clock(), token)
        use = f"{request.method} {token}"  # so that no number of visits keeps a mail program from unsubscribing
        key = client_network(client_address(request.scope) or "") if link is None else use
        throttle = wrong if link is None else uses
        if throttle.wait_seconds(key) > 0:
            raise _TooManyRequests
        throttle.record_failure(key)
        return link

    async def answer(request: Request) -> RawResponse:
        token = request.scope["path"].strip("/").removeprefix(f"{PATH[1:]}").strip("/")
        if request.method not in METHODS:
            allowed = ((b"allow", ", ".join(METHODS).encode()),)
            return _response(405, TEXT, b"This address takes GET and POST only.\n", allowed)
        if token == "page.css":
            return _stylesheet()
        link = find(request, token)
        if link is None:
            return _no_link()
        request_record(request.scope).account_id = link.account.id
        if request.method != "POST":
            return _link_page(services, link, token, is_saved=SAVED in request.query())
        return await _respond_to_post(services, writes, request, link, token)

    @asgi(PATH, copy_scope=False, opt={HANDLES_SUBPATHS: True})
    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        record = request_record(scope)
        record.interface, record.route = INTERFACE, f"{PATH}/{{token}}"
        request = Request.of(scope, receive)
        try:
            response = await answer(request)
        except ClientDisconnected:
            return
        except Exception as error:
            response = _failure(await asyncio.to_thread(services.records.diagnose, error), scope)
        await _send(response, send)

    return [handle]


async def _respond_to_post(
    services: Services, writes: WriteLimit, request: Request, link: UnsubscribeLink, token: str
) -> RawResponse:
    body = await request.body(MAX_BODY)
    values = _parse(request, body)
    action = "" if values is None else values.scalar("action")

    async def run(write: Callable[..., object], *arguments: object) -> None:
        await writes.run(RECIPIENT, link.account.id, write, link, *arguments)

    if is_one_click(values, body):
        if not unsubscribing.is_unsubscribed(services.records.reader(), link):
            await run(unsubscribing.unsubscribe)
        return _response(200, TEXT, b"You are unsubscribed.\n")
    if action == "unsubscribe":
        await run(unsubscribing.unsubscribe)
    elif action == "choose" and values is not None:
        await run(unsubscribing.choose_topics, _ids(values, "shown"), _ids(values, "topic"))
    else:
        return _link_page(services, link, token, 400, NOT_UNDERSTOOD)
    result = f"?{SAVED}" if action == "choose" else ""
    return _response(303, TEXT, b"", ((b"location", f"{PATH}/{token}{result}".encode()),))


def _ids(values: BodyValues, name: str) -> set[int]:
    return {int(text) for text in values.array(name) if isinstance(text, str) and ID.fullmatch(text)}


def _parse(request: Request, body: bytes) -> BodyValues | None:
    """Return the values of a form, or None if it is none."""
    try:
        return parse_body(request.header(b"content-type"), request.header(b"content-encoding"), body)
    except InvalidBody:
        return None


def _link_page(
    services: Services,
    link: UnsubscribeLink,
    token: str,
    status: int = 200,
    problem: str = "",
    *,
    is_saved: bool = False,
) -> RawResponse:
    from tamis.web.unsubscribe.page import LinkPage, TopicChoice, link_page  # templates: only for people

    db = services.records.reader()
    topics = [
        TopicChoice(topic.id, topic.name, topic.description, is_subscribed(subscription))
        for topic, subscription in unsubscribing.topics_of_link(db, link)
    ]
    shown = LinkPage(
        link.account.name,
        link.email.address,
        f"{PATH}/{token}",
        is_unsubscribed=unsubscribing.is_unsubscribed(db, link),
        topics=topics,
        is_saved=is_saved,
        problem=problem,
    )
    return _response(status, HTML, link_page(shown).encode())


def _message(status: int, title: str, *paragraphs: str, headers: Headers = ()) -> RawResponse:
    from tamis.web.unsubscribe.page import message_page

    return _response(status, HTML, message_page(title, *paragraphs).encode(), headers)


def _no_link() -> RawResponse:
    """Return the answer to all links that are not valid: forged, incomplete or too old."""
    return _message(
        404,
        "This link does not work",
        "It may be incomplete, or too old. Nothing has changed.",
        "Open the link in the newest mail that you have from the sender, and make sure that all of it is opened.",
        "If that does not help, reply to the mail and ask not to be mailed any more: senders have to respect that.",
    )


def _failure(error: Exception, scope: Scope) -> RawResponse:
    match error:
        case _TooManyRequests() | Busy():
            again = ((b"retry-after", str(int(WINDOW_SECONDS)).encode()),)
            return _message(429, "Too many requests", "Please try again in a minute.", headers=again)
        case BodyTooLarge():
            return _message(413, "That request is too large", "Nothing has changed. Please open the link again.")
        case TamisError():
            log.event("request_not_served", level=logging.ERROR, interface=INTERFACE, reason=str(error))
            return _message(503, "This does not work right now", "Nothing has changed. Please try again later.")
        case _:
            reference = request_record(scope).id
            log.event("fault", level=logging.ERROR, error=error, interface=INTERFACE, request=reference)
            return _message(500, "Something went wrong on our side", f"Please try again later. Reference: {reference}")


def _stylesheet() -> RawResponse:
    from tamis.web.unsubscribe.page import stylesheet

    return _response(200, CSS, stylesheet(), (FOR_A_YEAR,))


def _response(status: int, kind: bytes, body: bytes, headers: Headers = ()) -> RawResponse:
    return RawResponse(HTTPStatus(status), body, ((b"content-type", kind), *headers))


async def _send(response: RawResponse, send: Send) -> None:
    headers = [*HEADERS, *response.headers, (b"content-length", str(len(response.body)).encode())]
    if not any(name == b"cache-control" for name, _ in headers):
        headers.append(NOT_STORED)
    await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
