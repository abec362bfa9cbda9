"""Unsubscribe links on servers of their own: where links lead, what the log has of them, and restored backups."""

import json
import re
from pathlib import Path

import pytest
import requests

from tests.support.process import Server, tamis

PEOPLE = ("--type", "People")
EMAIL = "marked.person@example.org"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data, people = tmp_path / "data", tmp_path / "people.csv"
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", "People")
    people.write_text(f"email\n{EMAIL}\n")
    tamis(data, "import", people, *PEOPLE)
    return data


def link_of(data: Path) -> str:
    link: str = tamis(data, "contact", "show", EMAIL, *PEOPLE)["unsubscribe_url"]
    return link


def reasons(data: Path) -> list[str]:
    return [found["reason"] for found in tamis(data, "suppress", "list")["suppressions"]]


def test_links_lead_to_the_public_address_and_no_log_has_their_tokens(data: Path) -> None:
    settings = {"TAMIS_ACCESS_LOG": "on", "TAMIS_LOG": "json", "TAMIS_PUBLIC_URL": "https://mail.example.org/"}
    with Server(data, settings) as server:
        link = link_of(data)
        assert re.fullmatch(r"https://mail\.example\.org/u/[\w-]+", link)
        token = link.rpartition("/")[2]
        for path in (f"/u/{token}", f"//u//{token}", f"/u/{token}/x", f"/u/{token}?{token}"):
            requests.get(server.address + path, timeout=60)
            requests.post(server.address + path, data={"List-Unsubscribe": "One-Click"}, timeout=60)
    lines = [json.loads(line) for line in server.errors if line.startswith("{")]
    served = [line for line in lines if line.get("interface") == "unsubscribe"]
    assert {line["status"] for line in served} == {200, 404}
    assert {line["route"] for line in served} == {"/u/{token}"}
    whole = "".join(server.errors)
    assert token not in whole
    assert token[:20] not in whole
    assert "marked" not in whole
    assert reasons(data) == ["unsubscribed"]


def test_links_that_were_mailed_after_a_backup_work_when_it_is_restored(data: Path, tmp_path: Path) -> None:
    backup, kept, bare = tmp_path / "backup", tmp_path / "kept", tmp_path / "bare"
    before = link_of(data).rpartition("/")[2]
    tamis(data, "backup", backup)
    tamis(data, "signing-key", "rotate")
    after = link_of(data).rpartition("/")[2]
    assert after != before
    tamis(kept, "restore", backup, "--suppressions-of", data)
    tamis(bare, "restore", backup)
    found = {}
    for directory in (kept, bare):
        with Server(directory) as server:
            found[directory.name] = [
                requests.get(f"{server.address}/u/{token}", timeout=60).status_code for token in (before, after)
            ]
    assert found == {"kept": [200, 200], "bare": [200, 404]}


def test_revoking_keys_lets_earlier_links_stop_working(data: Path) -> None:
    link = link_of(data).rpartition("/")[2]
    listed = tamis(data, "signing-key", "list")["signing_keys"]
    assert [key["valid_until"] for key in listed] == [None]
    assert tamis(data, "signing-key", "rotate", "--revoke-earlier")["earlier_revoked"] is True
    with Server(data) as server:
        assert requests.post(
            f"{server.address}/u/{link}", data={"List-Unsubscribe": "One-Click"}, timeout=60
        ).status_code == (404)
        fresh = link_of(data)
        assert requests.get(fresh, timeout=60).status_code == 200
    assert reasons(data) == []
    assert "secret" not in json.dumps(listed)
