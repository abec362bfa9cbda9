"""What people do with an unsubscribe link: refuse all mail, or choose topics."""

from collections.abc import Collection
from datetime import datetime

from tamis.actions.consent import suppressions
from tamis.actions.consent.subscriptions import TopicState, set_states_of_contact, states_of_contact
from tamis.actions.consent.unsubscribe_links import UnsubscribeLink
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.consent.topics import MAX_CONSENT_TEXT, Evidence, SubscriptionState
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.contacts.emails import Email, parse_email_for_lookup
from tamis.records import contacts, types
from tamis.records.handles import Reader, Transaction

SOURCE = "unsubscribe link"
CHOICE = "Chosen on the page of the unsubscribe link"


def is_unsubscribed(db: Reader, link: UnsubscribeLink) -> bool:
    """Return whether nothing is left to refuse: all emails of a link are suppressed because their owner said no. Those
    that are suppressed for a lighter reason may be mailed again without their owner."""
    keys = [email.key for email in _emails(db, link)]
    found = suppressions.suppressions_of(db, link.account, keys)
    return all(key in found and not SuppressionReason.UNSUBSCRIBED.is_graver_than(found[key].reason) for key in keys)


def unsubscribe(db: Transaction, now: datetime, link: UnsubscribeLink) -> None:
    """Suppress the email of a link, and that which its contact has now."""
    suppressions.suppress(db, now, link.account, _emails(db, link), SuppressionReason.UNSUBSCRIBED, SOURCE)


def topics_of_link(db: Reader, link: UnsubscribeLink) -> list[TopicState]:
    """List the topics that the contact of a link can choose from, with its states; none if there is no contact."""
    found = _contact(db, link)
    return [] if found is None else states_of_contact(db, *found)


def choose_topics(
    db: Transaction, now: datetime, link: UnsubscribeLink, shown: Collection[int], chosen: Collection[int]
) -> None:
    """Subscribe the contact of a link to the topics with some ids, and unsubscribe it from the others that it was
    shown. What was not shown stays as it is."""
    found = _contact(db, link)
    topics = [one.topic for one in topics_of_link(db, link) if one.topic.id in shown]
    if found is None or not topics:
        return
    states = [(SubscriptionState.SUBSCRIBED, chosen), (SubscriptionState.UNSUBSCRIBED, set(shown) - set(chosen))]
    for state, ids in states:
        wanted = [(topic, state) for topic in topics if topic.id in ids]
        names = ", ".join(topic.name for topic, _ in wanted)
        evidence = Evidence(SOURCE, f"{CHOICE}: {names}"[:MAX_CONSENT_TEXT], CHOICE)
        set_states_of_contact(db, now, link.account, *found, wanted, evidence)


def _contact(db: Reader, link: UnsubscribeLink) -> tuple[ContactType, int] | None:
    """Return the contact of a link, or the one that has its email now."""
    contact_type = types.type_by_id(db, link.account.id, link.type_id)
    if contact_type is None:
        return None
    if link.contact_id and contacts.existing_ids(db, contact_type.id, [link.contact_id]):
        return contact_type, link.contact_id
    by_email = contacts.ids_by_email(db, contact_type.id, [link.email.key])
    return (contact_type, by_email[link.email.key]) if link.email.key in by_email else None


def _emails(db: Reader, link: UnsubscribeLink) -> list[Email]:
    """Return the email of a link, and the present one of its contact, if that has changed."""
    found = _contact(db, link)
    addresses = contacts.emails_of(db, [found[1]]) if found else []
    present = [parse_email_for_lookup(address) for _, address in addresses]
    return [link.email, *(email for email in present if email and email.key != link.email.key)]
