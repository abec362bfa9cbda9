"""What the whole application makes of events that are in runs: the same memberships, wherever the process dies."""

import random
import shutil
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.maintenance.doctor.events import check_events
from tamis.actions.maintenance.erasure import erase
from tamis.actions.maintenance.event_upkeep import keep_events
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as COLUMNS_NAME
from tamis.records.events import read, write
from tamis.records.events.catalogue import catalogue_of_type
from tamis.records.events.rows import NewEvent
from tamis.records.events.sealed import upkeep
from tamis.records.events.sealed.runs import list_runs
from tamis.records.events.sealed.upkeep import sealed_change
from tamis.records.events.verify import verify_events
from tamis.records.maintenance.erasure import request_erasure
from tamis.settings import Settings
from tests.stores.test_event_memberships import START, Shop, count
from tests.support import forked
from tests.support.effort import examples
from tests.support.process import environment
from tests.support.records import records_of
from tests.support.small_runs import small_runs

PEOPLE = ("ann", "bob", "cid")


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with small_runs():
        yield


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path / "data")
    yield found
    found.services.close()


def _keep(shop: Shop) -> None:
    keep_events(shop.services.records, shop.services.project())


def _reopen(shop: Shop, directory: Path) -> None:
    shop.services = Services(Settings(directory, columns_threads=1), lambda: shop.now)
    shop.workspace.services = shop.services


def test_memberships_follow_events_that_are_sealed_between_them(shop: Shop) -> None:
    chance, sent = random.Random(5), []
    segments = {}
    for number in range(120):
        name, at = chance.choice(PEOPLE), START - timedelta(hours=chance.randrange(400))
        shop.send(name, "order", at, f"o{number}", amount=number)
        sent.append((name, at, number))
        if number == 3:
            segments["all"] = shop.segment("all", **count(40))
            window = {"operator": "is within", "values": ["100 hours"]}
            where = {"field": "amount", "operator": ">", "values": ["30"]}
            segments["some"] = shop.segment("some", **count(8, window=window, where=where))
        if number % 10 == 9:
            _keep(shop)
            numbers = {name: [each for each in sent if each[0] == name] for name in PEOPLE}
            lately = {
                n: [s for s in found if s[1] > START - timedelta(hours=100) and s[2] > 30]
                for n, found in numbers.items()
            }
            assert shop.members(segments["all"]) == {n for n, found in numbers.items() if len(found) >= 40}
            assert shop.members(segments["some"]) == {n for n, found in lately.items() if len(found) >= 8}
    assert len(list_runs(shop.services.records.reader())) >= 1
    assert shop.members(segments["all"]), "some contact should have ordered often enough"


def test_a_projection_from_before_events_were_sealed_is_restored(shop: Shop, tmp_path: Path) -> None:
    for number in range(30):
        shop.send("ann", "visit", START, f"v{number}")
    often = shop.segment("often", **count(60, "visit"))
    assert shop.members(often) == set()
    shop.services.close()
    shutil.copy(tmp_path / "data" / COLUMNS_NAME, tmp_path / "older")
    _reopen(shop, tmp_path / "data")
    for number in range(30, 70):
        shop.send("ann", "visit", START, f"v{number}")
    _keep(shop)
    before = sealed_change(shop.services.records.reader())
    shop.services.close()
    shutil.copy(tmp_path / "older", tmp_path / "data" / COLUMNS_NAME)
    (tmp_path / "data" / (COLUMNS_NAME + ".wal")).unlink(missing_ok=True)
    _reopen(shop, tmp_path / "data")
    assert before > 30
    assert shop.members(often) == {"ann"}


def test_no_byte_of_the_events_of_a_deleted_contact_is_left_in_any_file(shop: Shop, tmp_path: Path) -> None:
    for number in range(60):
        shop.send(PEOPLE[number % 3], "order", START, f"{PEOPLE[number % 3]}-key-{number}", page=f"secret{number}")
    _keep(shop)
    db = shop.services.records.reader()
    assert len(list_runs(db)) >= 1
    services, workspace = shop.services, shop.workspace
    services.write(delete_contact, workspace.account, workspace.type, "ann@example.org")
    services.write(request_erasure)
    assert erase(services)
    assert verify_events(db).events == 40
    lines = b"".join(bytes(event.key, "utf-8") for _, _, batch in read.all_events(db) for event in batch)
    assert b"bob-key" in lines
    assert b"ann-key" not in lines
    for file in (tmp_path / "data").iterdir():
        assert b"ann-key" not in file.read_bytes(), file.name


def test_readers_see_each_event_once_while_events_are_moved(shop: Shop) -> None:
    records = shop.services.records
    shop.send("ann", "order", START)
    contact_id = shop.workspace.contact("ann").id
    (name,) = catalogue_of_type(records.reader(), shop.workspace.type.id).names
    done = threading.Event()

    def move() -> None:
        for number in range(2, 16):
            events = [NewEvent(contact_id + n % 5, name.id, n, f"{number}-{n}", "{}") for n in range(11)]
            records.write(partial(write.append, events=events, change=number))
            while records.write(partial(upkeep.take_step, applied=number)):
                pass
        done.set()

    thread = threading.Thread(target=move)
    thread.start()
    last = 0
    while not done.is_set():
        keys = [event.key for event in read.of_contacts(records.reader(), [contact_id]).get(contact_id, ())]
        assert len(keys) == len(set(keys)) >= last
        last = len(keys)
    thread.join()
    assert len(list_runs(records.reader())) >= 1


def test_the_doctor_says_what_is_wrong_with_stored_events(shop: Shop) -> None:
    for number in range(40):
        shop.send(PEOPLE[number % 3], "order", START, f"o{number}")
    _keep(shop)
    db = shop.services.records.reader()
    assert (check_events(db).scope, check_events(db).findings) == ("40 events", ())
    with records_of(shop.services.settings.data) as damaged:
        damaged.execute("UPDATE event_names SET count = count + 1").fetchall()
        damaged.execute(
            "UPDATE event_blocks SET lines = x'00' WHERE id = (SELECT min(id) FROM event_blocks)"
        ).fetchall()
    found = [finding.message for finding in check_events(db).findings]
    assert any(
        message.startswith("1 block of events (IDs ") and "cannot be read: restore" in message for message in found
    )
    assert any("counted wrongly in the catalogue" in message for message in found)


KILLED = """
import os, random, signal, sys
from pathlib import Path
from tamis.records.engine.opening import open_records
from tamis.records.events import write
from tamis.records.events.rows import NewEvent
from tamis.records.events.sealed import merging, removals, runs, sealing, upkeep
from tests.support.small_runs import small_runs

directory, seed, calls = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)

def dying(function):
    def run(*arguments):
        global calls
        calls -= 1
        if calls == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return run

for module in (merging, removals, sealing, upkeep):
    for name in ("append_lines", "replace_lines", "drop_empty_runs", "delete_some", "begin_merge"):
        if hasattr(module, name):
            setattr(module, name, dying(getattr(module, name)))

with small_runs():
    records = open_records(directory)
    change = records.reader()._connection.execute("SELECT max(sealed_change) FROM event_storage").fetchall()[0][0]
    for batch in range(40):
        change += 1
        keys = [f"{seed}-{batch}-{number}" for number in range(9)]
        events = [NewEvent(chance.randrange(1, 9), 1, chance.randrange(50), key, "{}") for key in keys]
        records.write(lambda db: write.append(db, events, change))
        print(*keys, flush=True)
        for _ in range(chance.randrange(4)):
            records.write(lambda db: upkeep.take_step(db, change))
"""


def test_a_process_killed_while_it_seals_and_merges_loses_and_doubles_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "data")
    shop.send("ann", "order", START, "first")
    shop.services.close()
    chance, acknowledged, kills = random.Random(), {"first"}, 0
    for round_ in range(examples(60, least=4)):
        arguments = [str(tmp_path / "data"), str(round_), str(chance.randrange(1, 150))]
        done = forked.run_text([sys.executable, "-c", KILLED, *arguments], env=environment())
        assert done.returncode in (0, -9), done.stderr
        acknowledged |= set(done.stdout.split())
        kills += done.returncode == -9
    _reopen(shop, tmp_path / "data")
    db = shop.services.records.reader()
    assert kills
    keys = [event.key for _, _, batch in read.all_events(db) for event in batch]
    assert len(keys) == len(set(keys))
    assert acknowledged <= set(keys)
    assert len(keys) <= len(acknowledged) + 9 * (round_ + 1)
    found = verify_events(db)
    missing = found.missing_contacts  # the process invents contacts
    found.missing_contacts = []
    assert found == type(found)(events=len(keys))
    assert set(missing) <= set(range(1, 9))
    shop.services.close()
