"""A request that is repeated after a kill is done once."""

import json
import random
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from tests.support.effort import examples
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.users import fresh, new_account

ROUNDS = examples(60)
LONGEST_SECONDS = 0.03


def test_a_killed_server_does_it_once(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with server:
        person = new_account(server.data, server.address, "owner@example.org")
        owner = program_of(person)
        type_id = owner.create("contact-types", {"name": "People"})["id"]
        for round_number in range(ROUNDS):
            name = fresh("Name")
            path, body, listed = random.choice(creations(type_id, name))
            headers = {"Idempotency_Key": f"round-{round_number}"}
            program = Program(server.address, owner.secret_key)
            program.get("contact-types")  # the routes are loaded

            def send(
                program: Program = program, path: str = path, body: Any = body, headers: dict[str, str] = headers
            ) -> None:
                with suppress(requests.RequestException):
                    program.post(path, body, **headers)

            sender = threading.Thread(target=send)
            sender.start()
            time.sleep(random.uniform(0, LONGEST_SECONDS))
            server.kill()
            sender.join()
            server.start()
            program = Program(server.address, owner.secret_key)
            first = program.post(path, body, **headers)
            second = program.post(path, body, **headers)
            assert first.status_code in (200, 201), first.text
            assert second.content == first.content
            assert json.dumps(program.pages(listed, limit=1000)).count(f'"{name}"') == 1
            if path.endswith("batch"):  # also when the first of three has stored it
                assert [result["status"] for result in first.json()["results"]] == ["created", "unchanged"]


def creations(type_id: int, name: str) -> list[tuple[str, Any, str]]:
    """Return requests that create something with a name: a path, a body, and where it is listed."""
    email = f"{name.replace(' ', '')}@example.org"
    contact = {"email": email, "fields": {"first_name": name}}
    contacts = f"contact-types/{type_id}/contacts"
    return [
        ("contact-types", {"name": name}, "contact-types"),
        ("segments", {"contact_type_id": type_id, "name": name}, "segments"),
        ("webhooks", {"url": "https://example.com/", "description": name}, "webhooks"),
        (f"{contacts}/batch", {"contacts": [contact, contact]}, contacts),
    ]
