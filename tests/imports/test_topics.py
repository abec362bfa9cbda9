"""Columns of topics: files set who is subscribed, and subscribe nobody again who has unsubscribed."""

import pytest

from tamis.actions.consent.subscriptions import page_of_consent_records, set_states, states_of_contact
from tamis.actions.consent.topics import create_topic
from tamis.actions.contacts.contact_record import contact_by_email
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.domain.consent.topic_values import parse_state
from tamis.domain.consent.topics import Evidence, NewState, SubscriptionState, Topic
from tamis.domain.errors import Invalid, ValueProblem
from tests.imports.conftest import Workspace

FILE = """email,Newsletter,City
ann@example.org,subscribed,Lima
bob@example.org,Unsubscribed,Lima
eve@example.org,pending,Rome
kim@example.org,,Rome
"""
MAPPED = ImportOptions(create_fields=True, chosen={"Newsletter": "topic:News"})


@pytest.fixture(autouse=True)
def news(workspace: Workspace) -> Topic:
    return workspace.services.write(create_topic, workspace.type, "News")


def state(workspace: Workspace, name: str) -> str | None:
    db = workspace.services.records.reader()
    found = contact_by_email(db, workspace.account, workspace.type.id, f"{name}@example.org").contact
    (one,) = states_of_contact(db, workspace.type, found.id)
    return one.subscription.state.value if one.subscription else None


def test_a_column_sets_the_states_and_is_no_field(workspace: Workspace) -> None:
    report = workspace.take(FILE, MAPPED)
    assert (report.created, report.rejected) == (4, 0)
    assert [state(workspace, name) for name in ("ann", "bob", "eve", "kim")] == [
        "subscribed",
        "unsubscribed",
        "pending",
        None,
    ]
    (topic,) = report.topics
    assert (topic.column, topic.topic, topic.changed, topic.refused) == ("Newsletter", "News", 3, 0)
    assert topic.emails == {"unsubscribed": 1, "pending": 1, "subscribed": 1}
    assert workspace.fields.by_key.get("newsletter") is None
    assert workspace.values("ann@example.org") == {"city": "Lima"}
    assert workspace.count('is subscribed to "News"') == 1
    again = workspace.take(FILE, MAPPED)
    assert [(one.changed, one.unchanged) for one in again.topics] == [(0, 3)]
    records = page_of_consent_records(workspace.services.records.reader(), workspace.type, 100)
    assert [record.evidence.source for record, _ in records] == ["import"] * 3


def test_a_column_with_the_name_of_a_topic_is_mapped_to_it(workspace: Workspace) -> None:
    workspace.take(FILE.replace("Newsletter", "topic:NEWS"), ImportOptions(create_fields=True))
    assert state(workspace, "ann") == "subscribed"
    workspace.take(FILE.replace("Newsletter", "Topic:Offers"), ImportOptions())
    with pytest.raises(Invalid, match='there is no topic for "topic:Offers"'):
        workspace.take(FILE, ImportOptions(create_fields=True, chosen={"Newsletter": "topic:Offers"}))


def test_a_topic_with_the_id_of_another_as_its_name_is_the_one_of_its_column(workspace: Workspace, news: Topic) -> None:
    named = workspace.services.write(create_topic, workspace.type, str(news.id))
    workspace.take(f"email,topic:{news.id}\nann@example.org,subscribed\n", ImportOptions(create_fields=True))
    db = workspace.services.records.reader()
    ann = contact_by_email(db, workspace.account, workspace.type.id, "ann@example.org").contact
    found = states_of_contact(db, workspace.type, ann.id)
    assert [one.topic.id for one in found if one.subscription] == [named.id]


def test_a_dry_run_counts_without_writing(workspace: Workspace) -> None:
    workspace.take("email\nann@example.org\n")
    report = workspace.take(FILE, ImportOptions(create_fields=True, chosen=MAPPED.chosen, dry_run=True))
    assert report.topics[0].emails == {"unsubscribed": 1, "pending": 1, "subscribed": 1}
    assert state(workspace, "ann") is None


def test_nobody_is_subscribed_again_without_a_reason(workspace: Workspace, news: Topic) -> None:
    workspace.take("email\nann@example.org\n")
    db = workspace.services.records.reader()
    ann = contact_by_email(db, workspace.account, workspace.type.id, "ann@example.org").contact.id
    unsubscribed = [NewState(ann, news.id, SubscriptionState.UNSUBSCRIBED)]
    workspace.services.write(set_states, workspace.account, workspace.type, unsubscribed, Evidence("console"))
    report = workspace.take(FILE, MAPPED)
    assert (report.topics[0].changed, report.topics[0].refused) == (2, 1)
    assert state(workspace, "ann") == "unsubscribed"
    reason = ImportOptions(create_fields=True, chosen=MAPPED.chosen, resubscribe="signed up again at the fair")
    assert workspace.take(FILE, reason).topics[0].changed == 1
    assert state(workspace, "ann") == "subscribed"


def test_of_repeated_and_rejected_rows_the_one_that_unsubscribes_counts(workspace: Workspace) -> None:
    workspace.take("email,Age\nann@example.org,1\nbob@example.org,2\neve@example.org,3\n")
    text = (
        "email,Newsletter,Age\n"
        "ann@example.org,no,4\n"
        "ANN@example.org,yes,5\n"
        "bob@example.org,no,many\n"
        "eve@example.org,yes,many\n"
    )
    report = workspace.take(text, MAPPED)
    assert report.rejected == 2
    assert [state(workspace, name) for name in ("ann", "bob", "eve")] == ["unsubscribed", "unsubscribed", None]


def test_values_that_are_not_known_reject_their_row_or_stay_blank(workspace: Workspace) -> None:
    text = "email,Newsletter\nann@example.org,perhaps\nbob@example.org,yes\n"
    report = workspace.take(text, MAPPED)
    assert (report.created, report.rejected) == (1, 1)
    assert report.topics[0].unknown_values == {"perhaps": 1}
    blank = ImportOptions(chosen=MAPPED.chosen, on_bad_value=BadValue.BLANK)
    assert workspace.take(text, blank).created == 1
    assert state(workspace, "ann") is None


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Subscribed", "subscribed"),
        ("opt-in", "subscribed"),
        ("TRUE", "subscribed"),
        ("1", "subscribed"),
        ("no", "unsubscribed"),
        ("Opted out", "unsubscribed"),
        ("awaiting confirmation", "pending"),
        ("never asked", None),
        (" ", None),
    ],
)
def test_values_are_read_as_people_write_them(text: str, meaning: str | None) -> None:
    assert parse_state(text) == meaning


def test_bounces_say_nothing_about_a_topic() -> None:
    for text in ("bounced", "complained", "perhaps", "7"):
        with pytest.raises(ValueProblem):
            parse_state(text)
