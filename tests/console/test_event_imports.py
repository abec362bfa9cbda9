"""Files of events over HTTP: upload, choices, dry run and import, with the same results as the command."""

import contextlib
import gzip
import re
import signal
from pathlib import Path
from threading import Thread

import pytest
import requests

from tests.support.console import Visitor, new_console_account, text_of
from tests.support.effort import ALL
from tests.support.process import TIMEOUT_SECONDS, Refused, Server, tamis
from tests.support.uploads import begin, figures_on, place_of, upload_file, wait_until_processed
from tests.support.users import Person, fresh

ORDERS = (
    "Customer mail,What,Order date,Order no,Amount,Note\n"
    "ann@example.org,order,2026-11-20,1,59.90,gift\n"
    "bob@example.org,order,2026-11-21,2,5,\n"
    "bad,order,2026-11-21,3,5,\n"
    "ann@example.org,visit,soon,,,\n"
)
CHOICES = {
    "column-0": "email",
    "column-1": "event",
    "column-2": "at",
    "column-3": "id",
    "column-4": "property:",
    "name-4": "Price",
    "column-5": "skip",
    "unknown": "create",
}


@pytest.fixture
def type_id(owner: Person) -> int:
    """A contact type of the owner without contacts."""
    return int(owner.tamis("type", "create", fresh("Buyers"))["id"])


def send(visitor: Visitor, type_id: int, content: str | bytes = ORDERS, name: str = "orders.csv") -> str:
    return place_of(
        upload_file(visitor, type_id, content.encode() if isinstance(content, str) else content, name, "events")
    )


def take(visitor: Visitor, place: str, choices: dict[str, str] | None = None) -> tuple[str, str]:
    """Import an upload; return the page of the import and what it shows."""
    return wait_until_processed(visitor, begin(visitor, place, "import", choices))


def test_the_console_imports_events_like_the_command(
    console: Visitor, owner: Person, colleague: Visitor, stranger: Visitor, type_id: int, tmp_path: Path
) -> None:
    place = send(console, type_id)
    page = console.get(place).text
    chosen = re.findall(r'<select id="column-(\d)".*?<option value="([^"]+)"[^>]* selected', page, re.DOTALL)
    assert chosen == [("0", "email"), *((str(n), "property:") for n in range(1, 6))]
    nameless = console.post(place, {"do": "trial"})
    assert (nameless.status_code, "enter a name for all of them" in nameless.text) == (422, True)
    twice = console.post(place, {**CHOICES, "do": "trial", "column-5": "at"})
    assert (twice.status_code, "two columns are the at" in twice.text.lower()) == (422, True)
    assert begin(console, place, "trial", CHOICES) == place
    _, tried = wait_until_processed(console, place)
    assert figures_on(tried) == {"accepted": 2, "repeated": 0, "rejected": 2}
    assert "price · Number" in text_of(tried)
    assert "2 contacts would be created" in tried
    assert "must be a time" in console.get(f"{place}/rejects").text
    assert owner.tamis("events", "list", "--type", str(type_id)) == {"events": []}
    assert stranger.get(place).status_code == 404
    assert figures_on(colleague.get(place).text) == figures_on(tried)
    path, page = take(console, place, CHOICES)
    assert figures_on(page) == {"accepted": 2, "repeated": 0, "rejected": 2}
    assert "Undo" not in page
    assert console.post(f"{path}/undo").status_code >= 400
    assert stranger.get(path).status_code == 404
    assert "must be a time" in colleague.get(f"{path}/rejects").text
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS)
    mapping = ("Customer mail=email", "What=event", "Order date=at", "Order no=id", "Amount=Price", "Note=")
    repeated = owner.tamis(
        "events", "import", file, "--type", str(type_id), *(part for each in mapping for part in ("--map", each))
    )
    assert [repeated[name] for name in ("accepted", "repeated", "rejected")] == [0, 2, 2]
    assert owner.tamis("segment", "count", "--type", str(type_id), "--where", 'did "order" where price > 50') == {
        "count": 1
    }
    listed = owner.tamis("import", "list")["imports"]
    assert [(job["subject"], job["accepted"], job["repeated"], job["rejected"]) for job in listed[:2]] == [
        ("events", 0, 2, 2), ("events", 2, 0, 2),
    ]  # fmt: skip
    shown = owner.tamis("import", "show", path.rpartition("/")[2])
    assert (shown["options"]["create_contacts"], shown["contacts_created"], len(shown["events"])) == (True, 2, 1)
    with pytest.raises(Refused, match="cannot be undone"):
        owner.tamis("import", "undo", path.rpartition("/")[2])
    assert f'href="{path}">orders.csv' in colleague.get("/imports").text
    assert f'href="{path}"' not in stranger.get("/imports").text


def test_an_import_says_which_segments_have_changed(console: Visitor, owner: Person, type_id: int) -> None:
    orders = {"event": "order", "unknown": "create"}
    take(console, send(console, type_id, "email,at\nbob@example.org,2026-11-20\n"), orders)
    made = owner.tamis("segment", "create", fresh("Buyers"), "--type", str(type_id), "--where", 'did "order"')
    content = "E-mail,Bought on\nann@example.org,2026-11-20\nann@example.org,2026-11-21\n"
    _, page = take(console, send(console, type_id, content), {"event": "order", "unknown": "create"})
    assert re.search(rf'/segments/{made["id"]}">.*?<td class="num">1</td><td class="num">0</td>', page, re.DOTALL)


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "none.csv", "is empty"),
        (b"PK\x03\x04" + bytes(60), "list.xlsx", "workbook"),
        (b"%PDF-1.7\n" + bytes(60), "list.pdf", "PDF"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    console: Visitor, type_id: int, content: bytes, name: str, reason: str
) -> None:
    answer = upload_file(console, type_id, content, name, "events")
    assert answer.status_code == 422
    assert reason in answer.json()["message"]


def test_a_file_without_any_event_is_rejected_row_by_row(console: Visitor, type_id: int) -> None:
    content = "email,event,at\n" + "".join(f"nobody{n},,{n}\n" for n in range(5))
    _, page = take(console, send(console, type_id, content))
    assert figures_on(page) == {"accepted": 0, "repeated": 0, "rejected": 5}


def test_a_file_imported_twice_at_once_is_stored_once(console: Visitor, owner: Person, type_id: int) -> None:
    rows = 3_000
    content = gzip.compress(
        (
            "email,event,at,n\n" + "".join(f"p{n % 50}@example.org,open,2026-11-20 10:00,{n}\n" for n in range(rows))
        ).encode()
    )
    places = [send(console, type_id, content, f"opens-{number}.csv.gz") for number in range(2)]
    pages: list[str] = []
    visitors = [Visitor(console.address), Visitor(console.address)]
    for visitor in visitors:
        visitor.sign_in(owner.email)
    threads = [
        Thread(target=lambda v=visitor, p=place: pages.append(take(v, p, {"unknown": "create"})[1]))
        for visitor, place in zip(visitors, places, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT_SECONDS)
    figures = [figures_on(page) for page in pages]
    assert sum(each["accepted"] for each in figures) == rows == sum(each["repeated"] for each in figures)
    [listed] = owner.tamis("events", "list", "--type", str(type_id))["events"]
    assert listed["count"] == rows


KILLED = """
import os, signal
from tamis.actions.events.importing import batches, store
store.EVENTS_PER_TRANSACTION = 100
batches.ROWS_PER_BATCH_OF_SERVER = 200
stored = store.imports.add_events
calls = []
def add_events(*arguments):
    calls.append(arguments)
    if len(calls) == {calls}:
        os.kill(os.getpid(), signal.SIGKILL)
    stored(*arguments)
store.imports.add_events = add_events
from tamis.cli.main import main
main()
"""


@pytest.mark.parametrize("calls", [1, 4, 10] if ALL else [4])
def test_an_import_of_a_killed_server_is_finished_by_the_next_one(tmp_path: Path, calls: int) -> None:
    data, rows = tmp_path / "data", 1_000
    person = new_console_account(data, "", "owner@example.org")
    type_id = int(tamis(data, "type", "create", "People")["id"])
    content = "email,event,at\n" + "".join(f"p{n % 7}@example.org,open,2026-11-20\n" for n in range(rows))
    server = Server(data, program=("-c", KILLED.format(calls=calls)))
    server.start()
    try:
        visitor = Visitor(server.address)
        visitor.sign_in(person.email)
        with contextlib.suppress(requests.ConnectionError):
            begin(visitor, send(visitor, type_id, content), "import", {"unknown": "create"})
        assert server.process.wait(TIMEOUT_SECONDS) == -signal.SIGKILL
    finally:
        server.kill()
    [job] = tamis(data, "import", "list")["imports"]
    names = tamis(data, "events", "list", "--type", "People", "--all")["events"]
    assert (job["state"], job["accepted"]) == ("interrupted", sum(name["count"] for name in names))
    assert 200 * ((calls - 1) // 2) <= job["accepted"] < 100 * calls
    with Server(data) as running:
        visitor = Visitor(running.address)
        visitor.sign_in(person.email)
        page = visitor.get(f"/imports/{job['id']}").text
        [place] = re.findall(r'href="(/imports/uploads/\w+)">Back to file', page)
        assert "count as repeated" in page
        _, page = take(visitor, place, {"unknown": "create"})
        assert figures_on(page) == {"accepted": rows - job["accepted"], "repeated": job["accepted"], "rejected": 0}
    [listed] = tamis(data, "events", "list", "--type", "People")["events"]
    assert listed["count"] == rows
