"""Subscriptions of contacts to topics: what states become, and what is kept of what people said."""

from datetime import timedelta

import pytest

from tamis.actions.audit import list_entries
from tamis.actions.consent.double_opt_in import confirm, request_confirmation
from tamis.actions.consent.subscriptions import (
    all_consent_records,
    consent_records_of_contact,
    page_of_consent_records,
    set_states,
    set_states_of_contact,
    states_of_contact,
)
from tamis.actions.consent.suppressions import list_suppressions, suppress
from tamis.actions.consent.topics import create_topic, delete_topic, edit_topic, topic_of_type, topics_of_type
from tamis.actions.consent.unsubscribe_links import UnsubscribeLink
from tamis.actions.consent.unsubscribing import unsubscribe
from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.contacts.contact_record import TypedContact, contact_of_account
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.contacts.forgotten_emails import allow_email, forget_email
from tamis.actions.maintenance.doctor.run import verify_all
from tamis.actions.segments.recipients import add_recipient
from tamis.actions.segments.segments import delete_segment
from tamis.actions.services import Services
from tamis.columns.projector import strategy
from tamis.columns.projector.strategy import THRESHOLDS, Thresholds
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.consent.topics import MAX_TOPICS, Evidence, NewState, StateStatus, SubscriptionState, Topic
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.records.engine.sql import run
from tamis.records.handles import connection_of
from tests.stores.workspace import Workspace, new_workspace

PENDING, SUBSCRIBED, UNSUBSCRIBED = SubscriptionState
BY_API = Evidence("api")
RETURNED = Evidence("api", reason="asked for it by phone")


class Asked(Workspace):
    """A workspace with a topic, in which contacts say something about it."""

    def topic(self, name: str, description: str = "") -> Topic:
        return self.services.write(create_topic, self.type, name, description)

    def set(self, name: str, topic: Topic, state: SubscriptionState, evidence: Evidence = BY_API) -> StateStatus:
        item = NewState(self.contact(name).id, topic.id, state)
        return self.services.write(set_states, self.account, self.type, [item], evidence)[0]

    def typed(self, name: str) -> TypedContact:
        db = self.services.records.reader()
        return contact_of_account(db, self.account, self.contact(name).id)

    def give_email(self, name: str, new_name: str) -> None:
        """Change the email of a contact."""
        texts = {"email": f"{new_name}@example.org"}
        self.services.write(edit_contact, self.account, self.type, self.contact(name).id, texts)

    def state(self, name: str) -> list[SubscriptionState | None]:
        found = states_of_contact(self.services.records.reader(), self.type, self.contact(name).id)
        return [one.subscription.state if one.subscription else None for one in found]

    def recorded(self, name: str) -> list[SubscriptionState]:
        """What is known that the person of an email has said, whether or not there is a contact."""
        db, email = self.services.records.reader(), f"{name}@example.org"
        return [one.state for one, _ in page_of_consent_records(db, self.type, 100, email=email)]


@pytest.fixture
def asked(services: Services) -> Asked:
    made = new_workspace(services)
    workspace = Asked(made.services, made.account, made.type)
    workspace.write(ann={}, bob={})
    return workspace


@pytest.fixture
def news(asked: Asked) -> Topic:
    return asked.topic("News")


def test_topics_have_unique_names_in_their_contact_type(asked: Asked, news: Topic) -> None:
    events = asked.topic("  Events ", "What happens near you")
    with pytest.raises(Refused, match='there is already a topic "News"'):
        asked.topic("NEWS")
    with pytest.raises(Refused, match='there is already a topic "News"'):
        asked.services.write(edit_topic, asked.account, events.id, name="news")
    with pytest.raises(Invalid, match="name"):
        asked.topic(" ")
    assert new_workspace(asked.services, asked.account).type.id != asked.type.id
    assert [topic.name for topic in topics_of_type(asked.services.records.reader(), asked.type)] == ["News", "Events"]
    renamed = asked.services.write(edit_topic, asked.account, news.id, name="NEWS", description="Every week")
    assert (renamed.name, renamed.description) == ("NEWS", "Every week")
    assert topic_of_type(asked.services.records.reader(), asked.type, "news").id == news.id
    assert topic_of_type(asked.services.records.reader(), asked.type, str(events.id)) == events
    with pytest.raises(NotFound, match='choose from "NEWS", "Events"'):
        topic_of_type(asked.services.records.reader(), asked.type, "Offers")


def test_a_topic_of_another_account_is_not_found(asked: Asked, news: Topic) -> None:
    stranger = new_workspace(asked.services).account
    for action in (edit_topic, delete_topic):
        with pytest.raises(NotFound):
            asked.services.write(action, stranger, news.id)


def test_a_contact_is_not_asked_until_something_is_said(asked: Asked, news: Topic) -> None:
    assert asked.state("ann") == [None]
    assert asked.set("ann", news, SUBSCRIBED) == "changed"
    assert asked.set("ann", news, SUBSCRIBED) == "unchanged"
    assert asked.state("ann") == [SUBSCRIBED]
    assert asked.state("bob") == [None]
    assert asked.recorded("ann") == [SUBSCRIBED]


def test_a_subscribed_contact_does_not_become_pending(asked: Asked, news: Topic) -> None:
    asked.set("ann", news, SUBSCRIBED)
    assert asked.set("ann", news, PENDING) == "unchanged"
    assert asked.state("ann") == [SUBSCRIBED]


def test_somebody_who_has_unsubscribed_is_subscribed_again_only_with_a_reason(asked: Asked, news: Topic) -> None:
    asked.set("ann", news, UNSUBSCRIBED)
    for state in (SUBSCRIBED, PENDING):
        assert asked.set("ann", news, state) == "refused"
    assert asked.state("ann") == [UNSUBSCRIBED]
    with pytest.raises(Invalid, match='has unsubscribed from "News"'):
        asked.services.write(
            set_states_of_contact, asked.account, asked.type, asked.contact("ann").id, [(news, SUBSCRIBED)], BY_API
        )
    assert asked.set("ann", news, SUBSCRIBED, RETURNED) == "changed"
    assert asked.recorded("ann") == [UNSUBSCRIBED, SUBSCRIBED]


def test_a_request_by_somebody_else_does_not_undo_that_a_person_has_unsubscribed(asked: Asked, news: Topic) -> None:
    asked.set("ann", news, UNSUBSCRIBED)
    asked.set("ann", news, PENDING, Evidence("api", reason="asked to confirm"))
    assert asked.set("ann", news, SUBSCRIBED, Evidence("import")) == "refused"
    assert asked.state("ann") == [PENDING]


def test_the_order_within_a_batch_counts(asked: Asked, news: Topic) -> None:
    ann, bob = (asked.contact(name).id for name in ("ann", "bob"))
    items = [
        NewState(ann, news.id, SUBSCRIBED),
        NewState(ann, news.id, UNSUBSCRIBED),
        NewState(ann, news.id, SUBSCRIBED),
        NewState(bob, news.id, SUBSCRIBED),
    ]
    statuses = asked.services.write(set_states, asked.account, asked.type, items, Evidence("import"))
    assert statuses == ["changed", "changed", "refused", "changed"]
    assert (asked.state("ann"), asked.state("bob")) == ([UNSUBSCRIBED], [SUBSCRIBED])


def test_deleting_a_contact_does_not_undo_that_a_person_has_unsubscribed(asked: Asked, news: Topic) -> None:
    asked.set("ann", news, UNSUBSCRIBED)
    asked.services.write(delete_contact, asked.account, asked.type, "ann@example.org")
    asked.write(ann={})
    assert asked.state("ann") == [None]
    assert asked.set("ann", news, SUBSCRIBED, Evidence("import")) == "refused"
    assert asked.set("ann", news, SUBSCRIBED, RETURNED) == "changed"
    found = consent_records_of_contact(asked.services.records.reader(), asked.contact("ann"))
    assert [record.state for record in found] == [UNSUBSCRIBED, SUBSCRIBED]


def test_a_new_email_does_not_undo_that_a_person_has_unsubscribed(asked: Asked, news: Topic) -> None:
    asked.set("ann", news, UNSUBSCRIBED)
    asked.give_email("ann", "anna")
    assert asked.set("anna", news, SUBSCRIBED, Evidence("import")) == "refused"
    asked.set("anna", news, PENDING, Evidence("api", reason="asked to confirm"))
    assert asked.set("anna", news, SUBSCRIBED, Evidence("import")) == "refused"
    assert asked.set("anna", news, SUBSCRIBED, RETURNED) == "changed"
    asked.set("anna", news, UNSUBSCRIBED)
    asked.give_email("anna", "ann")
    assert asked.set("ann", news, SUBSCRIBED, Evidence("import")) == "refused"


def test_a_token_confirms_only_the_email_to_which_it_was_sent(asked: Asked, news: Topic) -> None:
    found = asked.typed("ann")
    token = asked.services.write(request_confirmation, asked.account, found, [news], BY_API).token
    asked.give_email("ann", "eve")
    with pytest.raises(Refused, match="another email"):
        asked.services.write(confirm, asked.account, token)
    assert asked.state("eve") == [PENDING]
    asked.give_email("eve", "ANN")
    assert asked.services.write(confirm, asked.account, token).contact.id == found.contact.id
    assert asked.state("ann") == [SUBSCRIBED]


def test_a_token_names_as_many_topics_as_there_can_be(asked: Asked) -> None:
    ids = 10**6  # as large as after years
    asked.services.write(lambda db, _: run(db, "INSERT INTO sqlite_sequence VALUES ('topics', ?)", (ids,)))
    many = [asked.topic(f"Topic {number}") for number in range(MAX_TOPICS)]
    token = asked.services.write(request_confirmation, asked.account, asked.typed("ann"), many, BY_API).token
    confirmed = asked.services.write(confirm, asked.account, token)
    assert {one.subscription.state for one in confirmed.states if one.subscription} == {SUBSCRIBED}


def test_a_link_never_suppresses_a_contact_of_another_type_or_account(asked: Asked) -> None:
    """Ids are given again after a backup was restored, while links are still in mail."""
    others = new_workspace(asked.services)
    stranger = Workspace(others.services, others.account, others.type)
    stranger.write(zoe={})
    link = UnsubscribeLink(asked.account, asked.type.id, stranger.contact("zoe").id, Email(*["ann@example.org"] * 2))
    asked.services.write(unsubscribe, link)
    found = list_suppressions(asked.services.records.reader(), asked.account, 10)
    assert [one.email for one in found] == ["ann@example.org"]


def test_of_a_forgotten_person_only_a_keyed_hash_is_kept(asked: Asked, news: Topic) -> None:
    asked.set("ann", news, UNSUBSCRIBED)
    asked.services.write(forget_email, asked.account, asked.type, "ann@example.org")
    db = connection_of(asked.services.records.reader())
    kept = [*db.execute("SELECT * FROM consent_records"), *db.execute("SELECT * FROM subscriptions")]
    assert len(kept) == 1
    assert "ann" not in str(kept)
    assert asked.recorded("ann") == [UNSUBSCRIBED]
    asked.services.write(allow_email, asked.account, asked.type, "ann@example.org")
    asked.write(ann={})
    assert asked.set("ann", news, SUBSCRIBED) == "refused"


def test_records_of_consent_have_the_evidence_and_outlive_the_topic(asked: Asked, news: Topic) -> None:
    text = "I want the news.\nYes, every week."
    asked.set("ann", news, SUBSCRIBED, Evidence("signup form", text))
    asked.services.write(edit_topic, asked.account, news.id, name="Newsletter")
    asked.set("ann", news, UNSUBSCRIBED, Evidence("console"))
    asked.services.write(delete_topic, asked.account, news.id)
    assert asked.state("ann") == []
    found = list(all_consent_records(asked.services.records.reader(), asked.type))
    assert [(record.topic, record.state, record.evidence.source, email) for record, email in found] == [
        ("News", SUBSCRIBED, "signup form", "ann@example.org"),
        ("Newsletter", UNSUBSCRIBED, "console", "ann@example.org"),
    ]
    assert found[0][0].evidence.agreed_text == text


def test_an_instant_that_is_stated_is_kept_unless_it_is_to_come(asked: Asked, news: Topic) -> None:
    ann, now = asked.contact("ann").id, asked.services.clock()
    for since, kept in ((now - timedelta(days=9), True), (now + timedelta(days=9), False)):
        state = SUBSCRIBED if kept else UNSUBSCRIBED
        item = NewState(ann, news.id, state, since)
        asked.services.write(set_states, asked.account, asked.type, [item], BY_API)
        found = states_of_contact(asked.services.records.reader(), asked.type, ann)[0].subscription
        assert found
        assert (found.since == since) is kept
        assert found.since <= asked.services.clock()


def test_evidence_is_checked(asked: Asked, news: Topic) -> None:
    for evidence in (Evidence("a\nb"), Evidence("api", "x" * 10_001), Evidence("api", reason="\0")):
        with pytest.raises(Invalid):
            asked.set("ann", news, SUBSCRIBED, evidence)
    assert asked.state("ann") == [None]


def test_the_audit_log_tells_what_changed_without_emails(asked: Asked, news: Topic) -> None:
    asked.set("ann", news, SUBSCRIBED)
    asked.set("ann", news, SUBSCRIBED)
    asked.services.write(delete_topic, asked.account, news.id)
    entries = list_entries(asked.services.records.reader(), asked.account, 3)
    assert [entry.action for entry in entries] == [
        AuditAction.TOPIC_DELETED,
        AuditAction.SUBSCRIPTIONS_CHANGED,
        AuditAction.TOPIC_CREATED,
    ]
    assert entries[1].details == {"subscribed": 1}
    assert "ann" not in str(entries)


@pytest.mark.parametrize("thresholds", [THRESHOLDS, Thresholds(small_batch=0, insert_only=0)], ids=["few", "full"])
def test_rules_ask_for_subscriptions_at_the_next_read(
    asked: Asked, news: Topic, thresholds: Thresholds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strategy, "THRESHOLDS", thresholds)
    asked.write(cid={}, dan={})
    subscribed = asked.segment("Readers", 'is subscribed to "News"')
    others = asked.segment("Others", "is not subscribed to 'news' and email is not blank")
    asked.set("ann", news, SUBSCRIBED)
    asked.set("bob", news, PENDING)
    asked.set("cid", news, UNSUBSCRIBED)
    assert (asked.members(subscribed), asked.members(others)) == ({"ann"}, {"bob", "cid", "dan"})
    asked.set("bob", news, SUBSCRIBED)
    asked.set("ann", news, UNSUBSCRIBED)
    assert (asked.members(subscribed), asked.members(others)) == ({"bob"}, {"ann", "cid", "dan"})
    asked.write(bob={"city": "Lima"})
    assert asked.members(subscribed) == {"bob"}
    assert (asked.count('is subscribed to "News"'), asked.count(f"not (is subscribed to {news.id})")) == (1, 3)


def test_a_projection_that_is_built_again_has_the_subscriptions(asked: Asked, news: Topic) -> None:
    segment = asked.segment("Readers", 'is subscribed to "News" and created_at is within 9 days')
    asked.set("ann", news, SUBSCRIBED)
    bob = Email("bob@example.org", "bob@example.org")
    asked.services.write(suppress, asked.account, [bob], SuppressionReason.MANUAL, "console")
    assert asked.members(segment) == {"ann"}
    settings = asked.services.settings
    asked.services.close()
    (settings.data / "columns.duckdb").unlink()
    asked.services = Services(settings)
    assert asked.members(segment) == {"ann"}
    checks = list(verify_all(asked.services, lambda services, call: call.run(services), 10))
    assert not [finding for check in checks for finding in check.findings if finding.wrong]
    asked.set("ann", news, UNSUBSCRIBED)
    assert asked.members(segment) == set()


def test_an_external_recipient_is_subscribed_to_nothing(asked: Asked, news: Topic) -> None:
    added = asked.segment("Added", "email is blank")
    asked.services.write(
        add_recipient, asked.account, added.id, Email("eve@example.org", "eve@example.org"), "Eve", "E"
    )
    both = asked.segment("Both", 'is in segment "Added" and is not subscribed to "News"')
    neither = asked.segment("Neither", 'is in segment "Added" and is subscribed to "News"')
    assert (asked.members(both), asked.members(neither)) == ({"eve"}, set())


def test_a_topic_that_a_rule_names_is_renamed_but_not_deleted(asked: Asked, news: Topic) -> None:
    segment = asked.segment("Readers", 'is subscribed to "News"')
    asked.set("ann", news, SUBSCRIBED)
    asked.services.write(edit_topic, asked.account, news.id, name="Weekly")
    assert asked.members(segment) == {"ann"}
    assert asked.count('is subscribed to "Weekly"') == 1
    with pytest.raises(Refused, match='the topic "Weekly" is used by the segment "Readers"'):
        asked.services.write(delete_topic, asked.account, news.id)
    asked.services.write(delete_segment, asked.account, segment.id)
    asked.services.write(delete_topic, asked.account, news.id)
    with pytest.raises(Invalid, match='no topic "Weekly"'):
        asked.count('is subscribed to "Weekly"')
    again = asked.topic("Weekly")
    assert asked.count('is subscribed to "Weekly"') == 0
    assert asked.set("bob", again, SUBSCRIBED) == "changed"
    assert asked.count('is subscribed to "Weekly"') == 1
