"""`tamis serve` and the commands with TAMIS_RECORDS."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import forked
from tests.support.process import TIMEOUT_SECONDS, Refused, Server, environment
from tests.support.users import Person

PASSWORD = "a-secret-word"
NAMES = {"first_name": "Anna", "last_name": "Berg"}


@pytest.fixture
def settings(url: str) -> dict[str, str]:
    return {"TAMIS_RECORDS": f"{url}&password={PASSWORD}"}


Command = Callable[..., dict[str, Any]]


@pytest.fixture
def tamis(settings: dict[str, str], tmp_path: Path) -> Command:
    """Run commands on the directory and the database."""
    return lambda *words: run(tmp_path / "data", settings, *words)


def run(data: Path, settings: dict[str, str], *words: object) -> dict[str, Any]:
    """Run a command in a process of its own; raises Refused."""
    command = [sys.executable, "-m", "tamis", *map(str, words), "--data", str(data), "--json"]
    done = forked.run_text(command, env=environment(settings), timeout=TIMEOUT_SECONDS)
    if done.returncode:
        raise Refused(done.stderr)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_a_killed_server_has_lost_nothing_and_another_goes_on(
    tmp_path: Path, settings: dict[str, str], tamis: Command
) -> None:
    account = tamis("account", "create", "--email", "owner@example.org")
    with Server(tmp_path / "data", settings) as server:
        owner = person(server, account)
        type_id = tamis("type", "create", "People")["id"]
        segment = owner.make_segment(type_id)
        stored = owner.post("segment/email/store", json={"segment_id": segment, "email": "anna@example.org", **NAMES})
        assert stored.status_code == 200, stored.text
        assert sizes(owner) == [1]
        server.kill()
        server.start()
        again = person(server, account)
        assert sizes(again) == [1]
        assert again.post("segment/email/store", json={"segment_id": segment, "email": "b@example.org", **NAMES}).ok
        assert sizes(again) == [2]
        assert tamis("doctor")["ok"]
        assert PASSWORD not in "".join(server.output + server.errors)
    with Server(tmp_path / "a new directory", settings) as other:  # its projection is built from the records
        assert sizes(person(other, account)) == [2]


def person(server: Server, account: dict[str, Any]) -> Person:
    return Person(
        server.data, f"{server.address}/api/", account["account_id"], "owner@example.org", account["public_key"],
        account["secret_key"],
    )  # fmt: skip


def sizes(owner: Person) -> list[int]:
    answer = owner.get("segment/list").json()
    return [segment["segment_emails_count"] for segment in answer["message"]["segments"]]


def test_a_second_server_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    with Server(tmp_path / "data", settings):
        second = Server(tmp_path / "second", settings)
        with pytest.raises(AssertionError, match="one server at a time may"):
            second.start()


def test_what_is_for_files_is_refused_in_a_sentence(tmp_path: Path, tamis: Command) -> None:
    tamis("account", "create", "--email", "owner@example.org")
    with pytest.raises(Refused, match="use pg_dump"):
        tamis("backup", tmp_path / "backup")
    with pytest.raises(Refused, match="use pg_restore"):
        tamis("restore", tmp_path / "backup")
    assert tamis("erase") == {"erased": True}


def test_records_are_never_looked_for_in_the_wrong_place(tmp_path: Path, tamis: Command) -> None:
    tamis("account", "create", "--email", "owner@example.org")
    with pytest.raises(Refused, match="are in PostgreSQL: set TAMIS_RECORDS"):
        run(tmp_path / "data", {}, "account", "list")
    run(tmp_path / "files", {}, "account", "create", "--email", "owner@example.org")
    with pytest.raises(Refused, match="contains records already"):
        run(tmp_path / "files", {"TAMIS_RECORDS": "postgresql:///nowhere"}, "account", "list")
    with pytest.raises(Refused, match="use a URL such as postgresql://") as refused:
        run(tmp_path / "new", {"TAMIS_RECORDS": f"mysql://tamis:{PASSWORD}@somewhere"}, "account", "list")
    assert PASSWORD not in str(refused.value)


def test_without_the_setting_its_driver_is_not_imported(tmp_path: Path) -> None:
    program = "import sys, tamis.app; from tamis.cli.main import main\n"
    program += "try: main(sys.argv[1:])\nfinally: print('psycopg' in sys.modules)"
    command = [sys.executable, "-c", program, "account", "list", "--data", str(tmp_path), "--json"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False", done.stdout
