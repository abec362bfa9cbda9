"""Concurrent clients that write and read one account through every interface, while all results are recorded.

The Segment API adds and deletes recipients, makes and deletes segments, lists; another process than the server edits
rules and contacts and makes and revokes keys, as commands do, while a command in a process of its own imports files;
the console edits contacts; the interface for local commands lists recipients. So no answer of one may be kept by
another for longer than it is right.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.records import types
from tamis.records.engine.sql import fetch
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.reliability.client_roles import ALL_MANUAL, CONTACTS, MANUAL, RULE, Roles
from tests.support.console import PASSWORD
from tests.support.histories.audience import Segment, State, state_of
from tests.support.histories.recorder import History
from tests.support.process import Server
from tests.support.users import Person

SEGMENTS = {MANUAL: Segment(), ALL_MANUAL: Segment(follows=MANUAL), RULE: Segment(least=500)}
PAUSE_SECONDS = 0.05


class ConcurrentClients(Roles):
    """All clients of one directory and its server; `run` lets them act for a while and gives what they saw."""

    def __init__(self, directory: Path, seed: int, program: Sequence[str] = ("-m", "tamis")) -> None:
        self.chance = random.Random(seed)
        self.history = History()
        super().__init__(directory)
        self._ended, self._serving = threading.Event(), threading.Event()
        self._faults: list[BaseException] = []
        self.server = Server(directory / "data", program=program)
        self.initial = self._make(directory / "data")

    def _make(self, data: Path) -> State:
        services = Services(Settings(data, columns_threads=1))
        self.account, pair = services.write(create_account, "owner@example.org", "UTC", PASSWORD)
        self.type = services.write(create_type, self.account, "People")
        values = [self.chance.randrange(1_000) for _ in range(CONTACTS)]
        import_file(services, self.account, self.type, self.file(dict(enumerate(values))), ImportOptions(True))
        rules = {MANUAL: None, ALL_MANUAL: f'is in segment "{MANUAL}"', RULE: "n >= 500"}
        self.ids = {
            name: services.write(create_segment, self.account, self.type, name, from_text(rule) if rule else None).id
            for name, rule in rules.items()
        }
        db = services.records.reader()
        self.field = next(field.id for field in types.fields_of_type(db, self.type.id).fields if field.key == "n")
        self.contacts = [int(str(row[0])) for row in fetch(db, "SELECT id FROM contacts ORDER BY email")]
        services.close()
        self.owner = Person(data, "", self.account.id, self.account.email, pair.public_key, pair.secret_key)
        return state_of(values, SEGMENTS)

    # -- running -----------------------------------------------------------------------------------------------------

    def run(self, seconds: float, kill_after: float | None = None) -> History:
        """Let all act at once for so long, and kill the server after a while, if wanted, and start it again."""
        self.server.start()
        self.services = Services(Settings(self.directory / "data"))
        try:
            self._arrive()
            threads = [
                threading.Thread(target=self._act, args=(name, role, random.Random(self.chance.random())))
                for name, role in self._roles().items()
            ]
            begun = time.monotonic()
            for thread in threads:
                thread.start()
            if kill_after is not None:
                self._ended.wait(kill_after)
                self.server.process.kill()
                self._serving.clear()
                self.server.kill()
                self.history.server_is_dead()
                self.server.start()
                self._arrive()
            self._ended.wait(max(begun + seconds - time.monotonic(), 0))
            self._end()
            for thread in threads:
                thread.join()
            if self._faults:
                raise self._faults[0]
            self._last_look()
            self.history.finish()
        finally:
            self._end()
            self.services.close()
            if self.server.is_running:
                self.server.kill()
        return self.history

    def _arrive(self) -> None:
        self.owner.base = f"{self.server.address}/api/"
        found = msgspec.json.decode((self.server.data / "server.json").read_bytes(), type=dict[str, str])
        self.token = found["token"]
        self._serving.set()

    def _end(self) -> None:
        self._ended.set()
        self._serving.set()

    def _roles(self) -> dict[str, Callable[[str, random.Random], None]]:
        overrides = {f"overrides {number}": self.change_overrides() for number in range(3)}
        return {
            **overrides,
            "segments": self.segments(),
            "contacts": self.edit_contacts,
            "console": self.console(),
            "keys": self.keys(),
            "import": self.import_,
            "list": self.read(),
            "watch": self.watch(),
            "local": self.read_locally(),
        }

    def _act(self, name: str, role: Callable[[str, random.Random], None], chance: random.Random) -> None:
        try:
            # Writers without a server pause sometimes: a client that always holds SQLite's lock blocks all others.
            alone = name in ("contacts", "import")
            while not self._ended.wait(chance.uniform(0, PAUSE_SECONDS if alone or name == "keys" else 0)):
                if alone or self._serving.wait():
                    role(name, chance)
        except BaseException as fault:
            self._faults.append(fault)
            self._end()

    def _last_look(self) -> None:
        reading = self.read()
        for number in range(len(self.initial.segments) + 3):
            reading(f"last look {number}", random.Random(number))
