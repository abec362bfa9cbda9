"""A batch whose server is killed: what was stored is known, and the repeated request answers as if nothing happened."""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.effort import examples
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.users import new_account

ROUNDS = examples(40, least=2)
LINES = 5_000
LONGEST_SECONDS = 0.5
LINES_AT_ONCE = 250


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_a_killed_batch_is_done_once(tmp_path: Path, form: str) -> None:
    server = Server(tmp_path / "data")
    with server:
        person = new_account(server.data, server.address, "owner@example.org")
        key = program_of(person).secret_key
        partly = 0
        for number in range(ROUNDS):
            program = Program(server.address, key)
            type_id = program.create("contact-types", {"name": f"Type {number}"})["id"]
            path, contacts = f"contact-types/{type_id}/contacts", items(LINES)
            sender = threading.Thread(target=quietly, args=(program, path, form, contacts, f"key-{number}"))
            sender.start()
            time.sleep(random.uniform(0, LONGEST_SECONDS))
            server.kill()
            sender.join()
            server.start()
            program = Program(server.address, key)
            partly += 0 < len(program.pages(path, limit=1000)) < LINES
            first = send(program, path, form, contacts, f"key-{number}")
            second = send(program, path, form, contacts, f"key-{number}")
            assert second.content == first.content
            counts = [first.json()[status] for status in ("created", "updated", "unchanged", "rejected")]
            assert counts == [LINES, 0, 0, 1]
            assert [result["index"] for result in first.json()["results"]] == list(range(LINES + 1))
            assert len({contact["email"] for contact in program.pages(path, limit=1000)}) == LINES
        assert partly == 0 or form == "ndjson", "a JSON batch is stored as a whole or not at all"


def items(count: int) -> list[dict[str, str]]:
    return [{"email": "no email"}, *({"email": f"p{number}@example.org"} for number in range(count))]


def quietly(*arguments: Any) -> None:
    with suppress(requests.RequestException):
        send(*arguments)


def send(program: Program, path: str, form: str, contacts: list[dict[str, str]], key: str) -> requests.Response:
    if form == "json":
        return program.post(f"{path}/batch", {"contacts": contacts}, Idempotency_Key=key)
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}
    return program.call("POST", f"{path}/batch", data=lines(contacts), headers=headers)


def lines(contacts: list[dict[str, str]]) -> Iterator[bytes]:
    for first in range(0, len(contacts), LINES_AT_ONCE):
        yield "".join(json.dumps(item) + "\n" for item in contacts[first : first + LINES_AT_ONCE]).encode()
