"""A full disk: writes are refused with words, reads go on, nothing is harmed, and all goes on when there is room."""

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.people import Person, new_account
from tests.support.process import MAIN, SOON, Refused, Server
from tests.support.small_disk import SmallDisk, small_disk

DISK = 32 << 20
PEOPLE = 5_000
FULL = {
    "status": "failed",
    "errors": "The disk is full (less than 8 MB are left): nothing was written; make room and try again.",
}
HALF = PEOPLE // 2


class Services:
    """A server on a small disk, with its owner, some contacts, segments by rule and one by hand."""

    def __init__(self, disk: SmallDisk, server: Server) -> None:
        self.disk, self.server = disk, server
        self.owner = new_account(server.data, server.address, "owner@example.org", disk.prefix)
        type_id = self.owner.tamis("type", "create", "People")["id"]
        self.owner.tamis("import", self.file_with(0), "--type", "People", "--create-fields")
        n = ["101"]  # the id of the first field that was made
        at_least = ["is equal or greater than"]
        self.owner.make_segment(type_id, "Half", select_field=n, select_operator=at_least, value=[str(HALF)])
        self.owner.make_segment(type_id, "All", select_field=n, select_operator=at_least, value=["0"])
        self.by_hand = self.owner.make_segment(type_id, "By hand")
        self.added: set[str] = set()
        self.tried = 0
        self.more = 0

    def file_with(self, more: int) -> Path:
        """Write a file of people whose numbers are larger by so many."""
        lines = [f"p{n}@example.org,{n + more},{'name ' * 8}{n + more}\n" for n in range(PEOPLE)]
        (self.disk.outside / "people.csv").write_text("email,n,name\n" + "".join(lines))
        return self.disk.inside / "people.csv"

    def add(self, count: int) -> Counter[int]:
        """Add so many new addresses by hand, and tell how often each status came."""
        statuses: Counter[int] = Counter()
        for _ in range(count):
            self.tried += 1
            address = f"hand{self.tried}@example.org"
            answer = self.owner.add(self.by_hand, address)
            statuses[answer.status_code] += 1
            if answer.status_code == 200:
                self.added.add(address)
            else:
                assert (answer.status_code, answer.json()) == (503, FULL)
        return statuses

    def check(self) -> None:
        """Every read answers, and with what was acknowledged."""
        expected = {
            "Half": {f"p{n}@example.org" for n in range(PEOPLE) if n + self.more >= HALF},
            "All": {f"p{n}@example.org" for n in range(PEOPLE)},
            "By hand": self.added,
        }
        listed = {segment["segment_name"]: segment for segment in self.owner.segments()}
        for name, addresses in expected.items():
            assert sorted(self.owner.addresses(listed[name]["id"])) == sorted(addresses)
            assert listed[name]["segment_emails_count"] == len(addresses)

    def start_again(self) -> None:
        """Pull the plug and start again."""
        self.server.kill()
        self.server.start()
        self.owner.base = f"{self.server.address}/api/"


@pytest.fixture(scope="module")
def served() -> Iterator[Services]:
    """Serve a directory on a small disk."""
    with small_disk(DISK) as disk, Server(disk.inside / "data", prefix=disk.prefix) as server:
        yield Services(disk, server)


@pytest.fixture
def services(served: Services) -> Iterator[Services]:
    """Return it with room on the disk, and look whether it was left in order."""
    served.disk.clear()
    yield served
    served.disk.clear()
    assert served.add(20) == {200: 20}
    served.check()
    assert not [name for name in os.listdir(served.disk.outside / "data") if "unusable" in name]


def test_while_the_disk_is_full_writes_are_refused_and_reads_go_on(services: Services) -> None:
    new = services.file_with(services.more + 7)
    services.disk.fill()
    assert services.add(20) == {503: 20}
    services.check()
    assert_refused(services.owner, "import", new, "--type", "People")
    assert_refused(services.owner, "segment", "create", "Another", "--type", "People", "--where", "n > 1")
    assert_refused(services.owner, "backup", services.disk.inside / "backup")
    assert services.owner.tamis("segment", "count", "--type", "People", "--where", "n >= 0")["count"] == PEOPLE
    services.check()


def test_whoever_writes_the_disk_full_is_stopped_before_readers_are(services: Services) -> None:
    services.disk.fill(left=9 << 20)
    before = len(services.added)
    while services.add(50)[503] == 0:
        pass
    assert len(services.added) > before
    services.check()
    services.start_again()  # a server that was killed starts also now
    services.check()


def test_columns_that_cannot_follow_say_so_and_follow_when_there_is_room(services: Services) -> None:
    new = services.file_with(services.more + 7)
    services.server.process.send_signal(signal.SIGSTOP)
    try:  # another process writes, and the disk is full before the server has seen it
        services.owner.tamis("import", new, "--type", "People", program=("-c", f"{SOON}\n{MAIN}"))
        services.disk.fill()
    finally:
        services.server.process.send_signal(signal.SIGCONT)
    services.owner.http.close()  # the server has given up the connection that waited all the time
    services.more += 7
    for path in ("segment/list", f"segment/email/list?segment_id={services.by_hand}"):
        answer = services.owner.get(path)
        assert answer.status_code == 503  # and never an answer from before
        assert answer.json()["errors"] == (
            "The disk is full: the column store cannot follow the records; make room and try again."
        )
    assert_refused(services.owner, "segment", "count", "--type", "People", "--where", "n > 1")
    services.disk.clear()
    services.check()


def test_where_a_file_finds_no_room_it_is_not_the_file_that_is_blamed(services: Services) -> None:
    (services.disk.outside / "people.csv").write_text("email,n\n" + f"nobody,{'9' * 3000}\n" * 4000)
    services.disk.fill(left=9_000_000)
    with pytest.raises(Refused, match=r"the disk on which .* is nearly full .*make room and try again") as refused:
        services.owner.tamis("import", services.disk.inside / "people.csv", "--type", "People")
    assert refused.value.args[0] == 1
    services.disk.clear()
    assert not list((services.disk.outside / "data").glob("rejects/*"))


def test_without_a_server_a_command_on_a_full_disk_is_refused_and_harms_nothing(services: Services) -> None:
    services.server.stop()
    services.disk.fill()
    assert_refused(services.owner, "segment", "list")
    services.disk.clear()
    services.server.start()
    services.owner.base = f"{services.server.address}/api/"


def assert_refused(person: Person, *command: str | Path) -> None:
    """A command ends with the status 1 and one sentence."""
    with pytest.raises(Refused) as refused:
        person.tamis(*command)
    status, said = refused.value.args
    assert status == 1
    assert re.fullmatch(r"the disk is full[^\n]*; make room and try again\n", said), said
