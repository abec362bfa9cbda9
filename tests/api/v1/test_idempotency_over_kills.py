"""A request that is repeated after a kill is done once."""

import random
import threading
import time
from contextlib import suppress
from pathlib import Path

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
        key = program_of(person).secret_key
        for round_number in range(ROUNDS):
            name = fresh("Type")
            headers = {"Idempotency_Key": f"round-{round_number}"}
            program = Program(server.address, key)
            program.get("contact-types")  # the routes are loaded

            def send(program: Program = program, name: str = name, headers: dict[str, str] = headers) -> None:
                with suppress(requests.RequestException):
                    program.post("contact-types", {"name": name}, **headers)

            sender = threading.Thread(target=send)
            sender.start()
            time.sleep(random.uniform(0, LONGEST_SECONDS))
            server.kill()
            sender.join()
            server.start()
            program = Program(server.address, key)
            first = program.post("contact-types", {"name": name}, **headers)
            second = program.post("contact-types", {"name": name}, **headers)
            assert (first.status_code, second.content) == (201, first.content), first.text
            assert [item["name"] for item in program.pages("contact-types", limit=1000)].count(name) == 1
