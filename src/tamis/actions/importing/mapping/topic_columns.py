"""Columns of topics: they set the states of the contacts that a file has, once these are stored.

Nobody who has unsubscribed is subscribed again by a file, unless the import gives a reason. Of the rows of one email,
the one that unsubscribes counts, also if it is rejected for another reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.consent.subscriptions import set_states
from tamis.actions.importing.mapping.consent_column import EMAILS_PER_TRANSACTION, IMPORT_SOURCE
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.topic_values import parse_state
from tamis.domain.consent.topics import (
    COLUMN_PREFIX,
    Evidence,
    NewState,
    StateStatus,
    SubscriptionState,
    find_topic_column,
    topic_id_of,
)
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Problem
from tamis.domain.files.import_reports import ImportedTopic
from tamis.domain.values.fields import Field, FieldSet
from tamis.records import contacts
from tamis.records.handles import Transaction
from tamis.staging.consent import ConsentColumn, count_ranks, iter_ranked_emails, parse_consent_columns
from tamis.staging.emails import EmailExpressions
from tamis.staging.handle import StagingDatabase

STATES = (SubscriptionState.UNSUBSCRIBED, SubscriptionState.PENDING, SubscriptionState.SUBSCRIBED)
RANKS = {state: rank for rank, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class TopicColumns:
    """The parsed columns of topics of a file: their names, topics and unknown values by position, and how emails are
    read."""

    names: Mapping[int, str]
    topics: Mapping[int, Field]
    unknown_values: Mapping[int, Mapping[str, int]]
    emails: EmailExpressions
    padded: frozenset[int]


def find_topics(header: Sequence[str], options: ImportOptions, fields: FieldSet) -> dict[str, Field]:
    """Return the topics of columns: those that are mapped to one, and those with the name of one, such as `topic:News`.
    Raises Invalid."""
    found, problems = {}, []
    for name in header:
        target = options.chosen.get(name)
        is_named = target is None and name not in options.left_out and name not in options.consent
        topic = find_topic_column(name if is_named else target or "", fields)
        if topic:
            found[name] = topic
        elif target and target.strip().lower().startswith(COLUMN_PREFIX):
            problems.append(Problem("chosen", "chosen_topic_unknown", topic=target))
    if problems:
        raise Invalid(problems)
    return found


def parse_columns(
    staging: StagingDatabase,
    header: Sequence[str],
    topics: Mapping[str, Field],
    emails: EmailExpressions,
    padded: frozenset[int],
    options: ImportOptions,
) -> TopicColumns | None:
    """Parse the columns of topics, if there are any; raises Invalid."""
    if not topics:
        return None
    names = {position: name for position, name in enumerate(header) if name in topics}
    policies = {position: options.bad_values.get(name) or options.on_bad_value for position, name in names.items()}
    if adding := [names[position] for position, policy in policies.items() if policy is BadValue.ADD]:
        raise Invalid([Problem("bad_values", "no_options_of_consent", column=column) for column in adding])
    unknown = {}
    for position, name in names.items():
        column = ConsentColumn(position, name, _rank, policies[position] is BadValue.BLANK)
        unknown[position] = parse_consent_columns(staging, [column], padded)
    return TopicColumns(names, {position: topics[name] for position, name in names.items()}, unknown, emails, padded)


def set_states_by_columns(
    services: Services,
    account: Account,
    contact_type: ContactType,
    staging: StagingDatabase,
    columns: TopicColumns | None,
    import_id: int | None,
    options: ImportOptions,
) -> tuple[ImportedTopic, ...]:
    """Set the states of stored contacts as the columns of topics say; a dry run only counts what they say."""
    if columns is None:
        return ()
    evidence = Evidence(IMPORT_SOURCE, reason=options.resubscribe)
    found = []
    for position, topic in columns.topics.items():
        statuses: Counter[StateStatus] = Counter()
        for ranks, accepted in (([0], False), ([1, 2], True)) if not options.dry_run else ():
            ranked = iter_ranked_emails(staging, (position,), columns.emails, columns.padded, ranks, accepted=accepted)
            for rows in ranked:
                stated = [(key, STATES[rank]) for _, key, rank in rows]
                for start in range(0, len(stated), EMAILS_PER_TRANSACTION):
                    some = stated[start : start + EMAILS_PER_TRANSACTION]
                    request = f"import-{import_id}"
                    arguments = (account, contact_type, topic_id_of(topic), some, evidence, request)
                    statuses.update(services.submit_of(account.id, _store, *arguments).result())
        counts = count_ranks(staging, (position,), columns.emails, columns.padded)
        found.append(
            ImportedTopic(
                columns.names[position],
                topic.name,
                statuses["changed"],
                statuses["unchanged"],
                statuses["refused"],
                {STATES[rank].value: count for rank, count in counts.items()},
                columns.unknown_values[position],
            )
        )
    return tuple(found)


def _store(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    topic_id: int,
    stated: Sequence[tuple[str, SubscriptionState]],
    evidence: Evidence,
    request_id: str,
) -> list[StateStatus]:
    """Set the states of those emails that are contacts now, unless the topic was deleted meanwhile."""
    ids = contacts.ids_by_email(db, contact_type.id, [key for key, _ in stated])
    items = [NewState(ids[key], topic_id, state) for key, state in stated if key in ids]
    return set_states(db, now, account, contact_type, items, evidence, request_id)


def _rank(text: str) -> int | None:
    state = parse_state(text)
    return None if state is None else RANKS[state]
