"""SQLite in memory, with the contacts of one type and the members of its segments."""

from collections.abc import Mapping
from datetime import datetime

import apsw

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import FieldSet
from tamis.rules.evaluation.dependencies import sort_into_levels, without_circular
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule
from tests.laws.event_strategies import NOTHING, Histories
from tests.laws.sqlite import contacts, events
from tests.laws.sqlite.dialect import SQLITE


class SqliteStore:
    """An engine of rules (see `tests.laws.engines`)."""

    def __init__(self, fields: FieldSet) -> None:
        self.fields = fields
        self._con = apsw.Connection(":memory:")
        contacts.create_table(self._con, fields)
        events.create_tables(self._con)
        self._con.execute(
            "CREATE TABLE members (segment_id INTEGER, contact_id INTEGER, PRIMARY KEY (segment_id, contact_id)) STRICT"
        )

    def close(self) -> None:
        """Close the connection."""
        self._con.close()

    def fill(self, audience: list[Contact], histories: Histories = NOTHING) -> None:
        """Replace the contacts and their events."""
        with self._con:
            self._con.execute("DELETE FROM contacts")
            contacts.insert(self._con, self.fields, audience)
            events.replace(self._con, histories)

    def selected(self, rule: Rule, as_of: EvaluationTime, instants: list[datetime] | None = None) -> set[int]:
        """Return the contacts that a rule selects as of a time, or as of an instant for each contact, by ascending
        id."""
        parameters = Parameters(SQLITE)
        asked = f"json_extract({parameters.bind(instants or [])}, '$[' || (id - 1) || ']')"
        source = ColumnSource(
            contacts.column,
            _is_in_random_segment,
            None if instants is None else "asked",
            events.TABLES if instants is None else events.tables_at(instants),
        )
        where = compile_rule(rule, as_of, source, parameters)
        found = self._con.execute(
            f"SELECT id FROM (SELECT *, {asked} AS asked FROM contacts) WHERE {where}", parameters.values
        )
        return {row[0] for row in found}

    def members(self, rules: Mapping[int, Rule], as_of: EvaluationTime) -> dict[int, set[int]]:
        """Evaluate all segments, each after those that its rule names, and return the members of each."""
        rules = without_circular(rules)
        with self._con:
            self._con.execute("DELETE FROM members")
            for level in sort_into_levels(rules):
                for segment_id in level:
                    parameters = Parameters(SQLITE)
                    segment = parameters.bind(segment_id)
                    where = compile_rule(
                        rules[segment_id], as_of, ColumnSource(contacts.column, _is_member), parameters
                    )
                    self._con.execute(
                        f"INSERT INTO members SELECT {segment}, id FROM contacts WHERE {where}", parameters.values
                    )
        found: dict[int, set[int]] = {segment_id: set() for segment_id in rules}
        for segment_id, contact_id in self._con.execute("SELECT segment_id, contact_id FROM members"):
            found[segment_id].add(contact_id)
        return found

    def compared(self, texts: list[str]) -> list[str]:
        """Store texts as the values of a field, and return what they are compared as."""
        field = self.fields.by_id[101]
        name = contacts.column(field)
        with self._con:
            self._con.execute("DELETE FROM contacts")
            self._con.executemany(
                f"INSERT INTO contacts (id, {name}) VALUES (?, ?)",
                ((number, contacts.stored(text)) for number, text in enumerate(texts)),
            )
        return [row[0] for row in self._con.execute(f"SELECT {SQLITE.folded(name)} FROM contacts ORDER BY id")]


def _is_in_random_segment(segment_id: int, parameters: Parameters) -> str:
    return f"(id + {parameters.bind(segment_id)}) % 3 = 0"


def _is_member(segment_id: int, parameters: Parameters) -> str:
    return f"id IN (SELECT contact_id FROM members WHERE segment_id = {parameters.bind(segment_id)})"
