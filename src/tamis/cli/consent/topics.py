"""`tamis topic`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from tamis.actions.consent import topics
from tamis.actions.consent.consent_files import write_consent_records
from tamis.actions.consent.subscriptions import TopicState, set_states_of_contact
from tamis.actions.contacts.contact_record import contact_by_email
from tamis.cli.common import (
    Common,
    TypeOption,
    open_services,
    print_result,
    print_table,
    resolve_account,
    resolve_type,
)
from tamis.domain.consent.topics import Evidence, SubscriptionState, Topic, TopicCounts
from tamis.domain.values.instants import format_instant
from tamis.domain.values.text import pluralize

topic_app = App(name="topic", help="Manage topics, and who is subscribed to them.")
SOURCE = "command"


@topic_app.command
def create(name: str, *, type_: TypeOption, description: str = "", common: Common = Common()) -> None:  # noqa: B008  frozen
    """Create a topic. Nobody is subscribed to it yet.

    Parameters
    ----------
    name
        Name of the topic, such as News.
    description
        What it is about, for those who decide whether to subscribe.
    """
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        made = services.write(topics.create_topic, contact_type, name, description)
    print_result(common, _document(made), f"Topic {made.id}: {made.name}")


@topic_app.command(name="list")
def list_topics(*, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the topics of a contact type, and how many contacts are subscribed to each."""
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        found = topics.counted_topics(services.records.reader(), contact_type)
    if common.json:
        print_result(common, {"topics": [_document(*each) for each in found]})
    else:
        rows = [(topic.id, topic.name, *counts, topic.description) for topic, counts in found]
        print_table(("ID", "Name", "Subscribed", "Pending", "Unsubscribed", "Description"), rows, right=(0, 2, 3, 4))


@topic_app.command
def edit(
    topic: str,
    *,
    type_: TypeOption,
    name: str | None = None,
    description: str | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Edit the name or description of a topic. Rules that use it keep working.

    Parameters
    ----------
    topic
        ID or name of the topic.
    name
        New name.
    description
        New description.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = topics.topic_of_type(services.records.reader(), resolve_type(services, account, type_), topic)
        edited = services.write(topics.edit_topic, account, found.id, name, description)
    print_result(common, _document(edited), f"Topic {edited.id}: {edited.name}")


@topic_app.command
def delete(topic: str, *, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete a topic and all subscriptions to it; refused while the rule of a segment names it. Records of consent
    stay.

    Parameters
    ----------
    topic
        ID or name of the topic.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = topics.topic_of_type(services.records.reader(), resolve_type(services, account, type_), topic)
        services.write(topics.delete_topic, account, found.id)
    print_result(common, {"id": found.id, "name": found.name}, f"Deleted the topic {found.name}.")


@topic_app.command(name="set")
def set_state(
    topic: str,
    email: Annotated[str, Parameter(allow_leading_hyphen=True)],
    state: SubscriptionState,
    *,
    type_: TypeOption,
    text: str = "",
    reason: str = "",
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Set the state of a contact for a topic. A record of consent is kept.

    Parameters
    ----------
    topic
        ID or name of the topic.
    email
        Email of the contact.
    state
        Whether the contact is subscribed now.
    text
        What the person read and agreed to.
    reason
        Why somebody who has unsubscribed is subscribed again; without it, this is refused.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        found = topics.topic_of_type(services.records.reader(), contact_type, topic)
        contact = contact_by_email(services.records.reader(), account, contact_type.id, email).contact
        states = services.write(
            set_states_of_contact,
            account,
            contact_type,
            contact.id,
            [(found, state)],
            Evidence(SOURCE, text, reason),
        )
    document = {"contact_id": contact.id, "email": contact.email, "subscriptions": states_document(states)}
    now = next(one.subscription.state for one in states if one.topic.id == found.id and one.subscription)
    print_result(common, document, f"{found.name}: {contact.email} is {now}.")


@topic_app.command
def records(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    type_: TypeOption,
    email: str | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Write the records of consent of a contact type to a CSV file: who said what about which topic, when and where.

    Parameters
    ----------
    file
        The file to write.
    email
        Only the records of this email, also if its contact was deleted.
    """
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        rows = write_consent_records(services, contact_type, file, email)
    print_result(common, {"rows": rows, "file": str(file)}, f"Wrote {pluralize(rows, 'record')} to {file}.")


def states_document(states: Sequence[TopicState]) -> list[dict[str, object]]:
    """Return the states of a contact as JSON."""
    return [
        {
            "topic": {"id": topic.id, "name": topic.name},
            "state": found.state.value if found else None,
            "since": format_instant(found.since) if found else None,
            "source": found.source if found else None,
        }
        for topic, found in states
    ]


def _document(topic: Topic, counts: TopicCounts | None = None) -> dict[str, object]:
    found = counts._asdict() if counts else {}
    return {"id": topic.id, "name": topic.name, "description": topic.description, **found}
