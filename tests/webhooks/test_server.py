"""A real server delivers changes at once, at least once and in order, also when it is killed."""

from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import requests

from tamis.actions.changes.feed import read_feed
from tamis.actions.services import Services
from tamis.settings import Settings
from tests.support.effort import ALL
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.receiver import OK, Handler, Receiver
from tests.support.users import new_account

SETTINGS = {"TAMIS_WEBHOOK_NETWORKS": "loopback"}


def test_entries_and_exits_are_delivered_also_when_the_server_is_killed(tmp_path: Path, receiver: Receiver) -> None:
    data = tmp_path / "data"
    with Server(data, SETTINGS) as server:
        owner = new_account(data, server.address, "owner@example.org")
        api = program_of(owner)
        type_id = owner.tamis("type", "create", "Customers")["id"]
        rule = 'country = "India"'
        segment_id = owner.tamis("segment", "create", "India", "--type", "Customers", "--where", rule)["id"]
        made = api.create("webhooks", {"url": f"{receiver.url}?token=marked-token", "types": ["entered", "left"]})
        tested = api.result(api.post(f"webhooks/{made['id']}/test"))
        assert (tested["outcome"], tested["status"], tested["answer"]) == ("delivered", 200, "thanks")
        write(api, type_id, "ann", "India")
        write(api, type_id, "ann", "Peru")
        receiver.wait_until(lambda: len(changes_of(receiver)) == 2)
        entered, left = changes_of(receiver)
        assert (entered["type"], entered["segment_id"], entered["email"]) == ("entered", segment_id, "ann@example.org")
        assert (left["type"], left["contact_id"]) == ("left", entered["contact_id"])
        assert all(received.is_signed_with(made["secret"]) for received in receiver.received)

        log = "".join(server.errors)
    # Killed when the receiver has got a message, before the server knows its answer.
    for round_ in range(3 if ALL else 1):
        with Server(data, SETTINGS) as server:

            def kill(handler: Handler, server: Server = server) -> None:
                server.process.kill()
                OK(handler)

            receiver.script = [kill]
            before = len(receiver.received)
            with suppress(requests.ConnectionError):
                write(Program(server.address, api.secret_key), type_id, f"bob{round_}", "India")
            receiver.wait_for(before + 1)
            server.kill()
            log += "".join(server.errors)
    with Server(data, SETTINGS) as server:
        write(Program(server.address, api.secret_key), type_id, "last", "India")
        receiver.wait_until(lambda: changes_of(receiver)[-1]["email"] == "last@example.org")

        log += "".join(server.errors)
    with closing(Services(Settings(data))) as services:
        entries = read_feed(services, owner.account_id, 0).entries
    for word in ("marked-token", made["secret"], "@example.org"):
        assert word not in log
    seen = [change["id"] for change in changes_of(receiver)]
    assert len(seen) > len(set(seen))  # what was not known to be delivered has come again
    assert list(dict.fromkeys(seen)) == [entry.number for entry in entries if entry.type in ("entered", "left")]
    bodies: dict[str, bytes] = {}
    for received in receiver.received:
        assert bodies.setdefault(received.message_id, received.body) == received.body


def write(api: Program, type_id: int, name: str, country: str) -> None:
    """Write a contact."""
    api.result(api.put(f"contact-types/{type_id}/contacts/{name}@example.org", {"fields": {"country": country}}))


def changes_of(receiver: Receiver) -> list[dict[str, Any]]:
    """Return all changes that have come."""
    return [change for received in receiver.received for change in received.json["data"].get("changes", [])]
