"""A data directory in which everything is about to happen: people, segments by rule and by manual override, and their
journal."""

import json
import random
import sys
from pathlib import Path

import apsw

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.records.engine.sqlite.database import FILE_NAME, connect, migrations
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.reliability.journal import Journal
from tests.support.users import Person

BATCHES = 6
RENAMED = {
    "feed": "change_log",
    "added_id": "inclusion_id",
    "recipients_added": "inclusions",
    "recipients_removed": "contact_exclusions",
}
"""The names of the first schema that are other names now."""
MOVED = {"password_hash": "(SELECT u.password_hash FROM newest.users u WHERE u.id = accounts.id)"}
"""Where columns of the first schema are now."""
RULES = {
    "Fiftieth": "fiftieth = 0",  # imports leave it alone, so only manual overrides change who is in it
    "Low": "n < 500",
    "Middle": "n is between 900 and 2000 or note contains \"7\"",
    "Not high": "not (n > 2500)",
    "Fiftieth or low": 'is in segment "Fiftieth" or n < 200',
    "Others": 'is not in segment "Fiftieth or low" and updated_at is within 1 hour',
    "By hand": "",
    "Also by hand": "",
}  # fmt: skip
BUSY_SERVER = """
import duckdb
from tamis.columns.engine import store
opened = duckdb.connect
def connect(*args, **kwargs):
    db = opened(*args, **kwargs)
    if not kwargs.get("read_only"):
        db.execute("SET GLOBAL checkpoint_threshold = '128KB'").fetchall()
    return db
store.duckdb.connect = connect
store.MERGE_WHEN_IDLE = 500
if store.Columns.tidy.__defaults__:
    store.Columns.tidy.__defaults__ = (500,)
from tamis.cli.main import main
main()
"""
"""Tamis, but for its merges and checkpoints, which happen all the time and not once in a million changes."""
IMPORT = """
from tamis.actions.importing import run
run.ROWS_A_BATCH = {rows}
from tamis.cli.main import main
main()
"""
"""Tamis with imports in small batches."""


class PreparedData:
    """A directory with its journal; `people` contacts come in files of BATCHES batches."""

    def __init__(self, data: Path, people: int, chance: random.Random) -> None:
        self.data, self.people, self.chance = data, people, chance
        self.journal = Journal(BATCHES)
        services = Services(Settings(data))
        self.account, pair = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
        self.type: ContactType = services.write(create_type, self.account, "People")
        import_file(services, self.account, self.type, self.file(0), ImportOptions(create_fields=True))
        self.segments = {}
        for name, rule in RULES.items():
            draft = from_text(rule) if rule else None
            self.segments[name] = services.write(create_segment, self.account, self.type, name, draft).id
        services.close()
        self.owner = Person(data, "", self.account.id, self.account.email, pair.public_key, pair.secret_key)

    @property
    def override_segments(self) -> list[int]:
        """The segments that hold only who was added."""
        return [id_ for name, id_ in self.segments.items() if not RULES[name]]

    @property
    def batch(self) -> int:
        """How many people are in a batch."""
        return self.people // BATCHES

    def address(self, number: int) -> str:
        """Return the address of a contact."""
        return f"p{number}@example.org"

    def file(self, edition: int) -> Path:
        """Write an edition of the file."""
        path = self.data.with_name(f"people-{edition}.csv")
        with path.open("w") as file:
            file.write("email,n,fiftieth,note,edition\n")
            for number in range(self.people):
                value = (number * 7_919 + edition * 613) % 3_000
                file.write(f"{self.address(number)},{value},{number % 50},note {value},{edition}\n")
        return path

    def importing(self, edition: int, before: str = "") -> list[str]:
        """Write the command that imports an edition of the file batch by batch, after what Python runs `before` it."""
        program = before + IMPORT.format(rows=self.batch)
        arguments = ("import", str(self.file(edition)), "--type", "People", "--data", str(self.data), "--json")
        return [sys.executable, "-c", program, *arguments]

    def editions(self, db: apsw.Connection) -> dict[int, int]:
        """Read which edition each batch stands at; raises AssertionError when one is half there."""
        (field,) = db.execute("SELECT id FROM fields WHERE key = 'edition'").fetchall()[0]
        rows = db.execute(
            "SELECT email, field_values ->> ? FROM contacts WHERE email GLOB 'p[0-9]*'", (f'$."{field}"',)
        ).fetchall()
        found: dict[int, set[int]] = {batch: set() for batch in range(BATCHES)}
        for email, edition in rows:
            number = int(str(email)[1:].partition("@")[0])
            found[number // self.batch].add(int(float(str(edition))))
        assert len(rows) == self.people
        halves = {batch: editions for batch, editions in found.items() if len(editions) != 1}
        assert not halves, f"batches that are half imported: {halves}"
        return {batch: editions.pop() for batch, editions in found.items()}

    def thresholds(self, db: apsw.Connection) -> dict[str, int | None]:
        """Read the segments that `journal.rules` is about."""
        rows = db.execute("SELECT name, rule FROM segments WHERE deleted_at IS NULL").fetchall()
        live = {str(name): int(json.loads(str(rule))["values"][0]) for name, rule in rows if name not in RULES}
        assert live.keys() <= self.journal.rules.may_be.keys(), "a segment that nobody made"
        return {name: live.get(name) for name in self.journal.rules.may_be}

    def go_back_to_the_first_schema(self) -> None:
        """Turn the records into what the first version of Tamis would have made of them; the columns are lost."""
        path, new = self.data / FILE_NAME, self.data / "new.sqlite"
        db = connect(new)
        db.execute(migrations()[0][1]).fetchall()
        db.execute("ATTACH ? AS newest", (str(path),)).fetchall()
        tables = db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence'")
        db.execute("BEGIN").fetchall()
        for name in [*(str(row[0]) for row in tables.fetchall()), "sqlite_sequence"]:
            columns = [str(row[1]) for row in db.execute(f"PRAGMA main.table_info({name})").fetchall()]
            values = ", ".join(MOVED.get(column, RENAMED.get(column, column)) for column in columns)
            db.execute(f"DELETE FROM main.{name}").fetchall()
            db.execute(
                f"INSERT INTO main.{name} ({', '.join(columns)}) SELECT {values} FROM newest.{RENAMED.get(name, name)}"
            ).fetchall()
        for old, renamed in RENAMED.items():
            db.execute("UPDATE main.sqlite_sequence SET name = ? WHERE name = ?", (old, renamed)).fetchall()
        db.execute("PRAGMA main.user_version = 1").fetchall()
        db.execute("COMMIT").fetchall()
        db.close()
        for file in self.data.glob("*"):
            if file.name.startswith((FILE_NAME, "columns.duckdb")):
                file.unlink()
        new.rename(path)
