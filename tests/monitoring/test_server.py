"""A server logs what is done, without personal data."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.console import PASSWORD, Visitor, new_console_account
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.programs import program_of
from tests.support.uploads import begin, place_of, upload_file, wait_until_processed
from tests.support.users import Person, fresh

TOKEN = "a-token-of-32-characters-or-more"
MARK = "zqmark"
"""A marker in everything that may not be in the log."""
SETTINGS = {
    "TAMIS_LOG": "json",
    "TAMIS_ACCESS_LOG": "on",
    "TAMIS_METRICS_TOKEN": TOKEN,
    "TAMIS_REQUESTS_PER_MINUTE": "30",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("monitored") / "data", SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def owner(server: Server) -> Person:
    return new_console_account(server.data, server.address, f"{MARK}owner@example.org")


def query(server: Server, path: str, **headers: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(server.address + path, headers=headers, timeout=TIMEOUT_SECONDS)


def metrics(server: Server) -> dict[str, float]:
    page = query(server, "/metrics", authorization=f"Bearer {TOKEN}").text
    lines = [line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_health_and_readiness_need_no_key_and_reveal_nothing(server: Server) -> None:
    until = time.monotonic() + TIMEOUT_SECONDS
    while (ready := query(server, "/readyz")).status_code == 503 and time.monotonic() < until:
        assert ready.json()["reasons"], "the projection may still be built"
    health = query(server, "/healthz")
    assert (health.status_code, health.text) == (200, "ok\n")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "reasons": []})
    for answer in (health, ready):
        assert answer.headers["cache-control"] == "no-store"
    assert requests.post(server.address + "/readyz", proxies={"http": ""}, timeout=TIMEOUT_SECONDS).status_code == 405


def test_metrics_require_their_token(server: Server, owner: Person) -> None:
    for headers in ({}, {"authorization": "Bearer x"}, owner.keys):
        answer = query(server, "/metrics", **headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    reported = query(server, "/metrics", authorization=f"Bearer {TOKEN}", accept="application/openmetrics-text")
    assert reported.headers["content-type"].startswith("application/openmetrics-text")
    assert reported.text.endswith("# EOF\n")


def test_metrics_count_requests_by_existing_routes(server: Server, owner: Person) -> None:
    route = 'tamis_requests_total{interface="segment_api",route="segment/list",status="200"}'
    before = metrics(server)
    owner.get("segment/list")
    for number in range(5):
        owner.get(f"{MARK}/{number}")
        query(server, f"/{MARK}/{number}")
    requests.options(server.address + "/healthz", proxies={"http": ""}, timeout=TIMEOUT_SECONDS)
    after = metrics(server)
    assert after[route] == before.get(route, 0) + 1
    assert after['tamis_requests_total{interface="segment_api",route="other",status="404"}'] >= 5
    assert after['tamis_requests_total{interface="monitoring",route="/healthz",status="204"}'] >= 1
    assert not [name for name in after if MARK in name]
    count = 'tamis_request_seconds_count{interface="segment_api",route="segment/list"}'
    assert after[count] == before.get(count, 0) + 1
    assert after["tamis_ready"] == 1
    assert after["tamis_changes_behind"] == 0
    assert after["tamis_projection_lag_seconds"] == 0
    assert after['tamis_file_bytes{file="tamis.sqlite"}'] > 0
    assert after["process_open_fds"] < after["process_max_fds"]


def test_metrics_count_changes_of_members_and_what_is_delivered(server: Server, owner: Person) -> None:
    segment = owner.make_segment(owner.tamis("type", "create", fresh("Type"))["id"], fresh("Segment"))
    owner.recipients(segment)
    before = metrics(server)
    for name in ("ann", "bob"):
        owner.add(segment, f"{name}@example.org")
    recipients = owner.recipients(segment)
    owner.call("DELETE", f"segment/email/delete?segment_recipient_id={recipients[0]['id']}")
    owner.recipients(segment)
    after = metrics(server)
    changes = {
        type_: after[f'tamis_membership_changes_total{{type="{type_}"}}']
        - before[f'tamis_membership_changes_total{{type="{type_}"}}']
        for type_ in ("entered", "left", "bulk")
    }
    assert changes == {"entered": 2, "left": 1, "bulk": 0}
    assert after['tamis_webhook_attempts_total{outcome="delivered"}'] == 0
    assert after["tamis_webhook_changes_total"] == 0
    assert after["tamis_webhook_lag_seconds"] == 0


def test_the_log_has_actions_but_no_personal_data(server: Server, owner: Person, tmp_path: Path) -> None:
    reported = len(server.errors)
    secrets = [owner.secret_key, PASSWORD, TOKEN]
    secrets += do_everything(server, owner, tmp_path)
    forge_lines(server)
    server.stop()
    lines = server.errors[reported:]
    server.start()
    log = "".join(lines)
    assert MARK not in log
    for secret in secrets:
        assert secret not in log, secret
    events = [json.loads(line) for line in lines]
    assert all(event["event"] != "forged" for event in events)
    names = {event["event"] for event in events}
    assert names >= {
        "signed_in",
        "sign_in_failed",
        "signed_out",
        "key_created",
        "key_revoked",
        "key_refused",
        "metrics_token_refused",
        "import_started",
        "import_finished",
        "export_written",
        "backup_made",
        "contact_deleted",
        "segment_deleted",
        "requests_limited",
        "request_served",
        "server_stopping",
        "server_stopped",
    }
    served = [event for event in events if event["event"] == "request_served"]
    assert {event["account"] for event in served} == {None, owner.account_id}
    assert {event["key"] for event in served} == {None, owner.public_key}
    assert {event["interface"] for event in served} >= {"segment_api", "api", "console", "monitoring"}
    ids = [event["request"] for event in served]
    assert len(set(ids)) == len(ids)
    for name in ("signed_in", "sign_in_failed", "key_created", "key_refused", "segment_deleted", "requests_limited"):
        found = [event for event in events if event["event"] == name and event.keys() & {"account", "key"}]
        assert {event.get("request") for event in found} <= set(ids), found
    (finished,) = [event for event in events if event["event"] == "import_finished"]
    assert (finished["rows"], finished["created"], finished["rejected"]) == (2, 1, 1)


def do_everything(server: Server, owner: Person, tmp_path: Path) -> list[str]:
    """Do what an account can, with marked data; return the secrets that came up."""
    visitor = Visitor(server.address)
    assert visitor.sign_in(owner.email, f"{MARK} wrong").status_code != 303
    assert visitor.sign_in(f"{MARK}nobody@example.org").status_code != 303
    assert visitor.sign_in(owner.email).status_code == 303
    cookies = [cookie.value or "" for cookie in visitor.http.cookies]
    type_id = owner.tamis("type", "create", MARK)["id"]
    owner.tamis("field", "create", f"{MARK} field", "--type", str(type_id), "--kind", "number")
    rows = f"email,{MARK} field,note\n{MARK}ann@example.org,1,{MARK}\n{MARK}bob@example.org,{MARK},x\n"
    place = place_of(upload_file(visitor, type_id, rows.encode(), f"{MARK}@example.org.csv"))
    wait_until_processed(visitor, begin(visitor, place, "import"))
    segment = owner.make_segment(type_id, MARK)
    owner.add(segment, f"{MARK}@example.net", MARK, MARK)
    owner.add(segment, f"{MARK} is no email", MARK, MARK)
    owner.get("segment/email/list", segment_id=f"{MARK}@example.net")
    query(server, f"/contacts?q={MARK}")
    query(server, f"/{MARK}@example.org/x")
    wrong = Person(owner.data, owner.base, 0, owner.email, f"sk_{MARK}", f"sk_{MARK}")
    wrong.get("segment/list")
    Person(owner.data, owner.base, 0, owner.email, owner.public_key, f"sk_{MARK}").get("segment/list")
    query(server, "/metrics", authorization=f"Bearer {MARK}")
    made = visitor.post("/account/keys", {"name": MARK, "present": PASSWORD}).text
    secret = made[made.index("sk_") :][:46]
    public = next(key for key in (part[:27] for part in made.split("pk_")[1:]) if key)[:24]
    visitor.post("/account/keys/revoke", {"public_key": f"pk_{public}"})
    owner.tamis("export", str(segment), tmp_path / f"{MARK}.csv")
    owner.tamis("backup", tmp_path / "backup")
    contacts = visitor.get(f"/types/{type_id}/contacts").text
    contact = contacts.split(f"/types/{type_id}/contacts/")[1:]
    ids = {part.split('"')[0].split("/")[0] for part in contact}
    visitor.post(f"/types/{type_id}/contacts/{min(int(i) for i in ids if i.isdigit())}/delete", {"forget": "yes"})
    program = program_of(owner)
    path = f"contact-types/{type_id}/contacts"
    program.put(f"{path}/{MARK}cid@example.org", {"fields": {MARK: MARK}})
    assert program.put(f"{path}/{MARK}cid@example.org", {"fields": {"first_name": MARK}}).status_code == 201
    assert program.get(path, where=f'first_name = "{MARK}"').status_code == 200
    program.get(f"{MARK}dee@example.org")
    program.delete(f"{path}/{MARK}cid%40example.org")
    token = program.create("providers", {"service": "brevo", "description": MARK, "credential": MARK})["secret"]
    for url in (f"/in/brevo/{token}", f"//in//brevo/{token}", f"/in/{token}", f"/in/brevo/{token}/"):
        requests.post(server.address + url, json={"event": "spam", "email": f"{MARK}dee@example.org"}, timeout=60)
    owner.delete_segment(segment)
    for _ in range(40):
        owner.get("segment/list")
    visitor.post("/sign-out")
    return [*cookies, visitor.csrf, secret, token]


def forge_lines(server: Server) -> None:
    """Send what would begin a line in a log that writes it as it comes."""
    address = urlsplit(server.address)
    forged = '%0a{"event":"forged"}%0d%e2%80%a8%1b[2J'
    with socket.create_connection((address.hostname or "", address.port or 0), TIMEOUT_SECONDS) as connection:
        connection.sendall(
            f"GET /api/{forged} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {forged}\r\nPublicKey: {forged}\r\n"
            f"SecretKey: x\r\nConnection: close\r\n\r\n".encode()
        )
        while connection.recv(4096):
            pass
