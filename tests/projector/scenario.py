"""A data directory in which something of every kind waits to be projected, and what the projection has in the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from tamis.actions.accounts.accounts import choose_account, create_account
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import CITY, COUNTRY, RESERVED, FieldSet, Kind
from tamis.records import types
from tamis.records.contacts import NewContact
from tamis.records.segments import segments
from tamis.rules.syntaxes.json import from_json
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings
from tests.stores.oracle import Oracle, email

BEFORE = datetime(2024, 3, 1, 10, tzinfo=UTC)
EARLIER = BEFORE - timedelta(hours=2)
WRITTEN = BEFORE + timedelta(hours=20)
SOON = BEFORE + timedelta(hours=30)
LATE = BEFORE + timedelta(days=200)
PEOPLE = 24
RULES = {
    "High": "score > 3",
    "Lately": "seen is within 1 day",
    "Just now": "seen is within 3 hours",
    "High in Peru": 'country = "Peru" and is in segment "High"',
    "Not lately": 'is not in segment "Lately"',
    "Edited": "score > 20",
    "Deleted": 'country = "Peru"',
}
SIMPLE = {"Never": 'country = "Peru"', "Steady": "created_at is within 9000 hours"}
"""Rules of contact types with one segment: time changes no answer of the one, and none soon of the other."""
EVENT_RULES: dict[str, dict[str, object]] = {
    "Orders": {"event": "order", "operator": ">=", "values": ["2"]},
    "Late orders": {
        "event": "order",
        "operator": "=",
        "values": ["1"],
        "window": {"operator": "is within", "values": ["26 hours"]},
        "where": {"field": "amount", "operator": ">", "values": ["5"]},
    },
    "This week": {
        "event": "order",
        "operator": "<",
        "values": ["2"],
        "window": {"operator": "is within", "values": ["1 week"]},
    },
}
PERUVIAN, IN_LIMA = encode_values({COUNTRY.id: "Peru"}), encode_values({COUNTRY.id: "Peru", CITY.id: "Lima"})


@contextmanager
def opened(directory: Path, now: datetime) -> Iterator[Services]:
    """Open a directory with a stopped clock."""
    with opened_with_clock(directory, [now]) as services:
        yield services


@contextmanager
def opened_with_clock(directory: Path, clock: list[datetime]) -> Iterator[Services]:
    """Open a directory with a clock that is set: it shows the last instant of a list."""
    services = Services(Settings(directory, columns_threads=1), lambda: clock[-1])
    try:
        yield services
    finally:
        services.close()


def make(directory: Path) -> None:
    """Make the directory: what is there is projected, then much is written that is not."""
    clock = [BEFORE]
    with opened_with_clock(directory, clock) as services:
        account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
        people = services.write(create_type, account, "People")
        ids = {
            name: services.write(create_field, people, name, kind).id
            for name, kind in (("Score", Kind.NUMBER), ("Seen", Kind.DATETIME))
        }
        made = {
            name: services.write(create_segment, account, people, name, from_text(rule)) for name, rule in RULES.items()
        }
        fields = types.fields_of_type(services.records.reader(), people.id)

        def store(numbers: range, shift: int) -> None:
            rows = [
                NewContact(
                    f"p{n}@example.org",
                    f"p{n}@example.org",
                    encode_values(
                        {
                            COUNTRY.id: ("Peru", "India")[(n + shift) % 2],
                            ids["Score"]: float((n + shift) % 9),
                            ids["Seen"]: BEFORE - timedelta(hours=n + shift, minutes=7),
                        }
                    ),
                )
                for n in numbers
            ]
            services.write(upsert, people.id, fields, rows, ())

        store(range(PEOPLE), 0)
        _send(services, account, people.id, range(0, PEOPLE, 2), BEFORE)
        for name, rule in EVENT_RULES.items():
            services.write(create_segment, account, people, name, from_json(msgspec.json.encode(rule)))
        for name, address in (("High", "p0@example.org"), ("High", "ext@example.org"), ("Deleted", "ext@example.org")):
            services.write(add_recipient, account, made[name].id, email(address), "Some", "Body")
        _exclude(services, account, made["High"])
        others = [_simple_type(services, account, name, rule) for name, rule in SIMPLE.items()]
        services.project()
        clock.append(WRITTEN)
        for type_id, _ in others:
            _store_some(services, type_id, range(5), IN_LIMA)
            visits: list[object] = [
                {"email": f"s{n}@example.org", "event": "visit", "properties": {"page": "home"}} for n in (1, 5)
            ]
            _send_items(services, account, type_id, visits)
        services.write(add_recipient, account, others[0][1].id, email("ext@example.org"), "Some", "Body")
        store(range(PEOPLE // 2, PEOPLE + 6), 5)
        _send(services, account, people.id, range(PEOPLE + 6), WRITTEN)
        services.write(delete_contact, account, people, "p2@example.org")
        services.write(add_recipient, account, made["High"].id, email("new@example.org"), "New", "Body")
        services.write(add_recipient, account, made["Lately"].id, email("ext@example.org"), "Ex", "Ternal")
        services.write(edit_segment, account, made["Edited"].id, SegmentEdit(draft=from_text("score > 2")))
        services.write(delete_segment, account, made["Deleted"].id)
        services.write(create_segment, account, people, "New", from_text('is in segment "Edited" and score < 7'))
        services.write(create_field, people, "Later", Kind.TEXT)


def project(directory: Path, now: datetime) -> dict[str, Any]:
    """Let the projection of a directory follow up to an instant; return what it has, having compared its members with
    what the rules say of each contact."""
    with opened(directory, now) as services:
        columns, db = services.project(), services.records.reader()
        account = choose_account(db, None)
        people = next(found for found in types.types_of_account(db, account.id) if found.name == "People")
        live = segments.live_of_type(db, people.id)
        oracle = Oracle(account, people)
        expected = oracle.expected(db, live, EvaluationTime(now, account.zone))
        con = columns.cursor()
        stored = oracle.stored(con, live)
        assert {id_: set(keyed) for id_, keyed in stored.items()} == expected
        assert {s.id: columns.cached_sizes.by_segment[s.id] for s in live} == {
            id_: len(keyed) for id_, keyed in expected.items()
        }
        changes = con.execute("SELECT number, recipient_id, delta, instant, cause FROM membership_changes").fetchall()
        snapshots = con.execute(
            "SELECT number, segment_id, instant, cause, recipients FROM membership_snapshots"
        ).fetchall()
        numbers = sorted(row[0] for row in (*changes, *snapshots))
        assert numbers == list(range(1, len(numbers) + 1)), "a number is missing, or there twice"
        return {
            "members": {id_: sorted(keyed.values()) for id_, keyed in stored.items()},
            "log": sorted(row[1:] for row in changes),
            "membership_snapshots": sorted(row[1:] for row in snapshots),
            "due": columns.watermark.due,
            "applied": columns.applied,
        }


def _send(services: Services, account: Account, type_id: int, numbers: range, at: datetime) -> None:
    """Send an event of each contact with one of some numbers, an hour apart; those of the last ones are to come."""
    items: list[object] = [
        {
            "email": f"p{n}@example.org",
            "event": "order",
            "at": (at + timedelta(hours=n - PEOPLE + 2)).isoformat(),
            "properties": {"amount": n, "gift": True} if at == WRITTEN else {"amount": n},
        }
        for n in numbers
    ]
    _send_items(services, account, type_id, items)


def _send_items(services: Services, account: Account, type_id: int, items: list[object]) -> None:
    parsed = parse_events(services.records.reader(), account, type_id, items)
    services.write(accept_events, account, type_id, parsed)


def _simple_type(services: Services, account: Account, name: str, rule: str) -> tuple[int, Segment]:
    """Make a contact type with one segment, and contacts of which some are excluded from it; return both."""
    made = services.write(create_type, account, name)
    segment = services.write(create_segment, account, made, f"Of {name}", from_text(rule))
    _store_some(services, made.id, (0, 5), PERUVIAN)
    _exclude(services, account, segment)
    return made.id, segment


def _store_some(services: Services, type_id: int, numbers: Sequence[int], document: str) -> None:
    rows = [NewContact(f"s{n}@example.org", f"s{n}@example.org", document) for n in numbers]
    services.write(upsert, type_id, FieldSet(RESERVED), rows, ())


def _exclude(services: Services, account: Account, segment: Segment) -> None:
    for recipient in recipient_page(services, account.id, segment.id, 0, 2):
        services.write(delete_recipient, account, recipient[0])
