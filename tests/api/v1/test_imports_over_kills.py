"""An import that is repeated after a kill is started once, and ends."""

import random
import threading
import time
from contextlib import suppress
from pathlib import Path

import requests

from tests.support.effort import examples
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.programs import Program, program_of
from tests.support.users import new_account

ROUNDS = examples(60)
LONGEST_SECONDS = 0.15
ROWS = 3


def test_a_killed_server_imports_once(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with server:
        owner = program_of(new_account(server.data, server.address, "owner@example.org"))
        type_id = owner.create("contact-types", {"name": "People"})["id"]
        known: set[int] = set()
        for round_number in range(ROUNDS):
            rows = [f"p{round_number}.{row}@example.org\n" for row in range(ROWS)]
            content = "".join(["email\n", *rows]).encode()
            key = f"round-{round_number}"

            first = Program(server.address, owner.secret_key)
            sender = threading.Thread(target=_send, args=(first, type_id, key, content))
            sender.start()
            time.sleep(random.uniform(0, LONGEST_SECONDS))
            server.kill()
            sender.join()
            server.start()
            program = Program(server.address, owner.secret_key)
            answer = _send(program, type_id, key, content)
            assert answer is not None
            assert answer.status_code == 202, answer.text
            until = time.monotonic() + TIMEOUT_SECONDS
            while program.result(program.get(f"imports/{answer.json()['id']}"))["state"] == "running":
                assert time.monotonic() < until
                time.sleep(0.02)
            again = _send(program, type_id, key, content)
            assert again is not None
            assert again.json()["id"] == answer.json()["id"]
            new = [item for item in program.pages("imports") if item["id"] not in known]
            known |= {item["id"] for item in new}
            assert [item["state"] for item in new if item["state"] != "interrupted"] == ["finished"], new
            assert sum(item["created"] for item in new) == ROWS, new


def _send(program: Program, type_id: int, key: str, content: bytes) -> requests.Response | None:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": key}
    with suppress(requests.RequestException):
        return program.call("POST", "imports", params={"contact_type_id": type_id}, data=content, headers=headers)
    return None
