"""Who has unsubscribed from topics in another data directory, such as one that a backup replaces."""

from collections.abc import Sequence
from datetime import datetime

from tamis.actions.batches import batched
from tamis.actions.consent.subscriptions import set_states
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.topics import Evidence, NewState, StateStatus, SubscriptionState, Topic
from tamis.domain.contacts.contacts import ContactType
from tamis.records import contacts, types
from tamis.records.consent import subscriptions, topics
from tamis.records.handles import Reader, Transaction

PER_TRANSACTION = 1_000
RESTORE_SOURCE = "restore"


def take_over_unsubscriptions(services: Services, ours: Account, other: Reader, theirs: Account) -> int:
    """Unsubscribe the contacts of an account that have unsubscribed from the same topics in another data directory;
    return how many states have changed."""
    changed = 0
    db = services.records.reader()
    for contact_type in types.types_of_account(db, ours.id):
        for topic in topics.of_type(db, contact_type.id):
            found = topics.by_id(other, theirs.id, topic.id)
            if found is None or found.contact_type_id != contact_type.id:
                continue
            for part in batched(subscriptions.unsubscribed(other, topic.id), PER_TRANSACTION):
                changed += services.write(_unsubscribe, ours, contact_type, topic, part).count("changed")
    return changed


def _unsubscribe(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    topic: Topic,
    stated: Sequence[tuple[str, datetime]],
) -> list[StateStatus]:
    ids = contacts.ids_by_email(db, contact_type.id, [key for key, _ in stated])
    items = [NewState(ids[key], topic.id, SubscriptionState.UNSUBSCRIBED, since) for key, since in stated if key in ids]
    return set_states(db, now, account, contact_type, items, Evidence(RESTORE_SOURCE))
