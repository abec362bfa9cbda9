"""Who must be in which segment, recomputed from the records alone; and the log, followed as a reader of it would."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from tamis.actions.events.contact_events import events_of
from tamis.actions.segments.stored_rules import stored_rule
from tamis.columns.layout.membership import recipients_of
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import Email, email_key, parse_email
from tamis.domain.contacts.externals import External
from tamis.domain.segments.segments import Segment, SegmentRef, SegmentRefs
from tamis.records import contacts, types
from tamis.records.consent.email_hashes import hash_email, pepper
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader, connection_of
from tamis.rules.evaluation.aggregates import Events
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule, referenced_segments


def email(text: str) -> Email:
    """Read an address that is known to be one."""
    parsed = parse_email(text)
    assert parsed
    return parsed


class Oracle:
    """Recomputes memberships with the reference evaluator; `emails` are the keys of all addresses by recipient."""

    def __init__(self, account: Account, contact_type: ContactType) -> None:
        self.account = account
        self.type = contact_type
        self.emails: dict[int, str] = {}
        self.suppressed: dict[str, SuppressionReason] = {}
        """The reasons of all suppressed emails, by the keys of the emails, as whoever suppressed them says."""

    def suppress(self, addresses: Sequence[Email], reason: SuppressionReason) -> None:
        """Take down that emails were suppressed: the gravest reason counts."""
        for address in addresses:
            known = self.suppressed.get(address.key, reason)
            self.suppressed[address.key] = min(known, reason, key=list(SuppressionReason).index)

    def contacts(self, db: Reader) -> list[Contact]:
        """List all contacts of the type."""
        rows = connection_of(db).execute("SELECT id FROM contacts WHERE contact_type_id = ?", (self.type.id,))
        ids = [int(row[0]) for row in rows]
        return contacts.by_ids(db, ids, types.fields_of_type(db, self.type.id))

    def rules(self, db: Reader, live: Sequence[Segment]) -> dict[int, Rule]:
        """Return the rules of live segments."""
        refs = SegmentRefs(tuple(SegmentRef(s.id, s.name) for s in live))
        fields, events = types.fields_of_type(db, self.type.id), names_of_type(db, self.type.id)
        return {s.id: stored_rule(s.rule, fields, refs, events) for s in live}

    def names(self, db: Reader, segment: Segment) -> frozenset[int]:
        """Tell which segments the rule of one names."""
        row: Any = connection_of(db).execute("SELECT id, name FROM segments WHERE deleted_at IS NULL")
        refs = SegmentRefs(tuple(SegmentRef(*found) for found in row))
        fields, events = types.fields_of_type(db, self.type.id), names_of_type(db, self.type.id)
        return referenced_segments(stored_rule(segment.rule, fields, refs, events))

    def with_dependents(self, db: Reader, live: Sequence[Segment], some: Collection[int]) -> set[int]:
        """Add to some segments those that name them, directly or by way of others."""
        found = set(some)
        for _ in live:
            found.update(s.id for s in live if self.names(db, s) & found)
        return found

    def expected(self, db: Reader, live: Sequence[Segment], as_of: EvaluationTime) -> dict[int, set[str]]:
        """Recompute who is in each segment, as keys of addresses."""
        rows: Any = connection_of(db).execute("SELECT segment_id, contact_id FROM contact_exclusions")
        removed = set(rows.fetchall())
        rows = connection_of(db).execute("SELECT segment_id, email_key, recipient_id FROM inclusions")
        added = {(segment_id, key): recipient_id for segment_id, key, recipient_id in rows}
        self.emails.update({recipient_id: key for (_, key), recipient_id in added.items()})
        rules = self.rules(db, live)
        found: dict[int, set[str]] = {s.id: {key for id_, key in added if id_ == s.id} for s in live}
        self._expect_externals(db, live, rules, as_of, found)
        for stored in self.contacts(db):
            key, events = email_key(stored.email) or "", events_of(db, stored)
            contact = replace(stored, suppressed=key in self.suppressed)

            def is_in(segment_id: int, contact: Contact = contact, key: str = key, events: Events = events) -> bool:
                return (segment_id, key) in added or (
                    (segment_id, contact.id) not in removed
                    and selects(rules[segment_id], contact, as_of, is_in, events)
                )

            for segment in live:
                self.emails[segment.id << 32 | contact.id] = key
                if is_in(segment.id):
                    found[segment.id].add(key)
        return found

    def _expect_externals(
        self,
        db: Reader,
        live: Sequence[Segment],
        rules: dict[int, Rule],
        as_of: EvaluationTime,
        found: dict[int, set[str]],
    ) -> None:
        """Add the addresses that are no contacts and come to segments by way of those to which they were added."""
        rows: Any = connection_of(db).execute(
            "SELECT email_key, segment_id, email, first_name, last_name, person_id FROM inclusions "
            "WHERE email_key NOT IN (SELECT email_key FROM contacts) ORDER BY id"
        )
        additions: dict[str, list[Any]] = defaultdict(list)
        for key, *row in rows:
            if row[0] in found:
                additions[key].append(row)
        rows = connection_of(db).execute("SELECT segment_id, email_hash FROM email_exclusions")
        excluded = set(rows.fetchall())
        for key, reported in additions.items():
            _, address, first_name, last_name, number = reported[-1]
            added_to = {row[0]: as_of.now for row in reported}
            person = External(
                number, self.type.id, address, first_name, last_name, added_to, {}, key in self.suppressed
            )

            def is_in(segment_id: int, key: str = key, person: External = person) -> bool:
                return segment_id in person.included or (
                    (segment_id, hash_email(pepper(db) or b"", key)) not in excluded
                    and any(map(is_in, segments_included(rules[segment_id])))
                    and selects(rules[segment_id], person, as_of, is_in, lambda _event_id: ())
                )

            for segment in live:
                self.emails[segment.id << 32 | 1 << 31 | person.person_id] = key
                if is_in(segment.id):
                    found[segment.id].add(key)

    def stored(self, con: duckdb.DuckDBPyConnection, live: Sequence[Segment]) -> dict[int, dict[str, int]]:
        """Read who is in each segment, as recipients by the keys of their addresses."""
        found = {}
        for segment in live:
            rows = con.execute(f"SELECT recipient_id FROM {recipients_of(segment.id)}").fetchall()
            keyed = {self.emails[row[0]]: row[0] for row in rows}
            assert len(keyed) == len(rows), "an address stands twice"
            found[segment.id] = keyed
        return found


class Log:
    """Follows the log line by line: what it says must lead from each state that was seen to the next one."""

    def __init__(self) -> None:
        self._last = 0
        self._followed: dict[int, set[int]] = {}
        self._lines: dict[int, list[tuple[int, datetime, int, int]]] = {}
        self._begins: dict[int, datetime] = {}

    def follow(self, con: duckdb.DuckDBPyConnection, present: dict[int, set[int]]) -> None:
        """Read the new lines and apply them; `present` is who is in each segment now."""
        rows = con.execute(
            "SELECT number, instant, recipient_id >> 32, recipient_id, delta, cause "
            "FROM membership_changes WHERE number > $1 "
            "UNION ALL SELECT number, instant, segment_id, NULL, recipients, cause "
            "FROM membership_snapshots WHERE number > $1 "
            "ORDER BY number",
            [self._last],
        ).fetchall()
        assert [row[0] for row in rows] == list(range(self._last + 1, self._last + 1 + len(rows)))
        self._last += len(rows)
        for index, (number, instant, segment_id, recipient_id, delta, _cause) in enumerate(rows):
            at = instant.replace(tzinfo=UTC)
            if recipient_id is None:
                later = [row for row in rows[index + 1 :] if row[2] == segment_id]
                self._begins[segment_id], self._lines[segment_id] = at, []
                self._followed[segment_id] = filled = self._undone(present.get(segment_id, set()), later)
                assert len(filled) == delta or segment_id not in present
            else:
                followed = self._followed[segment_id]
                assert (recipient_id in followed) is (delta == -1), "an entry of who is in, or an exit of who is not"
                followed ^= {recipient_id}
                self._lines[segment_id].append((number, at, recipient_id, delta))
        assert {id_: self._followed[id_] for id_ in present} == present

    @staticmethod
    def _undone(present: set[int], later: Sequence[tuple[Any, ...]]) -> set[int]:
        filled = set(present)
        for row in reversed(later):
            filled ^= {row[3]}
        return filled

    def recipients_at(self, segment_id: int, instant: datetime) -> set[int]:
        """Undo all lines of a segment that came after an instant."""
        assert instant >= self._begins[segment_id]
        found = set(self._followed[segment_id])
        for _, at, recipient_id, _ in reversed(self._lines[segment_id]):
            if at > instant:
                found ^= {recipient_id}
        return found
