"""Both stores, filled with contacts as the product does: records, documents, typed columns."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import duckdb
import msgspec

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.interface.exports import AllContacts
from tamis.columns.interface.rules import RuleCounts
from tamis.columns.layout.contacts import SQL_TYPES, column, ensure_table, original, table
from tamis.columns.layout.membership import CONTACT_MASK, recipients_of
from tamis.columns.layout.schema import SCHEMA
from tamis.columns.projector.documents import insert_contacts
from tamis.columns.projector.steps.refresh import target_recipients
from tamis.columns.reads.exports import DuckExportReads
from tamis.columns.reads.rules import DuckRuleReads
from tamis.domain.contacts.contacts import Contact, encode_values
from tamis.domain.files.exports import OutputOptions
from tamis.domain.values.fields import FIRST_TOPIC_FIELD, FieldSet, Kind, Value
from tamis.domain.values.instants import to_micros
from tamis.records import contacts as records
from tamis.records.consent.email_hashes import register_email_hash
from tamis.records.handles import Reader
from tamis.rules.evaluation.dependencies import sort_into_levels, without_circular
from tamis.rules.sql.compiler import ColumnSource, EventTables, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node, Rule
from tests.laws.event_strategies import EVENTS, NOTHING, Histories

TYPE = 1


class Stores:
    """Both stores in memory, with the contacts of one type."""

    def __init__(self, fields: FieldSet) -> None:
        self.fields = fields
        self._records = apsw.Connection(":memory:")
        self._records.execute(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, contact_type_id INTEGER, email TEXT, email_key TEXT, "
            "field_values TEXT, created_at INTEGER, updated_at INTEGER) STRICT;"
            "CREATE TABLE contact_types (id INTEGER PRIMARY KEY, account_id INTEGER) STRICT;"
            f"INSERT INTO contact_types VALUES ({TYPE}, 1);"
            "CREATE TABLE suppressions (account_id INTEGER, email_hash TEXT) STRICT;"
            "CREATE TABLE subscriptions (contact_id INTEGER, topic_id INTEGER, state TEXT) STRICT;"
            "CREATE TABLE store (pepper BLOB) STRICT; INSERT INTO store VALUES (x'00')"
        )
        register_email_hash(self._records)
        self._columns = duckdb.connect(":memory:", config={"threads": 1})
        self._columns.execute("SET TimeZone = 'Asia/Kolkata'")  # the clock of the machine must mean nothing
        self._columns.execute(SCHEMA)
        ensure_table(self._columns, TYPE, fields)
        self._has_events = False
        for event in EVENTS.names:
            self._columns.execute(_create_events(event.id, _event_columns(event.id)))

    def close(self) -> None:
        """Close both."""
        self._records.close()
        self._columns.close()

    def fill(self, contacts: list[Contact], histories: Histories = NOTHING) -> None:
        """Replace the contacts and their events."""
        self._records.execute("DELETE FROM contacts; DELETE FROM suppressions; DELETE FROM subscriptions")
        self._columns.execute(f"DELETE FROM {table(TYPE)}")
        self._records.executemany(
            "INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    c.id,
                    TYPE,
                    c.email,
                    f"{c.id} {c.email}",
                    encode_values(c.values),
                    to_micros(c.created_at),
                    to_micros(c.updated_at),
                )
                for c in contacts
            ],
        )
        self._records.executemany(
            "INSERT INTO suppressions VALUES (1, email_hash(x'00', ?))",
            [(f"{c.id} {c.email}",) for c in contacts if c.suppressed],
        )
        self._records.executemany(
            "INSERT INTO subscriptions VALUES (?, ?, ?)",
            [(c.id, id_ - FIRST_TOPIC_FIELD, state) for c in contacts for id_, state in c.states.items()],
        )
        documents = records.documents(Reader(self._records), TYPE, [c.id for c in contacts])
        insert_contacts(self._columns, TYPE, self.fields, documents)
        if self._has_events or histories:
            self._has_events = bool(histories)
            self._fill_events(histories)

    def _fill_events(self, histories: Histories) -> None:
        for event in EVENTS.names:
            fields = EVENTS.properties_of(event.id).fields
            self._columns.execute(f"DELETE FROM {_events(event.id)}")
            rows = [
                [contact_id, _naive(each.at), *(_naive(each.values.get(field.id)) for field in fields)]
                for contact_id, of_contact in histories.items()
                for each in of_contact.get(event.id, ())
            ]
            if rows:
                lists = ", ".join(f"unnest(?::{sql_type}[])" for sql_type in _event_columns(event.id).values())
                values = [list(of_column) for of_column in zip(*rows, strict=True)]
                self._columns.execute(f"INSERT INTO {_events(event.id)} SELECT {lists}", values)

    def selected(self, rule: Rule, as_of: EvaluationTime, instants: list[datetime] | None = None) -> set[int]:
        """Return the contacts that a rule selects as of a time, or as of one of `instants` for each contact, by
        ascending id."""
        parameters = Parameters(DUCKDB)
        naive = [instant.replace(tzinfo=None) for instant in instants or ()]
        rows_with_instants = (
            f"(SELECT *, list_extract({parameters.bind(naive)}::TIMESTAMP[], id) AS instant FROM {table(TYPE)})"
        )
        source = ColumnSource(
            column, _in_segment, None, EventTables(_rows, column, "happened", ("id",), ("contact_id",))
        )
        if instants is not None:
            source = ColumnSource(column, _in_segment, "instant", _events_at(naive))
        where = compile_rule(rule, as_of, source, parameters)
        rows = self._columns.execute(f"SELECT id FROM {rows_with_instants} WHERE {where}", parameters.values).fetchall()
        return {row[0] for row in rows}

    def members(self, rules: Mapping[int, Rule], as_of: EvaluationTime) -> dict[int, set[int]]:
        """Fill all segments, each after those that its rule names, and return the contacts in each."""
        rules = without_circular(rules)
        self._columns.execute("DELETE FROM members")
        for level in sort_into_levels(rules):
            for segment_id in level:
                parameters = Parameters(DUCKDB)
                at = parameters.bind(as_of.now)
                wanted = target_recipients(TYPE, segment_id, rules[segment_id], as_of, parameters)
                self._columns.execute(
                    f"INSERT INTO members SELECT recipient_id, {at} FROM ({wanted})", parameters.values
                )
        return {segment_id: self._contacts_in(segment_id) for segment_id in rules}

    def _contacts_in(self, segment_id: int) -> set[int]:
        rows = self._columns.execute(
            f"SELECT recipient_id & {CONTACT_MASK} FROM {recipients_of(segment_id)}"
        ).fetchall()
        return {row[0] for row in rows}

    def counted(
        self, rule: Rule, parts: Sequence[Node], as_of: EvaluationTime, *, mailable: bool = False
    ) -> RuleCounts:
        """Count the contacts that a rule and its parts select, and sample three; all segments that they name are
        empty."""
        return DuckRuleReads(self._columns).count_parts(TYPE, rule, parts, as_of, None, 3, mailable=mailable)

    def sampled(self, rule: Node, as_of: EvaluationTime, most: int) -> list[int]:
        """Return a sample of the contacts that a rule selects."""
        return DuckRuleReads(self._columns).sample(TYPE, rule, as_of, most)

    def held(self, contact_id: int) -> dict[int, Value]:
        """Return the values of a contact in the projection, by field id."""
        names = ", ".join(original(field) for field in self.fields.fields)
        row = self._columns.execute(f"SELECT {names} FROM {table(TYPE)} WHERE id = $1", [contact_id]).fetchone()
        assert row is not None
        return {
            field.id: _value(value, field.kind)
            for field, value in zip(self.fields.fields, row, strict=True)
            if value is not None
        }

    def export(self, layout: OutputOptions, target: Path) -> int:
        """Write all contacts with all their fields to a file."""
        fields = self.fields.fields
        return DuckExportReads(self._columns).write(
            AllContacts(TYPE), fields, layout, target, "UTC", lambda _, email: email
        )

    def compared(self, texts: list[str]) -> list[str]:
        """Store texts in the projection as values of a field, and return their folded forms."""
        field = self.fields.by_id[101]
        self._columns.execute(f"DELETE FROM {table(TYPE)}")
        ids = range(0, len(texts), 1000)
        documents = [
            "\n".join(
                msgspec.json.encode({"id": start + n, "email": "", "values": {"101": text}}).decode()
                for n, text in enumerate(texts[start : start + 1000])
            )
            for start in ids
        ]
        insert_contacts(self._columns, TYPE, self.fields, documents)
        rows = self._columns.execute(f"SELECT lower({column(field)}) FROM {table(TYPE)} ORDER BY id").fetchall()
        return [row[0] for row in rows]

    def lower(self, texts: list[str]) -> list[str]:
        """Return texts in lower case, by the projection."""
        rows = self._columns.execute("SELECT lower(unnest($1::VARCHAR[]))", [texts]).fetchall()
        return [row[0] for row in rows]


def _events(event_id: int) -> str:
    return f"events_{event_id}"


def _rows(event_id: int, _: Parameters) -> str:
    return _events(event_id)


def _events_at(instants: Sequence[datetime]) -> EventTables:
    """Return where rules find events that are evaluated as of an instant of their contact; rows are known by two
    columns, as those of the projector are."""

    def rows(event_id: int, parameters: Parameters) -> str:
        asked = f"list_extract({parameters.bind(list(instants))}::TIMESTAMP[], contact_id)"
        return f"(SELECT *, contact_id % 2 AS half, {asked} AS asked FROM {_events(event_id)})"

    return EventTables(rows, column, "happened", ("id", "id % 2"), ("contact_id", "half"), "asked")


def _event_columns(event_id: int) -> dict[str, str]:
    properties = {column(field): SQL_TYPES[field.kind] for field in EVENTS.properties_of(event_id).fields}
    return {"contact_id": "BIGINT", "happened": "TIMESTAMP"} | properties


def _create_events(event_id: int, columns: Mapping[str, str]) -> str:
    return f"CREATE TABLE {_events(event_id)} ({', '.join(f'{name} {sql_type}' for name, sql_type in columns.items())})"


def _naive(value: Value | None) -> Value | None:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _in_segment(segment_id: int, parameters: Parameters) -> str:
    return f"(id + {parameters.bind(segment_id)}) % 3 = 0"


def _value(held: Any, kind: Kind) -> Value:
    if kind is Kind.CHOICES:
        return tuple(held)
    value: Value = held.replace(tzinfo=UTC) if kind is Kind.DATETIME else held
    return value


def known(contact: Contact, fields: FieldSet) -> dict[int, Value]:
    """Return all values of a contact, by field id."""
    found = {field.id: contact.value_of(field) for field in fields.fields}
    return {key: value for key, value in found.items() if value is not None}
