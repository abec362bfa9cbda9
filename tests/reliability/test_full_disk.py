"""A full disk: writes are refused with a message, reads go on, no data is lost, and writes go on once there is room."""

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import MAIN, SOON, Refused, Server
from tests.support.small_disk import SmallDisk, small_disk
from tests.support.users import Person, new_account

DISK = 32 << 20
PEOPLE = 5_000
FULL = {
    "status": "failed",
    "errors": "The disk is full (less than 8 MB left): nothing was written; free up space and try again.",
}
HALF = PEOPLE // 2


class ServerOnSmallDisk:
    """A server on a small disk: its owner, some contacts, segments by rule, and one whose members are added
    manually."""

    def __init__(self, disk: SmallDisk, server: Server) -> None:
        self.disk, self.server = disk, server
        self.owner = new_account(server.data, server.address, "owner@example.org", disk.prefix)
        type_id = self.owner.tamis("type", "create", "People")["id"]
        self.owner.tamis("import", self.file_with(0), "--type", "People", "--create-fields")
        n = ["101"]  # the id of the first field that was made
        at_least = ["is equal or greater than"]
        self.owner.make_segment(type_id, "Half", select_field=n, select_operator=at_least, value=[str(HALF)])
        self.owner.make_segment(type_id, "All", select_field=n, select_operator=at_least, value=["0"])
        self.overrides = self.owner.make_segment(type_id, "By hand")
        self.added: set[str] = set()
        self.tried = 0
        self.more = 0

    def file_with(self, more: int) -> Path:
        """Write a file of people whose numbers are larger by so many."""
        lines = [f"p{n}@example.org,{n + more},{'name ' * 8}{n + more}\n" for n in range(PEOPLE)]
        (self.disk.outside / "people.csv").write_text("email,n,name\n" + "".join(lines))
        return self.disk.inside / "people.csv"

    def add(self, count: int) -> Counter[int]:
        """Add so many new emails, and return how often each status came."""
        statuses: Counter[int] = Counter()
        for _ in range(count):
            self.tried += 1
            address = f"hand{self.tried}@example.org"
            answer = self.owner.add(self.overrides, address)
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
def served() -> Iterator[ServerOnSmallDisk]:
    """Serve a directory on a small disk."""
    with small_disk(DISK) as disk, Server(disk.inside / "data", prefix=disk.prefix) as server:
        yield ServerOnSmallDisk(disk, server)


@pytest.fixture
def small_server(served: ServerOnSmallDisk) -> Iterator[ServerOnSmallDisk]:
    """Yield the server with room on the disk, and check afterwards that the test left it in order."""
    served.disk.clear()
    yield served
    served.disk.clear()
    assert served.add(20) == {200: 20}
    served.check()
    assert not [name for name in os.listdir(served.disk.outside / "data") if "unusable" in name]


def test_writes_are_refused_and_reads_continue_on_a_full_disk(small_server: ServerOnSmallDisk) -> None:
    new = small_server.file_with(small_server.more + 7)
    small_server.disk.fill()
    assert small_server.add(20) == {503: 20}
    small_server.check()
    assert_refused(small_server.owner, "import", new, "--type", "People")
    assert_refused(small_server.owner, "segment", "create", "Another", "--type", "People", "--where", "n > 1")
    assert_refused(small_server.owner, "backup", small_server.disk.inside / "backup")
    assert small_server.owner.tamis("segment", "count", "--type", "People", "--where", "n >= 0")["count"] == PEOPLE
    small_server.check()


def test_writers_are_refused_before_readers_on_a_full_disk(small_server: ServerOnSmallDisk) -> None:
    small_server.disk.fill(left=9 << 20)
    before = len(small_server.added)
    while small_server.add(50)[503] == 0:
        pass
    assert len(small_server.added) > before
    small_server.check()
    small_server.start_again()  # a server that was killed starts also now
    small_server.check()


def test_the_projection_reports_a_full_disk_and_resumes_with_space(small_server: ServerOnSmallDisk) -> None:
    new = small_server.file_with(small_server.more + 7)
    small_server.server.process.send_signal(signal.SIGSTOP)
    try:  # another process writes, and the disk is full before the server has seen it
        small_server.owner.tamis("import", new, "--type", "People", program=("-c", f"{SOON}\n{MAIN}"))
        small_server.disk.fill()
    finally:
        small_server.server.process.send_signal(signal.SIGCONT)
    small_server.owner.http.close()  # the server has given up the connection that waited all the time
    small_server.more += 7
    for path in ("segment/list", f"segment/email/list?segment_id={small_server.overrides}"):
        answer = small_server.owner.get(path)
        assert answer.status_code == 503  # and never an answer from before
        assert answer.json()["errors"] == (
            "The disk is full: the projection cannot follow the records; free up space and try again."
        )
    assert_refused(small_server.owner, "segment", "count", "--type", "People", "--where", "n > 1")
    small_server.disk.clear()
    small_server.check()


def test_a_full_disk_is_not_reported_as_a_bad_file(small_server: ServerOnSmallDisk) -> None:
    (small_server.disk.outside / "people.csv").write_text("email,n\n" + f"nobody,{'9' * 3000}\n" * 4000)
    small_server.disk.fill(left=9_000_000)
    with pytest.raises(Refused, match=r"the disk of .* is nearly full .*free up space and try again") as refused:
        small_server.owner.tamis("import", small_server.disk.inside / "people.csv", "--type", "People")
    assert refused.value.args[0] == 1
    small_server.disk.clear()
    assert not list((small_server.disk.outside / "data").glob("rejects/*"))


def test_a_command_on_a_full_disk_is_refused_and_harms_nothing(
    small_server: ServerOnSmallDisk,
) -> None:
    small_server.server.stop()
    small_server.disk.fill()
    assert_refused(small_server.owner, "segment", "list")
    small_server.disk.clear()
    small_server.server.start()
    small_server.owner.base = f"{small_server.server.address}/api/"


def assert_refused(person: Person, *command: str | Path) -> None:
    """A command ends with the status 1 and one sentence."""
    with pytest.raises(Refused) as refused:
        person.tamis(*command)
    status, output = refused.value.args
    assert status == 1
    assert re.fullmatch(r"the disk is full[^\n]*; free up space and try again\n", output), output
