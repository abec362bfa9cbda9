"""Create, find, edit and delete the topics of a contact type."""

from collections.abc import Sequence
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.fields.types import reload_type, type_by_id, validate_name
from tamis.actions.segments.dependents import refuse_while_used, users_of_topic
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, topic_subject
from tamis.domain.consent.topics import MAX_TOPICS, Topic, TopicCounts, find_topic, topic_id_of
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Message, NotFound, Problem, Refused
from tamis.domain.values.text import description_problem
from tamis.records import change_log, types
from tamis.records.consent import topics
from tamis.records.handles import Reader, Transaction


def create_topic(db: Transaction, now: datetime, contact_type: ContactType, name: str, description: str = "") -> Topic:
    """Create a topic of a contact type; raises Invalid, Refused and NotFound."""
    contact_type = reload_type(db, contact_type)
    name, description = validate_name(name), _validate_description(description)
    _check_name_is_free(db, contact_type, name)
    if topics.count(db, contact_type.id) >= MAX_TOPICS:
        raise Refused("too_many_topics", contact_type=contact_type.name, most=MAX_TOPICS)
    topic = topics.insert(db, contact_type.id, name, description, now)
    change_log.record_field_changes(db, contact_type.id, now)
    record_entry(
        db,
        now,
        contact_type.account_id,
        AuditAction.TOPIC_CREATED,
        topic_subject(topic),
        contact_type=contact_type.id,
    )
    return topic


def edit_topic(
    db: Transaction,
    now: datetime,
    account: Account,
    topic_id: int,
    name: str | None = None,
    description: str | None = None,
) -> Topic:
    """Change the name or the description of a topic; None leaves it. Raises Invalid, Refused and NotFound."""
    contact_type, topic = topic_by_id(db, account, topic_id)
    new_name = topic.name if name is None else validate_name(name)
    new_description = topic.description if description is None else _validate_description(description)
    if (new_name, new_description) == (topic.name, topic.description):
        return topic
    _check_name_is_free(db, contact_type, new_name, topic)
    edited = topics.update(db, topic, new_name, new_description, now)
    details = {"previous_name": topic.name} if new_name != topic.name else {}
    subject = topic_subject(edited)
    record_entry(db, now, account.id, AuditAction.TOPIC_CHANGED, subject, contact_type=contact_type.id, **details)
    return edited


def delete_topic(db: Transaction, now: datetime, account: Account, topic_id: int) -> Topic:
    """Delete a topic and the subscriptions to it; records of consent stay. Raises NotFound, and Refused while a
    segment's rule names it."""
    contact_type, topic = topic_by_id(db, account, topic_id)
    refuse_while_used(Message("the_topic", topic=topic.name), users_of_topic(db, contact_type.id, topic.id))
    topics.delete(db, topic.id)
    change_log.record_field_changes(db, contact_type.id, now)
    record_entry(db, now, account.id, AuditAction.TOPIC_DELETED, topic_subject(topic), contact_type=contact_type.id)
    return topic


def topics_of_type(db: Reader, contact_type: ContactType) -> list[Topic]:
    """List the topics of a contact type, oldest first."""
    return topics.of_type(db, contact_type.id)


def counted_topics(db: Reader, contact_type: ContactType) -> list[tuple[Topic, TopicCounts]]:
    """List the topics of a contact type, oldest first, with the numbers of contacts in each state."""
    sizes = topics.sizes(db, contact_type.id)
    return [(topic, TopicCounts.of(sizes.get(topic.id, {}))) for topic in topics.of_type(db, contact_type.id)]


def topic_by_id(db: Reader, account: Account, topic_id: int) -> tuple[ContactType, Topic]:
    """Find a topic of any contact type of an account; raises NotFound."""
    topic = topics.by_id(db, account.id, topic_id)
    if topic is None:
        raise NotFound("topic_id_unknown", topic=topic_id)
    return type_by_id(db, account, topic.contact_type_id), topic


def topic_of_type(db: Reader, contact_type: ContactType, reference: str) -> Topic:
    """Find a topic of a contact type by its id or name; raises NotFound."""
    fields = types.fields_of_type(db, contact_type.id)
    found = find_topic(reference, fields)
    present = topics.of_type(db, contact_type.id)
    for topic in present:
        if found and topic.id == topic_id_of(found):
            return topic
    known = [topic.name for topic in present]
    code = "topic_unknown" if known else "no_topic_yet"
    raise NotFound(code, topic=reference, contact_type=contact_type.name, known=known)


def find_topics(db: Reader, contact_type: ContactType, topic_ids: Sequence[int], path: str) -> list[Topic]:
    """Find topics of a contact type by their ids, in order; raises Invalid, with places in the list at `path`."""
    known = {topic.id: topic for topic in topics.of_type(db, contact_type.id)}
    problems = [
        Problem(f"{path}[{index}]", "topic_id_unknown", topic=topic_id)
        for index, topic_id in enumerate(topic_ids)
        if topic_id not in known
    ]
    if problems:
        raise Invalid(problems)
    return [known[topic_id] for topic_id in topic_ids]


def _check_name_is_free(db: Reader, contact_type: ContactType, name: str, of: Topic | None = None) -> None:
    holder = topics.by_name(db, contact_type.id, name)
    if holder and (of is None or holder.id != of.id):
        raise Refused("topic_exists", topic=holder.name, contact_type=contact_type.name)


def _validate_description(description: str) -> str:
    description = description.strip()
    if wrong := description_problem(description):
        raise Invalid([Problem("description", "description_not_valid", problem=wrong)])
    return description
