"""A machine that does anything to contacts, fields, segments and the clock, against a plain recomputation."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.contact_events import events_of
from tamis.actions.fields.fields import create_field, delete_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.importing.upsert import upsert
from tamis.actions.segments.history import segment_history
from tamis.actions.segments.planning.edit_effects import effect_of_edit
from tamis.actions.segments.planning.forecasts import DayForecast, forecast_segment
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.recovery.trash import restore_deleted
from tamis.actions.segments.recovery.versions import restore_version
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.domain.contacts import encode_values
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.fields import COUNTRY, Kind, Value
from tamis.domain.instants import day_in_utc, day_of, next_day_starts, to_micros
from tamis.domain.membership_changes import Cause, DaySize
from tamis.domain.segments import Segment
from tamis.records import types
from tamis.records.change_log import record_removal
from tamis.records.contacts import NewContact
from tamis.records.events.catalogue import catalogue_of_type
from tamis.records.events.write import remove_before
from tamis.records.handles import Transaction
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule, fields_used
from tamis.settings import Settings
from tests.stores.feed_reader import FeedReader
from tests.stores.oracle import Log, Oracle, email
from tests.stores.webhook_log import FAULTS, KILLED, WebhookLog

PEOPLE = st.integers(0, 7).map(lambda n: f"Person{n}@Example.org")
EVERYONE = 1 << 53
TRASH_DAYS = 36_500
MEMORY = Path("/dev/shm")  # what is tested here is not the disk
LOOPBACK = ip_network("127.0.0.0/8")
MICROSECOND = timedelta(microseconds=1)
BEGINNINGS = [
    (zone, datetime.fromisoformat(instant).replace(tzinfo=UTC))
    for zone, instant in (
        ("Asia/Dhaka", "2024-02-28T12:00"),  # before 29 February
        ("Asia/Dhaka", "2023-02-27T20:00"),  # in a year that has none
        ("America/New_York", "2024-03-09T20:00"),  # clocks go forward
        ("Europe/Berlin", "2024-10-26T12:00"),  # clocks go back
        ("Asia/Beirut", "2023-10-28T10:00"),  # clocks go back at midnight
        ("Pacific/Apia", "2011-12-29T20:00"),  # the next day does not exist
        ("UTC", "2023-12-31T10:00"),  # New Year
    )
]
LEAVES = [
    'country = "India"',
    'country is not "india"',
    "score > 3",
    "score is blank",
    "born is within 2 days",
    "born is not within 1 day",
    "born is in the next 2 days",
    "born is anniversary within 2 days",
    "born is within 1 month",
    "seen is within 3 hours",
    "seen is not within 3 hours",
    "seen is within 1 day",
    "seen is in the next 2 hours",
    "seen is in the next 1 day",
    "seen is anniversary within 1 day",
    "born is in this week",
    "born is not in last month",
    "seen is today",
    "seen is in next day",
    "born age is at least 1",
    "seen age is 0",
    "seen weekday is (Saturday, Sunday)",
    "born day is not (1, 29)",
    "seen is after field created_at",
    "first_name is not field last_name",
    'is in random 50% "half"',
    'is not in random 50% "half"',
    "created_at is within 2 hours",
    "updated_at is not within 1 hour",
    'tags includes any of ("red", "blue")',
    'tags includes none of ("red")',
    'tags includes all of ("red", "blue")',
    'first_name is "By"',
    'first_name is not "by"',
    "last_name is blank",
    'email contains "person1"',
    "is in segment {}",
    "is not in segment {}",
    "is in segment {}",
    "is not in segment {}",
    "is in segment {}",
    "is in segment {}",
]
LOOKS_PER_DELIVERY = 8
LEAVES_ABOUT_EVENTS = [
    'did "order"',
    'did not "order"',
    'did "order" at least 2 times',
    'did "order" within 3 hours',
    'did not "order" within 1 day',
    'did "order" exactly 1 times within 26 hours where (amount > 4)',
    'did "order" at most 1 times within 2 days where (note is blank)',
    'did "visit" between 2 and 3 times within 1 week',
    'did "visit" where (due is in the next 2 days)',
    'sum(amount) of "order" >= 8',
    'sum(amount) of "order" within 2 days < 8',
    'average(amount) of "order" >= 4',
    'max(amount) of "order" within 26 hours is not 6',
    'last "order" is more than 1 day ago',
    'last "order" is within 3 hours',
    'first "visit" is not within 1 day',
    'last "visit" is blank',
]
SELDOM = st.integers(0, 3)  # a rule that costs much does something only at 0
HOURS = (0, 1, 2, 3, 26)


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """Draw a rule; `{}` stands for a segment."""
    leaves = st.sampled_from(LEAVES) | st.sampled_from(LEAVES_ABOUT_EVENTS)
    parts = draw(st.lists(leaves, max_size=3))
    negated = [f"not ({part})" if draw(st.integers(0, 4)) == 0 else part for part in parts]
    return draw(st.sampled_from([" and ", " or "])).join(negated)


@st.composite
def people(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Draw what is to be stored of some people; days and hours are counted from now."""
    values = st.fixed_dictionaries(
        {},
        optional={
            "country": st.sampled_from(["India", "INDIA", "Peru"]),
            "score": st.integers(0, 6),
            "born": st.tuples(st.sampled_from([0, 0, -1, -4]), st.integers(-3, 3)),
            "seen": st.tuples(st.sampled_from([0, 0, 0, -1]), st.sampled_from([-30, -24, -3, -2, -1, 0, 1, 2, 3, 24])),
            "tags": st.sets(st.sampled_from(["red", "green", "blue"]), min_size=1),
        },
    )
    return draw(st.dictionaries(PEOPLE, values, min_size=1, max_size=4))


@st.composite
def events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw events to send; `at` is in hours from now, and some are sent again under their ids."""
    event = st.fixed_dictionaries(
        {
            "email": PEOPLE,
            "event": st.sampled_from(["order", "order", "Order", "visit"]),
            "at": st.sampled_from([-50, -30, -26, -24, -3, -2, -1, 0, 0, 0, 1, 2, 24]),
            "amount": st.integers(0, 7) | st.sampled_from(["3.5", "many"]),
        },
        optional={
            "id": st.integers(1, 3).map(str),
            "note": st.sampled_from(["gift", " "]),
            "due": st.integers(-3, 3),
        },
    )
    return draw(st.lists(event, min_size=1, max_size=4))


class Membership(RuleBasedStateMachine):
    """Contacts, fields, segments, manual overrides and time change; sometimes nothing is read for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tamis-", dir=MEMORY if MEMORY.is_dir() else None))
        self.now = datetime(2024, 1, 1, tzinfo=UTC)
        self.services = self.opened()
        self.live: list[Segment] = []
        self.deleted: list[Segment] = []
        self.made = 0
        self.asleep = self.looks = 0
        self.forget_the_past()

    def opened(self) -> Services:
        settings = Settings(self.directory, columns_threads=1, webhook_networks=(LOOPBACK,))
        return Services(settings, lambda: self.now)

    def teardown(self) -> None:
        if hasattr(self, "webhook"):
            self.webhook.stop()
        self.services.close()
        shutil.rmtree(self.directory)

    @initialize(
        beginning=st.sampled_from(BEGINNINGS),
        some=people(),
        texts=st.lists(rule_texts(), min_size=2, max_size=4),
        data=st.data(),
    )
    def begin(
        self, beginning: tuple[str, datetime], some: dict[str, dict[str, Any]], texts: list[str], data: st.DataObject
    ) -> None:
        zone, self.now = beginning
        self.account, _ = self.services.write(create_account, "owner@example.org", zone, None)
        self.type = self.services.write(create_type, self.account, "People")
        kinds = (("Score", Kind.NUMBER), ("Born", Kind.DATE), ("Seen", Kind.DATETIME))
        self.fields = {name.lower(): self.services.write(create_field, self.type, name, kind) for name, kind in kinds}
        self.fields["tags"] = self.services.write(
            create_field, self.type, "Tags", Kind.CHOICES, ("red", "green", "blue")
        )
        self.fields["country"] = COUNTRY
        self.oracle = Oracle(self.account, self.type)
        self.log = Log()
        self.reader = FeedReader(self.account, 3)
        self.webhook = WebhookLog(self.services, self.account)
        first = {"email": next(iter(some)), "at": 0, "amount": 1, "note": "gift", "due": 0}
        self.send_events([first | {"event": name} for name in ("order", "visit")], create_contacts=True)
        for text in texts:
            self.make_segment(text, data)
        self.look()
        self.write_contacts(some, by_import=False)

    # -- what people do ----------------------------------------------------------------------------------------------

    @rule(some=people(), by_import=st.booleans())
    def write_contacts(self, some: dict[str, dict[str, Any]], by_import: bool) -> None:
        self.tick()
        rows = [
            NewContact(address, email(address).key, encode_values(self.values(stated)))
            for address, stated in some.items()
        ]
        self.count_change(*some)
        fields = types.fields_of_type(self.services.records.reader(), self.type.id)
        cause = Cause.IMPORT if by_import else Cause.CONTACT
        erasable = [field.id for field in self.fields.values()]
        self.services.write(upsert, self.type.id, fields, rows, erasable, cause=cause)

    @rule(some=st.dictionaries(PEOPLE, st.integers(0, 6), min_size=1, max_size=4))
    def import_a_file(self, some: dict[str, int]) -> None:
        self.tick()
        self.count_change(*some)
        path = self.directory / "people.csv"
        path.write_text("email,score\n" + "".join(f"{address},{score}\n" for address, score in some.items()))
        report = import_file(self.services, self.account, self.type, path, ImportOptions())
        assert report.rows == len(some) == report.created + report.updated + report.unchanged

    @rule(batches=st.lists(events(), min_size=1, max_size=4), create_contacts=st.booleans(), look=st.booleans())
    def send_batches(self, batches: list[list[dict[str, Any]]], create_contacts: bool, look: bool) -> None:
        for some in batches:
            self.send_events(some, create_contacts)
            if look:
                self.look()

    def send_events(self, some: list[dict[str, Any]], create_contacts: bool) -> None:
        self.tick()
        today = day_of(self.now, self.account.zone)
        items: list[object] = []
        for each in some:
            properties: dict[str, Any] = {key: each[key] for key in ("amount", "note") if key in each}
            if "due" in each:
                properties["due"] = str(today + timedelta(days=each["due"]))
            at = self.now + timedelta(hours=each["at"])
            item = {"email": each["email"], "event": each["event"], "at": at.isoformat(), "properties": properties}
            items.append(item | ({"id": each["id"]} if "id" in each else {}))
        self.count_change(*(each["email"] for each in some))
        parsed = parse_events(self.db, self.account, self.type.id, items)
        for times in range(2):
            results = self.services.write(
                accept_events, self.account, self.type.id, parsed, create_contacts=create_contacts
            )
            assert not times or "accepted" not in {result.status for result in results}

    @rule(chance=SELDOM, name=st.sampled_from(["order", "visit"]), hours=st.sampled_from([3, 26, 50]))
    def old_events_are_removed(self, chance: int, name: str, hours: int) -> None:
        if chance:
            return
        self.tick()
        self.look()
        found = catalogue_of_type(self.db, self.type.id).find(name)
        assert found
        before = self.now - timedelta(hours=hours)

        def remove(db: Transaction, now: datetime) -> None:
            if remove_before(db, found.id, to_micros(before)):
                record_removal(db, self.type.id, found.id, before, now)

        self.services.write(remove)
        everyone = [contact.email for contact in self.oracle.contacts(self.db)]
        self.count_change(*everyone, *everyone)

    @rule(address=PEOPLE)
    def delete_contact(self, address: str) -> None:
        self.tick()
        self.count_change(address)
        try:
            self.services.write(delete_contact, self.account, self.type, address)
        except NotFound:
            return

    @rule(old=PEOPLE, new=PEOPLE, country=st.sampled_from(["India", "Peru", ""]))
    def change_email(self, old: str, new: str, country: str) -> None:
        self.tick()
        found = {email(contact.email).key: contact.id for contact in self.oracle.contacts(self.db)}
        if email(old).key not in found:
            return
        for _ in range(2):  # an email of another contact says nothing about the past
            self.count_change(old, new)
        texts = {"email": new, "country": country}
        try:
            self.services.write(edit_contact, self.account, self.type, found[email(old).key], texts)
        except Invalid:
            assert email(new).key in found.keys() - {email(old).key}
        else:
            assert email(new).key not in found.keys() - {email(old).key}

    @precondition(lambda self: len(self.live) < 6)
    @rule(text=rule_texts(), data=st.data())
    def make_segment(self, text: str, data: st.DataObject) -> None:
        self.tick()
        self.made += 1
        draft = from_text(self.naming(text, data))
        made = self.services.write(create_segment, self.account, self.type, f"s{self.made}", draft)
        self.live.append(made)
        self.unsettled.add(made.id)

    @precondition(lambda self: self.live)
    @rule(text=rule_texts(), data=st.data())
    def edit_segment(self, text: str, data: st.DataObject) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        try:
            edited = self.services.write(
                edit_segment, self.account, segment.id, SegmentEdit(draft=from_text(self.naming(text, data)))
            )
        except Invalid as error:
            refusal = str(error)
        else:
            self.live[self.live.index(segment)] = edited
            self.unsettled.add(segment.id)
            return
        assert "→" in refusal  # it would name itself, by way of others

    @precondition(lambda self: self.live)
    @rule(text=rule_texts(), data=st.data())
    def an_edit_has_the_effect_that_was_foretold(self, text: str, data: st.DataObject) -> None:
        self.tick()
        segment, draft = data.draw(st.sampled_from(self.live)), from_text(self.naming(text, data))
        before = {s.id: set(self.shown(s)) for s in self.live}
        try:
            effect = effect_of_edit(self.services, self.account, segment.id, SegmentEdit(draft=draft), sample_size=20)
        except Invalid:
            with pytest.raises(Invalid):
                self.services.write(edit_segment, self.account, segment.id, SegmentEdit(draft=draft))
            return
        edited = self.services.write(edit_segment, self.account, segment.id, SegmentEdit(draft=draft))
        self.live[self.live.index(segment)] = edited
        self.unsettled.add(segment.id)
        after = {s.id: set(self.shown(s)) for s in self.live}
        assert (
            effect.count_before,
            effect.count_after,
            effect.entering,
            effect.leaving,
        ) == _difference(before[segment.id], after[segment.id])
        contacts = {email(contact.email).key for contact in self.oracle.contacts(self.db)}
        entered, left = after[segment.id] - before[segment.id], before[segment.id] - after[segment.id]
        assert {email(contact.email).key for contact in effect.entering_sample} == entered & contacts
        assert {email(contact.email).key for contact in effect.leaving_sample} == left & contacts
        foretold = {d.segment.id: (d.count_before, d.count_after, d.entering, d.leaving) for d in effect.dependents}
        assert foretold == {id_: _difference(before[id_], after[id_]) for id_ in foretold}
        changed = {id_ for id_ in before if before[id_] != after[id_]}
        assert changed <= {segment.id, *foretold}

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def delete_segment(self, data: st.DataObject) -> None:
        self.tick()
        gone = data.draw(st.sampled_from(self.live))
        named = {id_ for other in self.live for id_ in self.oracle.names(self.db, other)}
        try:
            self.services.write(delete_segment, self.account, gone.id)
        except Refused:
            assert gone.id in named
        else:
            assert gone.id not in named
            self.live.remove(gone)
            self.deleted.append(gone)

    @precondition(lambda self: self.deleted and len(self.live) < 6)
    @rule(data=st.data())
    def restore_deleted_segment(self, data: st.DataObject) -> None:
        self.tick()
        wanted = data.draw(st.sampled_from(self.deleted))
        try:
            restored = self.services.write(restore_deleted, self.account, TRASH_DAYS, wanted.id)
        except Refused:  # what its rule needs is gone
            return
        self.deleted.remove(wanted)
        self.live.append(restored)
        self.unsettled.add(restored.id)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def restore_first_version(self, data: st.DataObject) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        try:
            restored = self.services.write(restore_version, self.account, segment.id, 1)
        except Refused:
            return
        self.live[self.live.index(segment)] = restored
        self.unsettled.add(segment.id)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), address=PEOPLE, named=st.sampled_from(["By", "Bye"]), shouted=st.booleans())
    def include_recipient(self, data: st.DataObject, address: str, named: str, shouted: bool) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        self.count_change(address)
        before = self.expected(self.now)[segment.id]
        try:
            added = email(address.upper() if shouted else address)
            self.services.write(add_recipient, self.account, segment.id, added, named, "Hand")
        except Invalid:
            assert email(address).key in before
        else:
            assert email(address).key not in before
            assert email(address).key in self.expected(self.now)[segment.id]

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def exclude_recipient(self, data: st.DataObject) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        present = self.shown(segment)
        if present:
            gone = data.draw(st.sampled_from(sorted(present)))
            self.look()
            self.tick()
            try:
                self.services.write(delete_recipient, self.account, present[gone]["id"])
            except NotFound:  # the tick was the end of its time
                assert gone not in self.expected(self.now)[segment.id]
            self.count_change(gone)
            assert gone not in self.expected(self.now)[segment.id]

    @rule()
    def make_and_delete_a_field(self) -> None:
        self.tick()
        self.services.write(create_field, self.type, "Passing", Kind.TEXT)
        self.services.write(delete_field, self.type, "passing")

    @precondition(lambda self: any(self.fields["score"] in fields_used(rule) for rule in self.current_rules().values()))
    @rule()
    def a_field_in_use_stays(self) -> None:
        with pytest.raises(Refused, match="used by the segment"):
            self.services.write(delete_field, self.type, "score")

    # -- what time does ----------------------------------------------------------------------------------------------

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        self.pass_time(self.now + timedelta(minutes=minutes))

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.pass_time(self.now + timedelta(days=days, minutes=7))

    @rule(beside=st.sampled_from([-MICROSECOND, timedelta(0), timedelta(0), timedelta(minutes=1)]))
    def time_passes_to_midnight(self, beside: timedelta) -> None:
        self.pass_time(max(next_day_starts(self.now, self.account.zone) + beside, self.now))

    @rule(data=st.data())
    def time_passes_to_an_edge(self, data: st.DataObject) -> None:
        edges = self.edges(self.now, self.now + timedelta(days=2))
        self.pass_time(data.draw(st.sampled_from(edges)))

    @precondition(lambda self: self.live)
    @rule(days=st.integers(1, 3))
    def forecasts_come_true(self, days: int) -> None:
        forecasts = {s.id: forecast_segment(self.services, self.account.id, s.id, days) for s in self.live}
        today = day_of(self.now, self.account.zone)
        so_far = {s.id: self.days(s)[today] for s in self.live}
        assert {id_: forecast.count for id_, forecast in forecasts.items()} == {
            id_: day.recipients for id_, day in so_far.items()
        }
        for number in range(days):
            self.pass_time(next_day_starts(self.now, self.account.zone) - MICROSECOND)
            self.look()
            actual = {s.id: self.days(s) for s in self.live}
            self.pass_time(self.now + MICROSECOND)
            for segment_id, forecast in forecasts.items():
                day = forecast.days[number].day
                happened = actual[segment_id].get(day)
                entered, departed = (happened.entered, happened.departed) if happened else (0, 0)
                if day == today:
                    entered -= so_far[segment_id].entered
                    departed -= so_far[segment_id].departed
                size = happened.recipients if happened else 0
                assert forecast.days[number] == DayForecast(day, entered, departed, size)

    def days(self, segment: Segment) -> dict[date, DaySize]:
        """Return what happened to a segment on each of the last days."""
        found = segment_history(self.services, self.account.id, segment.id, 8).days
        return {day.day: day for day in found}

    @rule(steps=st.integers(2, 5))
    def time_passes_without_reads(self, steps: int) -> None:
        self.asleep = steps

    # -- what befalls the stores -------------------------------------------------------------------------------------

    @rule(chance=SELDOM)
    def reopen(self, chance: int) -> None:
        if chance:
            return
        self.services.close()
        self.services = self.opened()

    @rule(chance=SELDOM)
    def lose_the_column_file(self, chance: int) -> None:
        if chance:
            return
        self.services.close()
        (self.directory / FILE_NAME).unlink(missing_ok=True)
        self.services = self.opened()
        self.change_counts.update(list(self.change_counts))  # the earlier state of changed contacts is no longer known

    @precondition(lambda self: self.reader.entries)
    @rule(data=st.data(), size=st.integers(1, 7))
    def replay_the_feed(self, data: st.DataObject, size: int) -> None:
        self.look()
        replayed = FeedReader(self.account, size)
        replayed.follow(self.services)
        assert replayed.members == self.reader.members
        expected = [entry._replace(contact_id=None, email=None) for entry in self.reader.entries]  # both are as of now
        assert [entry._replace(contact_id=None, email=None) for entry in replayed.entries] == expected
        begin = data.draw(st.sampled_from(replayed.entries))
        later = [entry for entry in replayed.entries if entry.number > begin.number]
        assert FeedReader(self.account, size, begin.number).read(self.services) == later
        of_segment = [entry for entry in later if entry.segment_id == begin.segment_id]
        assert FeedReader(self.account, size, begin.number, begin.segment_id).read(self.services) == of_segment

    @rule(data=st.data(), faults=st.lists(st.sampled_from([*FAULTS, KILLED]), max_size=3))
    def deliver_to_a_failing_webhook(self, data: st.DataObject, faults: list[str]) -> None:
        self.look()
        self.deliver(faults, data.draw(st.none() | st.sampled_from([0, *self.webhook.numbers])))

    def deliver(self, faults: Sequence[str] = (), replay_after: int | None = None) -> None:
        self.webhook.deliver(self.services, faults, replay_after)
        assert self.webhook.numbers == [entry.number for entry in self.reader.entries]
        received = {
            segment_id: {self.oracle.emails[id_] for id_ in members}
            for segment_id, members in self.webhook.members.items()
        }
        assert received == self.expected(self.now)

    @rule()
    def merge_what_is_recent(self) -> None:
        self.services.project().tidy(0)

    # -- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def stored_equals_recomputed(self) -> None:
        self.asleep = max(self.asleep - 1, 0)
        if not self.asleep and hasattr(self, "account"):
            self.look()
            self.looks += 1
            if self.looks % LOOKS_PER_DELIVERY == 0:
                self.deliver()

    def look(self) -> None:
        columns = self.services.project()
        expected = self.expected(self.now)
        stored = self.oracle.stored(columns.cursor(), self.live)
        assert {id_: set(keyed) for id_, keyed in stored.items()} == expected
        assert {s.id: columns.cached_sizes.by_segment.get(s.id, 0) for s in self.live} == {
            k: len(v) for k, v in expected.items()
        }
        self.log.follow(columns.cursor(), {id_: set(keyed.values()) for id_, keyed in stored.items()})
        self.reader.follow(self.services)
        assert self.reader.members == {id_: set(keyed.values()) for id_, keyed in stored.items()}
        unsettled = self.oracle.with_dependents(self.db, self.live, self.unsettled)
        restless = {email(address).key for address, times in self.change_counts.items() if times > 1}
        for instant, sample in self.samples:
            for segment_id in sample.keys() & stored.keys() - unsettled:
                then = {self.oracle.emails[id_] for id_ in self.log.recipients_at(segment_id, instant)}
                assert then - restless == sample[segment_id] - restless, (segment_id, instant)
        self.forget_the_past()

    def forget_the_past(self) -> None:
        self.samples: list[tuple[datetime, dict[int, set[str]]]] = []
        self.change_counts: Counter[str] = Counter()
        self.unsettled: set[int] = set()

    # -- means -------------------------------------------------------------------------------------------------------

    @property
    def db(self) -> Any:
        return self.services.records.reader()

    def current_rules(self) -> dict[int, Rule]:
        return self.oracle.rules(self.db, self.live)

    def tick(self) -> None:
        self.now += timedelta(milliseconds=1)

    def count_change(self, *addresses: str) -> None:
        self.change_counts.update({email(address).key for address in addresses})

    def naming(self, text: str, data: st.DataObject) -> str:
        names = [f'"{segment.name}"' for segment in self.live]
        while "{}" in text:
            if not names:
                return 'country = "India"'
            text = text.replace("{}", data.draw(st.sampled_from(names)), 1)
        return text

    def values(self, stated: dict[str, Any]) -> dict[int, Value]:
        today = day_of(self.now, self.account.zone)
        read: dict[str, Any] = {
            "country": lambda text: text,
            "score": float,
            "born": lambda v: shifted(today + timedelta(days=v[1]), v[0]),
            "seen": lambda v: datetime.combine(
                shifted((self.now + timedelta(hours=v[1])).date(), v[0]),
                (self.now + timedelta(hours=v[1])).timetz(),
            ),
            "tags": lambda chosen: tuple(option for option in ("red", "green", "blue") if option in chosen),
        }
        return {self.fields[name].id: read[name](value) for name, value in stated.items()}

    def edges(self, start: datetime, end: datetime) -> list[datetime]:
        """List instants at which something may happen, and those a microsecond before."""
        found = {start + (end - start) / 3}
        day = day_of(start, self.account.zone)
        while (midnight := day_in_utc(day, self.account.zone)[0]) <= end:
            found.add(midnight)
            day += timedelta(days=1)
        names = catalogue_of_type(self.db, self.type.id).by_id
        for contact in self.oracle.contacts(self.db):
            happened = [event.at for name_id in names for event in events_of(self.db, contact)(name_id)]
            seen = contact.values.get(self.fields["seen"].id)
            for instant in (seen, contact.created_at, contact.updated_at, *happened):
                if isinstance(instant, datetime):
                    found.update(instant + sign * timedelta(hours=hours) for hours in HOURS for sign in (1, -1))
        return sorted(t for edge in found for t in (edge - MICROSECOND, edge) if start < t <= end) or [end]

    def pass_time(self, until: datetime) -> None:
        edges = self.edges(self.now, until)
        midnight = next_day_starts(self.now, self.account.zone)
        for instant in {*edges[:: max(len(edges) // 6, 1)], min(midnight, until)}:
            self.samples.append((instant, self.expected(instant)))
        self.now = until

    def expected(self, instant: datetime) -> dict[int, set[str]]:
        return self.oracle.expected(self.db, self.live, EvaluationTime(instant, self.account.zone))

    def shown(self, segment: Segment) -> dict[str, dict[str, Any]]:
        """List the recipients as the API shows them, by the keys of their addresses."""
        rows = recipient_page(self.services, self.account.id, segment.id, 0, EVERYONE)
        assert [id_ for id_, _ in rows] == sorted({id_ for id_, _ in rows})
        documents = [msgspec.json.decode(document) for _, document in rows]
        keyed = {email(document["email"]).key: document for document in documents}
        assert len(keyed) == len(documents), "an address stands twice"
        return keyed


def _difference(before: set[str], after: set[str]) -> tuple[int, int, int, int]:
    return len(before), len(after), len(after - before), len(before - after)


@contextmanager
def begun(
    beginning: tuple[str, datetime],
    some: dict[str, dict[str, Any]],
    texts: list[str],
    overrides: int,
    data: st.DataObject,
) -> Iterator[Membership]:
    """Begin a machine for a block, with some recipients included and excluded manually."""
    machine = Membership()
    try:
        machine.begin(beginning, some, texts, data)
        for _ in range(overrides):
            machine.include_recipient(data, data.draw(st.sampled_from([*some, "Else@Example.org"])), "By", False)
            machine.exclude_recipient(data)
        yield machine
    finally:
        machine.teardown()


def shifted(day: date, years: int) -> date:
    """Move a day by years; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
