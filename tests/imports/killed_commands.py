"""Imports that are killed: commands that start at once, a file that does a little of everything, and what must be so
in the end."""

import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tamis.actions.importing.jobs.jobs import INTERRUPTED, list_imports
from tamis.actions.services import Services
from tamis.columns.layout.membership import recipients_of
from tamis.domain.segments.segments import SEGMENT_SHIFT
from tamis.records.accounts.accounts import all_accounts
from tamis.records.engine.sql import fetch, one
from tamis.records.engine.sqlite.database import connect
from tamis.settings import Settings
from tests.imports.kill_points import ALL, OF_UNDOING
from tests.support import forked
from tests.support.console import PASSWORD
from tests.support.process import TIMEOUT_SECONDS, environment

ROWS_A_BATCH = 400
FORKS = """
import json, os, sys
from tamis.actions.importing import run
from tamis.cli.main import main
from tests.imports import kill_points
run.ROWS_A_BATCH = {rows}
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        os.dup2(os.open(asked["input"], os.O_RDONLY), 0)
        output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        status = 0
        try:
            if asked["kill"]:
                name, number = asked["kill"]
                kill_points.arm(kill_points.ALL[name], number)
            main(asked["arguments"])
        except SystemExit as ended:
            status = ended.code
        except BaseException:
            import traceback
            traceback.print_exc()
            status = 70
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status or 0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Tamis with imports in small batches, loaded once: each command is a process of its own, which starts in no time."""
OWNER, TYPE = "owner@example.org", "People"
RULES = {
    "Low": "n < 1500",
    "Middle": 'n is between 900 and 2500 or note contains "7"',
    "Not high": "not (n > 2000)",
    "Pro": 'plan = "Pro"',
    "Seen": "seen is at or after 2024-06-01",
    "Low or seen": 'is in segment "Low" or is in segment "Seen"',
    "Nobody has said": "n is blank",
}
People = list[tuple[str, str, dict[str, Any]]]


class Forks:
    """Runs commands; used as a block."""

    def __enter__(self) -> Self:
        (requests, to_requests), (answers, to_answers) = os.pipe(), os.pipe()
        command = [sys.executable, "-c", FORKS.format(rows=ROWS_A_BATCH)]
        self._process = forked.Forked(command, environment(), None, [requests, to_answers, 2])
        os.close(requests)
        os.close(to_answers)
        self._requests, self._answers = os.fdopen(to_requests, "w"), os.fdopen(answers)
        self._output = tempfile.NamedTemporaryFile()
        return self

    def __exit__(self, *_: object) -> None:
        self._requests.close()
        self._process.wait(TIMEOUT_SECONDS)
        self._answers.close()
        self._output.close()

    def run(self, data: Path, *arguments: str | Path) -> dict[str, Any]:
        """Run a command on a data directory to its end; gives its JSON document."""
        self.start(data, *arguments)
        return self.result()

    def start(
        self, data: Path, *arguments: str | Path, source: Path = Path(os.devnull), kill: tuple[str, int] | None = None
    ) -> int:
        """Start a command, which reads a file as its standard input, and dies at a call of one of the points where it
        may; gives its process."""
        requested = {
            "arguments": [*map(str, arguments), "--data", str(data), "--json"],
            "input": str(source),
            "output": self._output.name,
            "kill": kill,
        }
        print(json.dumps(requested), file=self._requests, flush=True)
        return self._number()

    def result(self) -> dict[str, Any]:
        """Wait for the command that was started; gives its JSON document."""
        status, output = self.ended(), Path(self._output.name).read_text()
        assert status == 0, output
        found: dict[str, Any] = json.loads(output.splitlines()[-1])
        return found

    def ended(self) -> int:
        """Wait for the command that was started; gives its exit status."""
        return self._number()

    def _number(self) -> int:
        return int(self._answers.readline())


def make(data: Path, forks: Forks) -> dict[str, Any]:
    """Make a data directory with people and segments, into which an edition of the file can go; gives the account."""
    password = data.with_name("password")
    password.write_text(PASSWORD + "\n")
    arguments = ("account", "create", "--email", OWNER, "--timezone", "Asia/Dhaka", "--password-stdin")
    forks.start(data, *arguments, source=password)
    account = forks.result()
    forks.run(data, "type", "create", TYPE)
    first = data.with_name("first.csv")
    first.write_text(people(4_000, 1))
    assert forks.run(data, "import", first, "--type", TYPE, "--create-fields")["created"] == 4_000
    for name, rule in RULES.items():
        forks.run(data, "segment", "create", name, "--type", TYPE, "--where", rule)
    return account


def people(count: int, edition: int, first: int = 0) -> str:
    """Write a file of people, two of three of which change from edition to edition."""
    lines = ["email,n,note,plan,seen,score"]
    for number in range(first, first + count):
        shift = edition if number % 3 else 1
        value = (number * 7_919 + shift * 613) % 3_000
        plan = ("Free", "Pro", "")[(number + shift) % 3]
        seen = f"2024-{1 + (number + shift) % 12:02}-{1 + number % 28:02}"
        score = "" if shift == 1 else number % 10
        lines.append(f"p{number}@example.org,{value},note {value},{plan},{seen},{score}")
    return "\n".join(lines) + "\n"


def untidy(chance: random.Random) -> str:
    """Write a file in which people are new, changed, unchanged, repeated in another case, and wrong."""
    header, *lines = people(5_200, 2).splitlines()
    for line in chance.sample(lines, 400):
        email, rest = line.split(",", 1)
        lines.insert(chance.randrange(len(lines)), f"{email.upper()},{rest.replace('note', 'Note')}")
    for wrong in ("nonsense,1,x,Free,,", ",2,y,Free,,", "x@example.org,many,z,Gold,soon,", "y@example.org,1,short"):
        for _ in range(20):
            lines.insert(chance.randrange(len(lines)), wrong)
    header = header.replace("score", "Newly known")
    return "\n".join([header, *lines]) + "\n"


@dataclass(frozen=True)
class State:
    """What an import is to leave: the people in order of their ids, and the addresses of each segment."""

    people: People
    members: dict[str, list[str]]
    fields: list[tuple[Any, ...]]

    def by_key(self) -> tuple[People, dict[str, list[str]]]:
        """The same, whatever the order in which people came."""
        return sorted(self.people, key=lambda row: row[1]), {n: sorted(found) for n, found in self.members.items()}


def state(data: Path) -> State:
    """Inspect a data directory that no other process uses."""
    services = Services(Settings(data))
    try:
        db = services.records.reader()
        fields = fetch(db, "SELECT id, key, kind, options FROM fields ORDER BY id")
        keys = {str(row[0]): str(row[1]) for row in fields}
        rows = fetch(db, "SELECT email, email_key, field_values, id FROM contacts ORDER BY id")
        found: People = [
            (str(email), str(key), {keys.get(id_, id_): v for id_, v in json.loads(str(document)).items()})
            for email, key, document, _ in rows
        ]
        addresses = {row[3]: str(row[1]) for row in rows}
        members = {}
        con = services.project().cursor()
        for name in RULES:
            row = one(db, "SELECT id FROM segments WHERE name = ?", (name,))
            assert row
            numbers = con.execute(
                f"SELECT recipient_id & {(1 << SEGMENT_SHIFT) - 1} FROM ({recipients_of(int(str(row[0])))}) "
                "ORDER BY recipient_id"
            ).fetchall()
            members[name] = [addresses[number] for (number,) in numbers]
        return State(found, members, fields)
    finally:
        services.close()


class Killing:
    """Kills imports of one file, and their undoing, in copies of one directory. Where `piped`, the file comes by
    standard input."""

    def __init__(self, directory: Path, forks: Forks, seed: int, *, piped: bool = False) -> None:
        self.chance = random.Random(seed)
        self.forks = forks
        self._template, self._imported, self.data = (directory / name for name in ("template", "imported", "data"))
        make(self._template, forks)
        self.file = directory / "untidy.csv"
        self.file.write_text(untidy(self.chance))
        self._source = self.file if piped else Path(os.devnull)
        self._import = ("import", "-" if piped else self.file, "--type", TYPE, "--create-fields")
        self.before = contacts(self._template)
        self.fresh()
        begun = time.perf_counter()
        self.report = self.run()
        self._seconds = time.perf_counter() - begun
        shutil.copytree(self.data, self._imported)
        self.right, self.rejects = state(self.data), rejects(self.data)
        self.undo_report = self.undo()
        self.undone = state(self.data)

    def fresh(self, *, imported: bool = False) -> None:
        """Begin again with the directory as it was before the import, or after it."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self._imported if imported else self._template, self.data)

    def run(self) -> dict[str, Any]:
        """Run the import to its end; gives its report."""
        self.forks.start(self.data, *self._import, source=self._source)
        return self.forks.result()

    def undo(self) -> dict[str, Any]:
        """Undo the import; gives the report."""
        return self.forks.run(self.data, "import", "undo", "2")

    def kill(self) -> int:
        """Kill an import at a random time; return its exit status, which is 0 if it ended first."""
        process = self.forks.start(self.data, *self._import, source=self._source)
        time.sleep(self.chance.uniform(0, self._seconds))
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        return self.forks.ended()

    def kill_at(self, name: str) -> None:
        """Let an import, or its undoing, die at one of the points of `kill_points`."""
        number = self.chance.randint(1, ALL[name].most)
        arguments = ("import", "undo", "2") if name in OF_UNDOING else self._import
        self.forks.start(self.data, *arguments, source=self._source, kill=(name, number))
        status = self.forks.ended()
        assert status == -signal.SIGKILL, f"never came to call {number} of {name}: {status}"

    def look_at_what_is_left(self) -> None:
        """Look at a directory in which an import was killed, before anybody mends anything."""
        services = Services(Settings(self.data))
        try:
            db = services.records.reader()
            account = all_accounts(db)[0]
            jobs = {status.job.id: status for status in list_imports(services, account, 9)}
        finally:
            services.close()
        left = contacts(self.data)
        if 2 in jobs:
            job, shown = jobs[2]
            assert shown in (INTERRUPTED, "finished")
            assert (shown == "finished") is (job.rows_done == self.report["rows"] and job.finished_at is not None)
            changed = sum(left[key] != document for key, document in self.before.items())
            assert (job.created, job.updated) == (len(left) - len(self.before), changed)
            assert job.created + job.updated + job.unchanged <= job.rows_done or shown == INTERRUPTED
        else:
            assert left == self.before
        whole = set(self.rejects)
        assert set(rejects(self.data)) <= whole, "a file of rejected rows is there by half"


def contacts(data: Path) -> dict[str, str]:
    """Read what the records have of each contact, by the key of its address."""
    db = connect(data / "tamis.sqlite")
    try:
        rows = db.execute("SELECT email_key, email || field_values FROM contacts").fetchall()
        return {str(key): str(document) for key, document in rows}
    finally:
        db.close()


def rejects(data: Path) -> list[str]:
    """Read the files of rejected rows."""
    return sorted(file.read_text() for file in (data / "rejects").glob("*"))


def outcomes(report: dict[str, int]) -> list[int]:
    """Tell what became of the rows."""
    return [report[name] for name in ("created", "updated", "unchanged", "repeated", "rejected")]


def kill_and_run_again(killing: Killing, point: str | None) -> None:
    """Kill an import at a point or at any time, inspect what is left and run it again: all is as if it had never
    been killed."""
    killing.fresh()
    if point is None:
        killing.kill()
    else:
        killing.kill_at(point)
    killing.look_at_what_is_left()
    killing.forks.run(killing.data, "doctor")
    again = killing.run()
    assert sum(outcomes(again)) == again["rows"] == killing.report["rows"]
    assert outcomes(again)[3:] == outcomes(killing.report)[3:]
    assert state(killing.data) == killing.right
    assert not list(killing.data.glob("spool/*"))


def kill_and_undo_again(killing: Killing, point: str) -> None:
    """Kill the undoing of an import at a point, and undo it again: with the result and the figures of one undoing."""
    killing.fresh(imported=True)
    killing.kill_at(point)
    again = killing.undo()
    assert {**again, "erased": None} == {**killing.undo_report, "erased": None}
    assert state(killing.data) == killing.undone
