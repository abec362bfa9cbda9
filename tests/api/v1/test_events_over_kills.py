"""Clients that send events while the server is killed again and again, and repeat what had no answer: each event is
there once."""

import json
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from tests.support.effort import ALL, examples
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.users import new_account

CLIENTS = 8
EVENTS = 1_000_000 if ALL else 4_000
EVENTS_PER_REQUEST = 1_000 if ALL else 50
KILLS = examples(40, least=3)
CONTACTS = 500
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
NDJSON = {"Content-Type": "application/x-ndjson"}


def test_events_are_there_once_whatever_is_killed(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with server:
        person = new_account(server.data, server.address, "owner@example.org")
        key = program_of(person).secret_key
        type_id = Program(server.address, key).create("contact-types", {"name": "People"})["id"]
        sent = [_events(client) for client in range(CLIENTS)]
        stop = threading.Event()
        killer = threading.Thread(target=_kill, args=(server, stop))
        killer.start()
        try:
            with ThreadPoolExecutor(CLIENTS) as clients:
                accepted = sum(clients.map(lambda n: _send_all(server, key, type_id, n, sent[n]), range(CLIENTS)))
        finally:
            stop.set()
            killer.join()
        program = Program(server.address, key)
        assert accepted <= EVENTS, "what was sent again counts as repeated"
        (name,) = program.pages(f"contact-types/{type_id}/event-names")
        assert name["count"] == EVENTS
        stored: list[tuple[str, str]] = []
        for contact in program.pages(f"contact-types/{type_id}/contacts", limit=1000):
            events = program.pages(f"contacts/{contact['id']}/events", limit=1000)
            stored += [(contact["email"], f"{event['id']} {event['at']}") for event in events]
        wanted = [(e["email"], f"{e.get('id')} {e['at']}") for events in sent for e in events]
        assert sorted(stored) == sorted(wanted)


def _events(client: int) -> list[dict[str, Any]]:
    """Make the events of a client, half of them with ids."""
    chance = random.Random(client)
    return [
        {
            "email": f"p{chance.randrange(CONTACTS)}@example.org",
            "event": "order",
            "at": (FIRST + timedelta(days=100 * client, seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "properties": {"amount": number},
            **({"id": f"c{client}-{number}"} if number % 2 else {}),
        }
        for number in range(EVENTS // CLIENTS)
    ]


def _kill(server: Server, stop: threading.Event) -> None:
    for _ in range(KILLS):
        if stop.wait(random.uniform(0.1, 1)):
            return
        server.kill()
        server.start()


def _send_all(server: Server, key: str, type_id: int, client: int, events: Sequence[dict[str, Any]]) -> int:
    """Send events in requests, each until it is answered; return how many were accepted."""
    accepted = 0
    for start in range(0, len(events), EVENTS_PER_REQUEST):
        some = list(events[start : start + EVENTS_PER_REQUEST])
        while True:
            try:
                answer = _send(Program(server.address, key), type_id, client, some)
            except requests.RequestException:
                time.sleep(0.05)
                continue
            if answer.status_code in (429, 503):
                time.sleep(0.05)
                continue
            counts = answer.json()
            assert (answer.status_code, counts["rejected"]) == (200, 0), answer.text
            accepted += counts["accepted"]
            break
    return accepted


def _send(program: Program, type_id: int, client: int, events: Sequence[dict[str, Any]]) -> requests.Response:
    """Send events as a document or, every other client, as lines."""
    if client % 2:
        return program.post("events", {"contact_type_id": type_id, "events": events, "create_contacts": True})
    content = "".join(f"{_json(event)}\n" for event in events).encode()
    query = {"contact_type_id": type_id, "create_contacts": "true"}
    return program.call("POST", "events", params=query, data=content, headers=NDJSON)


def _json(event: dict[str, Any]) -> str:
    return json.dumps(event)
