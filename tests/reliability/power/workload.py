"""The workload while the disk is recorded: a program that logs each acknowledgement and its time.

Each line of the journal is one thing that was promised: when it was asked, when it was acknowledged, and what."""

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import requests

from tamis.actions.local_calls import Erase
from tamis.actions.local_protocol import encode_call
from tests.support.console import Visitor, new_console_account
from tests.support.process import TIMEOUT_SECONDS, Server, tamis
from tests.support.uploads import begin, place_of, upload_file, wait_until_processed
from tests.support.users import Person

PEOPLE = 300
OWNER = "owner@example.org"


class Doer:
    """A user who does things, one after the other, and records each."""

    def __init__(self, base: Path, journal: Path, seed: int) -> None:
        self.base, self.data = base, base / "data"
        self.chance = random.Random(seed)
        self._journal = journal.open("w")
        self._numbers = 0

    def do(self, what: str, doing: Callable[[], Any], **details: Any) -> Any:
        """Do something; `details` say what was promised by its acknowledgement, and what it gives does, too."""
        begun = time.time()
        found = doing()
        reported = found if isinstance(found, dict | str) else None
        line = {"what": what, "begun": begun, "acknowledged": time.time(), "found": reported, **details}
        print(json.dumps(line), file=self._journal)
        self._journal.flush()
        return found

    def command(self, *arguments: str | Path) -> dict[str, Any]:
        """Run a command."""
        return tamis(self.data, *arguments)

    def file(self) -> tuple[Path, int]:
        """Write a file of people for an import, in which some rows are wrong; gives it and its edition."""
        self._numbers += 1
        edition = self._numbers
        path = self.base.with_name(f"people-{edition}.csv")
        wrong = "".join(f"nobody{n},{edition}\n" for n in range(40))
        path.write_text("email,edition\n" + "".join(f"p{n}@example.org,{edition}\n" for n in range(PEOPLE)) + wrong)
        return path, edition

    # -- what is done ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Make an account, contacts and segments, before there is a server."""
        self.do("account", lambda: new_console_account(self.data, "", OWNER).public_key)
        self.do("type", lambda: self.command("type", "create", "People"))
        self.import_by_command()

    def import_by_command(self) -> None:
        """Import a file by a command."""
        path, edition = self.file()
        arguments = ("import", path, "--type", "People", "--create-fields")
        self.do("import", lambda: _with_rejects(self.command(*arguments)), edition=edition)

    def serve(self, actions: int) -> None:
        """Do some things with a running server."""
        person = self._another_key()
        with Server(self.data) as server:
            person.base = f"{server.address}/api/"
            self.type = person.get("contacts-type").json()["message"]["contactTypes"][0]["id"]
            self.segment = person.make_segment(self.type, "By hand")
            rule = {"select_field": ["101"], "select_operator": ["is equal or greater than"], "value": ["2"]}
            person.make_segment(self.type, "Rule", **rule)
            self.visitor = Visitor(server.address)
            self.visitor.sign_in(OWNER)
            todo: list[Callable[[], None]] = [self.upload, self.import_by_command, self.export, self.backup, self.erase]
            self.chance.shuffle(todo)
            for number in range(actions):
                for _ in range(4):
                    self.add_and_delete(person)
                if todo and number % 2 == 0:
                    todo.pop()()
        self.do("stopped", lambda: None)

    def _another_key(self) -> Person:
        pair = self.do("key", lambda: self.command("key", "create"))
        return Person(self.data, "", 1, OWNER, pair["public_key"], pair["secret_key"])

    def add_and_delete(self, person: Person) -> None:
        """Add an address, and delete one now and then."""
        self._numbers += 1
        address = f"hand{self._numbers}@example.org"
        self.do("add", lambda: person.add(self.segment, address).raise_for_status(), address=address)
        if self.chance.random() < 0.3:
            row = self.chance.choice(person.recipients(self.segment))
            self.do("delete", lambda: person.delete_recipient(row["id"]).raise_for_status(), address=row["email"])

    def upload(self) -> None:
        """Hand a file in at the console, and import it there."""
        path, edition = self.file()
        content = path.read_bytes()
        place = self.do("upload", lambda: place_of(upload_file(self.visitor, self.type, content)), bytes=len(content))

        def whole() -> dict[str, Any]:
            began = begin(self.visitor, place, "import", {"create_fields": "yes"})
            page, _ = wait_until_processed(self.visitor, began)
            shown = self.command("import", "show", page.rpartition("/")[2])
            return _with_rejects(shown)

        self.do("import", whole, edition=edition, upload=place.rpartition("/")[2])

    def export(self) -> None:
        """Export a segment."""
        target = self.base / "people.csv"
        self.do("export", lambda: self.command("export", "By hand", target) and target.read_text(), file=target.name)

    def backup(self) -> None:
        """Back everything up."""
        self.do("backup", lambda: self.command("backup", self.base / "backups" / "one"), directory="backups/one")

    def erase(self) -> None:
        """Have both stores written anew."""
        server = msgspec.json.decode((self.data / "server.json").read_bytes(), type=dict[str, str])
        self.do(
            "erase",
            lambda: requests.post(
                server["address"] + "/local/ask",
                data=encode_call(Erase()),
                headers={"Authorization": f"Bearer {server['token']}"},
                timeout=TIMEOUT_SECONDS,
            ).raise_for_status(),
        )


def _with_rejects(report: dict[str, Any]) -> dict[str, Any]:
    file = Path(report["rejects_file"])
    return {"rejects": file.name, "rejected": file.read_text()}


def main() -> None:
    """Work in a directory that is there and empty: its path, that of the journal, a seed and how much to do."""
    base, journal, seed, actions = sys.argv[1:]
    doer = Doer(Path(base), Path(journal), int(seed))
    doer.begin()
    doer.serve(int(actions))


if __name__ == "__main__":
    main()
