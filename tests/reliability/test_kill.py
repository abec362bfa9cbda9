"""An acknowledged write survives a power cut, and the projection can be thrown away."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import requests

from tests.support.effort import ALL
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.sakila import import_sakila
from tests.support.users import Person, new_account

CLIENTS = 16
ADDITIONS = 1_000 if ALL else 300
KILLED_AFTER = ADDITIONS * 3 // 10


class Acknowledged:
    """The addresses whose addition was acknowledged; tells when there are enough to pull the plug."""

    def __init__(self) -> None:
        self.addresses: set[str] = set()
        self.enough = threading.Event()
        self._lock = threading.Lock()

    def note(self, address: str) -> None:
        """Note an address."""
        with self._lock:
            self.addresses.add(address)
            if len(self.addresses) >= KILLED_AFTER:
                self.enough.set()


def _add(person: Person, segment_id: int, addresses: list[str], acknowledged: Acknowledged) -> None:
    for address in addresses:
        try:
            answer = person.add(segment_id, address)
        except requests.RequestException:
            return  # the plug is pulled
        assert answer.status_code == 200, answer.text
        acknowledged.note(address)


def test_acknowledged_recipients_survive_a_kill_exactly_once(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        owner = new_account(server.data, server.address, "owner@example.org")
        segment_id = owner.make_segment(owner.tamis("type", "create", "Readers")["id"])
        addresses = [f"reader{number}@example.org" for number in range(ADDITIONS)]
        acknowledged = Acknowledged()
        with ThreadPoolExecutor(CLIENTS) as threads:
            running = [
                threads.submit(
                    _add, replace(owner, http=requests.Session()), segment_id, addresses[n::CLIENTS], acknowledged
                )
                for n in range(CLIENTS)
            ]
            assert acknowledged.enough.wait(TIMEOUT_SECONDS)
            server.kill()
            for one in running:
                one.result()

        server.start()
        owner.base = f"{server.address}/api/"
        found = owner.addresses(segment_id)
        assert acknowledged.addresses <= set(found) <= set(addresses)
        assert len(found) == len(set(found)) == owner.segment(segment_id)["segment_emails_count"]

        # Clients without a response retry: each email is new, or exists already.
        statuses = {address: owner.add(segment_id, address).status_code for address in addresses}
        assert statuses == {address: 422 if address in found else 200 for address in addresses}
        assert sorted(owner.addresses(segment_id)) == sorted(addresses)


def test_a_rebuilt_column_store_has_the_same_recipients_and_ids(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        owner = new_account(server.data, server.address, "owner@example.org")
        type_id = owner.tamis("type", "create", "Customers")["id"]
        import_sakila(owner, type_id)
        by_rule = owner.make_segment(type_id, select_field=["5"], select_operator=["is"], value=["India"])
        overrides = owner.make_segment(type_id)
        for address in ("ada@example.org", "MARY.SMITH@sakilacustomer.org", "gone@example.org"):
            owner.add(overrides, address)
            owner.add(by_rule, address)
        owner.delete_recipient(owner.recipient(by_rule, "gone@example.org")["id"])
        for row in owner.recipients(by_rule, limit=3):
            owner.delete_recipient(row["id"])
        before = {segment: owner.recipients(segment) for segment in (by_rule, overrides)}
        listed = owner.segments()
        assert [len(rows) for rows in before.values()] == [59, 3]
        assert server.stop() == 0

        for file in server.data.glob("columns.duckdb*"):
            file.unlink()
        server.start()
        owner.base = f"{server.address}/api/"
        assert owner.segments() == listed
        for segment, rows in before.items():
            assert _lasting(owner.recipients(segment)) == _lasting(rows)


def _lasting(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Leave out what a rebuilt projection cannot know: when a contact came to be selected by a rule."""
    return [{key: value for key, value in row.items() if key not in ("created_at", "updated_at")} for row in rows]
