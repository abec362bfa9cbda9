"""What the machine of memberships knows, and what must hold after each of its steps."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import msgspec
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tamis.actions.accounts.accounts import create_account
from tamis.actions.changes.feed import read_feed
from tamis.actions.consent.suppressions import all_suppressions, count_suppressions
from tamis.actions.consent.topics import create_topic
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.segments.members import member_page
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.segments.sizes import listed_segments, sized_segments
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.topics import Topic
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import COUNTRY, Field, Kind
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule
from tamis.settings import Settings
from tests.stores.feed_reader import FeedReader
from tests.stores.oracle import Log, Oracle, email
from tests.stores.webhook_log import WebhookLog

EVERYONE = 1 << 53
MEMORY = Path("/dev/shm")  # what is tested here is not the disk
LOOPBACK = ip_network("127.0.0.0/8")
MICROSECOND = timedelta(microseconds=1)
LOOKS_PER_DELIVERY = 8


class State(RuleBasedStateMachine):
    """What the machine knows, what must hold after each step, and the means of its rules."""

    account: Account
    type: ContactType
    fields: dict[str, Field]
    news: Topic
    looks_per_mailing = 4
    """The lists for mailing are read at each fourth look."""
    oracle: Oracle
    log: Log
    reader: FeedReader
    webhook: WebhookLog

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

    def prepare(self, zone: str, now: datetime) -> None:
        """Make an account with a contact type, its fields and a topic, and those who follow its segments."""
        self.now = now
        self.account, _ = self.services.write(create_account, "owner@example.org", zone, None)
        self.type = self.services.write(create_type, self.account, "People")
        kinds = (("Score", Kind.NUMBER), ("Born", Kind.DATE), ("Seen", Kind.DATETIME))
        self.fields = {name.lower(): self.services.write(create_field, self.type, name, kind) for name, kind in kinds}
        self.fields["tags"] = self.services.write(
            create_field, self.type, "Tags", Kind.CHOICES, ("red", "green", "blue")
        )
        self.fields["country"] = COUNTRY
        self.news = self.services.write(create_topic, self.type, "News")
        self.oracle = Oracle(self.account, self.type)
        self.log = Log()
        self.reader = FeedReader(self.account, 3)
        self.webhook = WebhookLog(self.services, self.account)

    def opened(self) -> Services:
        settings = Settings(self.directory, columns_threads=1, webhook_networks=(LOOPBACK,))
        return Services(settings, lambda: self.now)

    def teardown(self) -> None:
        if hasattr(self, "webhook"):
            self.webhook.stop()
        self.services.close()
        shutil.rmtree(self.directory)

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
        if self.looks % self.looks_per_mailing == 0:
            self.nobody_is_mailed_against_their_will(expected)
        self.reader.follow(self.services)
        assert self.reader.members == {id_: set(keyed.values()) for id_, keyed in stored.items()}
        unsettled = self.oracle.with_dependents(self.db, self.live, self.unsettled)
        restless = {email(address).key for address, times in self.change_counts.items() if times > 1}
        for instant, sample in self.samples:
            for segment_id in sample.keys() & stored.keys() - unsettled:
                then = {self.oracle.emails[id_] for id_ in self.log.recipients_at(segment_id, instant)}
                assert then - restless == sample[segment_id] - restless, (segment_id, instant)
        self.forget_the_past()

    def nobody_is_mailed_against_their_will(self, expected: dict[int, set[str]]) -> None:
        """Check who can be mailed: lists, their counts, members, samples, and what the feed says."""
        suppressed = self.oracle.suppressed
        found = all_suppressions(self.db, self.account)
        assert {email(each.email).key: each.reason for each in found if each.email}.items() <= suppressed.items()
        assert count_suppressions(self.db, self.account) == len(suppressed)
        mailable = {id_: keys - suppressed.keys() for id_, keys in expected.items()}
        assert {segment.id: set(self.shown(segment)) for segment in self.live} == mailable
        sizes = {each.segment.id: each.recipients for each in sized_segments(self.services, self.account).segments}
        assert sizes == {id_: len(keys) for id_, keys in mailable.items()}
        listed = listed_segments(self.services, self.account.id)
        assert {each.segment.id: (each.recipients, each.mailable) for each in listed} == {
            id_: (len(keys), len(mailable[id_])) for id_, keys in expected.items()
        }
        entries = read_feed(self.services, self.account.id, 0).entries
        assert not {email(entry.email).key for entry in entries if entry.email} & suppressed.keys()

    def members(self, segment: Segment) -> set[str]:
        """List the members as the console shows them, suppressed or not, by the keys of their addresses."""
        found = member_page(self.services, self.account, segment.id, limit=EVERYONE)
        return {email(member.email).key for member in found}

    def forget_the_past(self) -> None:
        self.samples: list[tuple[datetime, dict[int, set[str]]]] = []
        self.change_counts: Counter[str] = Counter()
        self.unsettled: set[int] = set()

    def deliver(self, faults: Sequence[str] = (), replay_after: int | None = None) -> None:
        self.webhook.deliver(self.services, faults, replay_after)
        assert not {email(address).key for address in self.webhook.emails} & self.oracle.suppressed.keys()
        assert self.webhook.numbers == [entry.number for entry in self.reader.entries]
        received = {
            segment_id: {self.oracle.emails[id_] for id_ in members}
            for segment_id, members in self.webhook.members.items()
        }
        assert received == self.expected(self.now)

    # -- means ------------------------------------------------------------------------------------------------------

    @property
    def db(self) -> Any:
        return self.services.records.reader()

    def current_rules(self) -> dict[int, Rule]:
        return self.oracle.rules(self.db, self.live)

    def tick(self) -> None:
        self.now += timedelta(milliseconds=1)

    def count_change(self, *addresses: str) -> None:
        self.change_counts.update({email(address).key for address in addresses})

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
