"""A listener whose server is killed again and again hears every change once and in order; a webhook, whose receiver
often fails, gets every change in order, too."""

import itertools
import random
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import requests

from tamis.columns.engine.files import NAME as FILE_NAME
from tests.api.v1.listeners import Listener
from tests.support.effort import ALL
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.receiver import (
    OK,
    Handler,
    Received,
    Receiver,
    answer,
    close,
    close_while_answering,
    receiving,
)
from tests.support.users import new_account

KILLS = 100 if ALL else 3
LONGEST_SECONDS = 1.0
PEOPLE = [f"p{number}@example.org" for number in range(12)]
RULES = {"low": "score < 5", "high": "score >= 5", "blank": "score is blank", "not low": 'is not in segment "low"'}


def test_nothing_is_skipped_and_nothing_comes_twice_over_kills(tmp_path: Path) -> None:
    chance = random.Random(seed := random.randrange(1 << 32))
    print(f"seed {seed}")
    server = Server(tmp_path / "data", {"TAMIS_WEBHOOK_NETWORKS": "loopback"})
    with receiving() as receiver, server:
        receiver.otherwise = answer_at_random
        owner = new_account(server.data, server.address, "owner@example.org")
        api = program_of(owner)
        type_id = api.create("contact-types", {"name": "People"})["id"]
        api.create(f"contact-types/{type_id}/fields", {"name": "Score", "kind": "number"})
        contacts = f"contact-types/{type_id}/contacts"
        segments = {
            name: api.create("segments", {"contact_type_id": type_id, "name": name, "rule": rule})["id"]
            for name, rule in RULES.items()
        }
        begin = api.get("changes", after="now").json()["next_cursor"]
        listener = Listener(api, begin)
        webhook = api.create("webhooks", {"url": receiver.url})
        for _ in range(KILLS):
            threads = [
                threading.Thread(target=write_until_killed, args=(Program(server.address, api.secret_key), contacts))
                for _ in range(2)
            ]
            threads.append(threading.Thread(target=listen_until_killed, args=(listener,)))
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.05, LONGEST_SECONDS))
            server.kill()
            for thread in threads:
                thread.join()
            if chance.random() < 0.2:
                for file in server.data.glob(f"{FILE_NAME}*"):
                    file.unlink()
            server.start()
            api.base = server.address
        heard = [*listener.heard, *pages(api, listener.last_id)]
        assert heard == with_present_contacts(pages(api, begin), heard)
        deliver_all(api, webhook, receiver, heard[-1]["id"] if heard else 0)
        delivered = {change["id"]: change for received in receiver.received for change in changes_in(received)}
        assert list(delivered.values()) == without_emails(heard)
        contents: dict[str, list[dict[str, Any]]] = {}
        for received in receiver.received:
            assert contents.setdefault(received.message_id, changes_in(received)) == changes_in(received)
        assert members_after(heard, segments.values()) == {
            segment_id: {member["id"] for member in api.pages(f"segments/{segment_id}/members")}
            for segment_id in segments.values()
        }
        scores = {contact["email"]: contact["fields"]["score"] for contact in api.pages(contacts)}
        low = {email for email, score in scores.items() if score is not None and score < 5}
        shown = {
            name: {member["email"] for member in api.pages(f"segments/{segment_id}/members")}
            for name, segment_id in segments.items()
        }
        assert (shown["low"], shown["not low"]) == (low, scores.keys() - low)


def answer_at_random(handler: Handler) -> None:
    """Answer a webhook, or fail."""
    random.choice((OK, OK, OK, close_while_answering, close, answer(500)))(handler)


def deliver_all(api: Program, webhook: dict[str, Any], receiver: Receiver, last: int) -> None:
    """Wait until a webhook has got all changes; editing it tries it at once."""
    receiver.otherwise = OK
    for attempt in itertools.count():
        if api.result(api.get(f"webhooks/{webhook['id']}"))["position"] >= last:
            return
        assert attempt < 1_000
        api.result(api.patch(f"webhooks/{webhook['id']}", {"description": f"attempt {attempt}"}))
        time.sleep(0.2)


def changes_in(received: Received) -> list[dict[str, Any]]:
    """Return the changes of a message; the email of a contact that was deleted meanwhile is not in later attempts."""
    return without_emails(received.json["data"]["changes"])


def without_emails(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**change, "email": None} for change in changes]


def write_until_killed(api: Program, contacts: str) -> None:
    with suppress(requests.RequestException):
        while True:
            email = random.choice(PEOPLE)
            if random.random() < 0.1:
                api.delete(f"{contacts}/{email}")
            else:
                score = random.choice((None, *range(10)))
                api.put(
                    f"{contacts}/{email}", {"fields": {"score": score}}, Prefer=random.choice(("", "return=minimal"))
                )


def listen_until_killed(listener: Listener) -> None:
    with suppress(httpx.HTTPError):
        listener.listen()


def pages(api: Program, after: str) -> list[dict[str, Any]]:
    """Return the changes after a number, read in pages."""
    found: list[dict[str, Any]] = []
    while True:
        page = api.result(api.get("changes", after=after, limit=random.randint(1, 1000)))
        found, after = [*found, *page["data"]], page["next_cursor"]
        if not page["has_more"]:
            return found


def with_present_contacts(changes: list[dict[str, Any]], heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return changes with the emails that were known when they were heard."""
    return [
        {**change, "email": known["email"]} if known["email"] else change
        for change, known in zip(changes, heard, strict=True)
    ]


def members_after(changes: list[dict[str, Any]], segment_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return who is in each of some segments after changes that began when they were empty."""
    members = {segment_id: set[int]() for segment_id in segment_ids}
    for change in changes:
        known = members[change["segment_id"]]
        assert (change["recipient_id"] in known) is (change["type"] == "left")
        known ^= {change["recipient_id"]}
    return members
