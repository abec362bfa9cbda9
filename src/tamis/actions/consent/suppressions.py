"""Suppress emails, and lift suppressions. Whatever says that somebody may not be mailed calls `suppress`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tamis.actions.audit import record_entry, record_part
from tamis.actions.batches import batched
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import BEYOND_LAST, AuditAction, Subject
from tamis.domain.consent.suppressions import (
    NewSuppression,
    Suppression,
    SuppressionFilter,
    SuppressionReason,
    SuppressionStatus,
)
from tamis.domain.contacts.emails import Email, parse_email_for_lookup
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.segments.membership_changes import Cause
from tamis.records import change_log
from tamis.records.consent import suppressions
from tamis.records.handles import Reader, Transaction

SUPPRESSIONS_PER_READ = 1_000


def suppress(
    db: Transaction,
    now: datetime,
    account: Account,
    addresses: Iterable[Email],
    reason: SuppressionReason,
    source: str,
    since: datetime | None = None,
) -> list[SuppressionStatus]:
    """Suppress emails for one reason, and return what became of each (see `suppress_all`)."""
    return suppress_all(db, now, account, [NewSuppression(email, reason, since) for email in addresses], source)


def suppress_all(
    db: Transaction,
    now: datetime,
    account: Account,
    items: Sequence[NewSuppression],
    source: str,
    request_id: str = "",
) -> list[SuppressionStatus]:
    """Suppress emails, and return what became of each. An email keeps the instant at which it was first suppressed; a
    graver reason replaces a lighter one. `source` says from where Tamis knows it, such as `console` or `sendgrid`."""
    new, changed, statuses = _decide(db, now, account, items, source)
    suppressions.insert(db, account.id, list(new.values()))
    suppressions.set_reasons(db, account.id, list(changed.values()))
    _record_changes(db, now, account, new)
    _record_entry(db, now, account, statuses, items, source, request_id)
    return statuses


def forecast_statuses(
    db: Reader, now: datetime, account: Account, items: Sequence[NewSuppression]
) -> list[SuppressionStatus]:
    """Return what would become of each email if it were suppressed now, without doing it."""
    return _decide(db, now, account, items, "")[2]


def _decide(
    db: Reader, now: datetime, account: Account, items: Sequence[NewSuppression], source: str
) -> tuple[dict[str, suppressions.SuppressionRow], dict[str, suppressions.SuppressionChange], list[SuppressionStatus]]:
    """Decide what is added and changed, by email key, and what becomes of each email."""
    known = suppressions.find(db, account.id, {item.email.key for item in items})
    before = {key: found.reason for key, found in known.items()}
    new: dict[str, suppressions.SuppressionRow] = {}
    changed: dict[str, suppressions.SuppressionChange] = {}
    statuses: list[SuppressionStatus] = []
    for email, reason, since in items:
        earlier = before.get(email.key)
        if earlier is not None and not reason.is_graver_than(earlier):
            statuses.append("unchanged")
            continue
        before[email.key] = reason
        if email.key in known:
            changed[email.key] = suppressions.SuppressionChange(known[email.key].id, email, reason, source)
        else:
            first = new[email.key].since if email.key in new else min(since or now, now)
            new[email.key] = suppressions.SuppressionRow(email, reason, source, first)
        statuses.append("suppressed" if earlier is None else "updated")
    return new, changed, statuses


def lift_suppression(db: Transaction, now: datetime, account: Account, email: str) -> Suppression:
    """Let an email be mailed again, and return its suppression; raises Invalid and NotFound."""
    address = parse_address(email)
    found = _find(db, account, address)
    suppressions.delete(db, found.id)
    _record_changes(db, now, account, [address.key])
    details = {"reason": found.reason.value, "source": found.source}
    record_entry(db, now, account.id, AuditAction.SUPPRESSION_LIFTED, Subject("suppression", found.id), **details)
    return found


def find_suppression(db: Reader, account: Account, email: str) -> Suppression:
    """Return the suppression of an email; raises Invalid and NotFound."""
    return _find(db, account, parse_address(email))


def suppression_of(db: Reader, account: Account, email_key: str) -> Suppression | None:
    """Return the suppression of an email, or None."""
    return suppressions.find_one(db, account.id, email_key)


def suppressions_of(db: Reader, account: Account, email_keys: Iterable[str]) -> dict[str, Suppression]:
    """Return the suppressions of those of some emails that have one, by email key."""
    return suppressions.find(db, account.id, set(email_keys))


def list_suppressions(
    db: Reader,
    account: Account,
    limit: int,
    before: int = BEYOND_LAST,
    wanted: SuppressionFilter = SuppressionFilter(),  # noqa: B008  frozen
) -> list[Suppression]:
    """Return suppressions of an account with ids below `before`, newest first."""
    return suppressions.page(db, account.id, wanted, limit, before)


def count_suppressions(
    db: Reader,
    account: Account,
    wanted: SuppressionFilter = SuppressionFilter(),  # noqa: B008  frozen
) -> int:
    """Count the suppressions of an account that a filter lets through."""
    return suppressions.count_matching(db, account.id, wanted)


def all_suppressions(db: Reader, account: Account) -> Iterator[Suppression]:
    """Yield all suppressions of an account, newest first."""
    before = BEYOND_LAST
    while found := suppressions.page(db, account.id, SuppressionFilter(), SUPPRESSIONS_PER_READ, before):
        yield from found
        before = found[-1].id


def parse_address(email: str) -> Email:
    """Parse an email to suppress; raises Invalid."""
    address = parse_email_for_lookup(email)
    if address is None:
        raise Invalid([Problem("email", "email_not_valid", email=email)])
    return address


def _find(db: Reader, account: Account, address: Email) -> Suppression:
    found = suppressions.find_one(db, account.id, address.key)
    if found is None:
        raise NotFound("email_not_suppressed", email=address.address)
    return found


def _record_changes(db: Transaction, now: datetime, account: Account, email_keys: Iterable[str]) -> None:
    """Record that contacts and external recipients with some emails have changed."""
    for keys in batched(email_keys, SUPPRESSIONS_PER_READ):
        for type_id, ids in suppressions.contacts_of(db, account.id, keys).items():
            change_log.record_contact_changes(db, type_id, ids, now, Cause.CONSENT)
        for type_id, segment_id, id_ in suppressions.inclusions_of(db, account.id, keys):
            change_log.record_change(db, "recipient", type_id, now, Cause.CONSENT, segment_id, inclusion_id=id_)


def _record_entry(
    db: Transaction,
    now: datetime,
    account: Account,
    statuses: Sequence[SuppressionStatus],
    items: Sequence[NewSuppression],
    source: str,
    request_id: str,
) -> None:
    """Record a batch as one entry, with its source and the number of emails for each reason."""
    done = [item.reason.value for item, status in zip(items, statuses, strict=True) if status != "unchanged"]
    if done:
        subject = Subject("suppressions", account.id, source)
        record_part(db, now, account.id, AuditAction.EMAILS_SUPPRESSED, subject, request_id, Counter(done))
