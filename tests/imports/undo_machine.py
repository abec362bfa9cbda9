"""A machine that imports, edits, deletes and undoes in any order, against a model that only watches and remembers."""

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.fields.field_edits import FieldEdit, edit_field
from tamis.actions.fields.fields import create_field, delete_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.jobs.undo import UndoReport, undo_import
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.errors import Invalid, Refused
from tamis.domain.files.import_reports import RequestedOptions
from tamis.domain.files.imports import ImportState
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.fields import COUNTRY, Field, Kind
from tamis.records import types
from tamis.records.contacts import ContactRow
from tamis.records.handles import Reader, Transaction, connection_of
from tamis.records.importing import imports
from tamis.records.segments import overrides
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings
from tests.stores.oracle import Oracle, email

PEOPLE = st.integers(0, 5).map(lambda n: f"p{n}@example.org")
STATED = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["India", "Peru"]),
        "colour": st.sampled_from(["red", "blue"]),
        "passing": st.sampled_from(["here", "there"]),
    },
)
SPELLED = st.tuples(st.booleans(), STATED)
ROWS = st.dictionaries(PEOPLE, SPELLED, min_size=1, max_size=5)
MEMORY = Path("/dev/shm")  # what is tested here is not the disk


@dataclass(frozen=True)
class Row:
    """A contact as stored in the records."""

    email: str
    values: dict[str, Any]
    updated_at: int


@dataclass
class Imported:
    """What the model has seen of an import: the contacts it created, the earlier state of those it changed, who had
    written them last, and how many these were altogether."""

    made: set[int] = field(default_factory=set)
    before: dict[int, tuple[Row, int | None]] = field(default_factory=dict)
    count: int = 0
    undone: bool = False


class Undoing(RuleBasedStateMachine):
    """Contacts of one type, imports of which any can be undone, and people who do things between."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tamis-", dir=MEMORY if MEMORY.is_dir() else None))
        self.now = datetime(2026, 11, 24, tzinfo=UTC)
        self.services = Services(Settings(self.directory, columns_threads=1), self.tick)
        self.imported: dict[int, Imported] = {}
        self.writers: dict[int, int | None] = {}
        self.fields: dict[str, Field] = {"country": COUNTRY}

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def teardown(self) -> None:
        self.services.close()
        shutil.rmtree(self.directory)

    @initialize()
    def begin(self) -> None:
        self.account, _ = self.services.write(create_account, "owner@example.org", "UTC", None)
        self.type = self.services.write(create_type, self.account, "People")
        self.fields["colour"] = self.services.write(create_field, self.type, "Colour", Kind.CHOICE, ("red", "blue"))
        self.oracle = Oracle(self.account, self.type)
        self.live = [
            self.services.write(create_segment, self.account, self.type, name, from_text(text))
            for name, text in (
                ("India", 'country = "India"'),
                ("Others", 'is not in segment "India"'),
                ("Just now", "updated_at is within 1 hour"),
                ("By hand", ""),
                ("By way of it", 'is in segment "By hand" and country is not "India"'),
            )
        ]

    # -- what people do ----------------------------------------------------------------------------------------------

    @rule(rows=ROWS)
    def import_some(self, rows: dict[str, tuple[bool, dict[str, str]]]) -> None:
        before = self.contacts()
        import_id = self.services.write(self.job)
        self.services.write(self.stored, import_id, self.read(rows))
        after = self.contacts()
        seen = self.imported[import_id] = Imported(after.keys() - before.keys())
        seen.before = {id_: (row, self.writers[id_]) for id_, row in before.items() if after[id_] != row}
        seen.count = len(seen.made) + len(seen.before)
        self.writers |= dict.fromkeys((*seen.made, *seen.before), import_id)

    @rule(rows=ROWS)
    def import_more(self, rows: dict[str, tuple[bool, dict[str, str]]]) -> None:
        self.import_some(rows)  # more often than anything else

    @rule(rows=ROWS)
    def write_without_an_import(self, rows: dict[str, tuple[bool, dict[str, str]]]) -> None:
        before = self.contacts()
        self.services.write(upsert, self.type.id, self.field_set, self.read(rows), ())
        self.writers |= {id_: None for id_, row in self.contacts().items() if before.get(id_) != row}

    @rule(data=st.data())
    def delete_one(self, data: st.DataObject) -> None:
        if contacts := self.contacts():
            gone = data.draw(st.sampled_from(sorted(contacts)))
            self.services.write(delete_contact, self.account, self.type, contacts[gone].email)
            for seen in self.imported.values():
                seen.before.pop(gone, None)

    @rule(address=PEOPLE, country=st.sampled_from(["India", "Peru", ""]), data=st.data())
    def edit_one(self, address: str, country: str, data: st.DataObject) -> None:
        before = self.contacts()
        if not before:
            return
        chosen = data.draw(st.sampled_from(sorted(before)))
        texts = {"email": address, "country": country}
        try:
            self.services.write(edit_contact, self.account, self.type, chosen, texts)
        except Invalid:
            assert address in {row.email.lower() for id_, row in before.items() if id_ != chosen}
            return
        if self.contacts()[chosen] != before[chosen]:
            self.writers[chosen] = None
        if address != before[chosen].email.lower():
            for seen in self.imported.values():
                if chosen in seen.before:
                    row, writer = seen.before[chosen]
                    seen.before[chosen] = replace(row, email=address), writer

    @rule(address=PEOPLE, data=st.data())
    def include_recipient(self, address: str, data: st.DataObject) -> None:
        segment = data.draw(st.sampled_from([self.live[0], *self.live[-2:]]))
        try:
            self.services.write(add_recipient, self.account, segment.id, email(address), "By", "Hand")
        except Invalid:
            assert email(address).key in self.expected()[segment.id]

    @rule(data=st.data())
    def exclude_recipient(self, data: st.DataObject) -> None:
        segment = data.draw(st.sampled_from([self.live[0], *self.live[-2:]]))
        if present := self.expected()[segment.id]:
            self.look()
            gone = data.draw(st.sampled_from(sorted(present)))
            stored = self.oracle.stored(self.services.project().cursor(), self.live)
            self.services.write(delete_recipient, self.account, stored[segment.id][gone])
            assert gone not in self.expected()[segment.id]

    @precondition(lambda self: "passing" not in self.fields)
    @rule()
    def make_a_field(self) -> None:
        self.fields["passing"] = self.services.write(create_field, self.type, "Passing", Kind.TEXT)

    @precondition(lambda self: "passing" in self.fields)
    @rule()
    def delete_a_field(self) -> None:
        gone = str(self.fields.pop("passing").id)
        self.services.write(delete_field, self.type, "passing")
        for seen in self.imported.values():
            for id_, (row, writer) in seen.before.items():
                kept = {key: value for key, value in row.values.items() if key != gone}
                seen.before[id_] = replace(row, values=kept), writer

    @precondition(lambda self: "red" in self.fields["colour"].options)
    @rule()
    def delete_an_option(self) -> None:
        before = self.contacts()
        edit = FieldEdit(delete_options=["red"])
        self.fields["colour"] = self.services.write(edit_field, self.account, self.type, "colour", edit)
        self.writers |= {id_: None for id_, row in self.contacts().items() if before[id_] != row}

    @precondition(lambda self: self.imported)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        import_id = data.draw(st.sampled_from(sorted(self.imported, reverse=True)))
        seen = self.imported[import_id]
        if seen.undone:
            with pytest.raises(Refused, match="was already undone"):
                undo_import(self.services, self.account, import_id)
            return
        expected, report = self.expect_of_undoing(import_id, seen)
        found = undo_import(self.services, self.account, import_id)
        assert (self.contacts(), found) == (expected, report)
        seen.undone, seen.before = True, {}
        self.look()

    @precondition(lambda self: self.imported)
    @rule(data=st.data())
    def undo_another(self, data: st.DataObject) -> None:
        self.undo(data)

    # -- what must hold ----------------------------------------------------------------------------------------------

    def expect_of_undoing(self, import_id: int, seen: Imported) -> tuple[dict[int, Row], UndoReport]:
        """Tell which contacts there must be after it, and what must be said of it."""
        there = self.contacts()
        made = there.keys() & seen.made
        gone = {id_ for id_ in made if self.writers[id_] == import_id and id_ not in self.overridden_ids()}
        as_left = {id_ for id_ in seen.before if self.writers[id_] == import_id}
        fitting = {id_ for id_ in as_left if self.fits(seen.before[id_][0])}
        touched = [*sorted(made - gone), *sorted(seen.before.keys() - fitting)]
        addresses = tuple(there[id_].email for id_ in sorted(touched))
        for id_ in fitting:
            there[id_], self.writers[id_] = seen.before[id_]
        report = UndoReport(
            deleted=len(gone),
            restored=len(fitting),
            touched=len(touched) - len(as_left - fitting),
            unfit=len(as_left - fitting),
            gone=seen.count - len(made) - len(seen.before),
            touched_emails=addresses,
        )
        return {id_: row for id_, row in there.items() if id_ not in gone}, report

    @invariant()
    def journals_are_of_what_there_is(self) -> None:
        if self.imported:
            rows: Any = (
                connection_of(self.db).execute("SELECT import_id, contact_id FROM import_prior_values").fetchall()
            )
            assert set(rows) == {(id_, contact) for id_, seen in self.imported.items() for contact in seen.before}
            rows = connection_of(self.db).execute("SELECT id, import_id FROM contacts").fetchall()
            assert dict(rows) == {id_: self.writers[id_] for id_, _ in rows}

    def look(self) -> None:
        con = self.services.project().cursor()
        stored = self.oracle.stored(con, self.live) if self.expected() else {}
        assert {id_: set(keyed) for id_, keyed in stored.items()} == self.expected()
        added = con.execute("SELECT id, contact_id FROM inclusions ORDER BY id").fetchall()
        assert added == sorted((row.id, row.contact_id) for row in overrides.inclusions_for_columns(self.db, None))

    # -- means -------------------------------------------------------------------------------------------------------

    @property
    def db(self) -> Reader:
        return self.services.records.reader()

    @property
    def field_set(self) -> Any:
        return types.fields_of_type(self.db, self.type.id)

    def contacts(self) -> dict[int, Row]:
        rows: Any = (
            connection_of(self.db).execute("SELECT id, email, field_values, updated_at FROM contacts").fetchall()
        )
        return {id_: Row(address, msgspec.json.decode(values), at) for id_, address, values, at in rows}

    def overridden_ids(self) -> set[int]:
        """Return the contacts that were manually added or excluded."""
        rows: Any = connection_of(self.db).execute("SELECT recipient_id FROM inclusions").fetchall()
        excluded: Any = (
            connection_of(self.db)
            .execute(
                "SELECT c.id FROM contacts c JOIN contact_exclusions r ON r.contact_id = c.id "
                "WHERE r.created_at >= c.created_at"
            )
            .fetchall()
        )
        return {number & EXTERNAL_BIT - 1 for (number,) in rows if not number & EXTERNAL_BIT} | {
            id_ for (id_,) in excluded
        }

    def fits(self, row: Row) -> bool:
        colour = self.fields["colour"]
        return row.values.get(str(colour.id)) in (None, *colour.options)

    def expected(self) -> dict[int, set[str]]:
        return self.oracle.expected(self.db, self.live, EvaluationTime(self.now, self.account.zone))

    def read(self, rows: dict[str, tuple[bool, dict[str, str]]]) -> list[ContactRow]:
        found = []
        for address, (shouted, stated) in rows.items():
            values: Any = {
                self.fields[name].id: value
                for name, value in stated.items()
                if name in self.fields and (name != "colour" or value in self.fields["colour"].options)
            }
            found.append((address.upper() if shouted else address, address, encode_values(values)))
        return found

    def job(self, db: Transaction, now: datetime) -> int:
        made = imports.insert(db, self.account.id, self.type.id, "people.csv", RequestedOptions(), now)
        imports.set_state(db, made.id, ImportState.FINISHED, now)
        return made.id

    def stored(self, db: Transaction, now: datetime, import_id: int, rows: list[ContactRow]) -> None:
        done = upsert(db, now, self.type.id, self.field_set, rows, (), import_id=import_id)
        imports.add_stored(db, import_id, len(rows), done.created, done.updated, done.unchanged)
