"""What becomes of reports: events of contacts, and suppressions, in one transaction (§ Never mailed against their
will)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from tamis.actions.consent.suppressions import suppress_all
from tamis.actions.events.accept import EventStatus, accept_events
from tamis.actions.events.stated_events import parse_event
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.consent.suppressions import NewSuppression
from tamis.domain.errors import NotFound
from tamis.domain.providers import (
    ACCEPTED,
    EVENT_NAMES,
    SUPPRESSION_REASONS,
    ReceivingProvider,
    RefusalReason,
    RejectionReason,
    Report,
    ReportCounts,
    ReportEffect,
    Reports,
)
from tamis.domain.values.instants import format_instant, to_micros
from tamis.records import contacts, types
from tamis.records.accounts import accounts
from tamis.records.consent import providers
from tamis.records.handles import Transaction

T = TypeVar("T", bound=StrEnum)


def actor_of(provider: ReceivingProvider) -> Actor:
    """Return a provider as an actor."""
    return Actor(ActorKind.PROVIDER, str(provider.id), provider.description or provider.service.label)


def apply_reports(db: Transaction, now: datetime, provider: ReceivingProvider, found: Reports) -> ReportCounts:
    """Store the events of reports for each contact type in which their emails are contacts, suppress emails, whether
    they are contacts or not, and return what was done. Raises NotFound if the provider was deleted meanwhile."""
    account = accounts.account_by_id(db, provider.account_id) if providers.is_there(db, provider.id) else None
    if account is None:
        raise NotFound("provider_unknown", provider=provider.id)
    rejected = Counter(found.rejected)
    effects = Counter({ReportEffect.IGNORED: found.ignored})
    effects.update(_suppress(db, now, account, provider, found.reports))
    effects.update(_store_events(db, now, account, found.reports))
    rejected[RejectionReason.EVENT_NOT_STORED] += effects[ReportEffect.REJECTED]
    effects[ReportEffect.REJECTED] = rejected.total()
    counts = ReportCounts(
        kinds=_texts(Counter(report.kind for report in found.reports)),
        effects=_texts(effects),
        rejected=_texts(rejected),
    )
    providers.record_activity(db, provider.id, now, ACCEPTED, counts)
    return counts


def record_refusal(db: Transaction, now: datetime, provider: ReceivingProvider, reason: RefusalReason) -> None:
    """Record that a request was refused; does nothing if the provider was deleted meanwhile."""
    if providers.is_there(db, provider.id):
        providers.record_activity(db, provider.id, now, reason, ReportCounts())


def _suppress(
    db: Transaction, now: datetime, account: Account, provider: ReceivingProvider, reports: Sequence[Report]
) -> Iterable[ReportEffect]:
    """Suppress the emails of reports, but of those that came before: a suppression that was lifted since stays so. A
    report that nothing identifies counts as new: the person may have said so again."""
    suppressing = [report for report in reports if report.kind in SUPPRESSION_REASONS]
    if not suppressing:
        return []
    identified = [report for report in suppressing if _identity(report)]
    hashes = dict(zip(map(id, identified), providers.hash_reports(db, map(_identity, identified)), strict=True))
    known = providers.known_reports(db, provider.id, set(hashes.values()))
    new: dict[str, Report] = {}
    effects: list[ReportEffect] = []
    for report in identified:
        hash_ = hashes[id(report)]
        if hash_ in known or hash_ in new:
            effects.append(ReportEffect.REPEATED)
        else:
            new[hash_] = report
    providers.add_reports(db, provider.id, new, now)
    wanted = [*new.values(), *(report for report in suppressing if not _identity(report))]
    items = [NewSuppression(each.email, SUPPRESSION_REASONS[each.kind], each.at) for each in wanted]
    statuses = suppress_all(db, now, account, items, provider.service)
    return [
        *effects,
        *(ReportEffect.ALREADY_SUPPRESSED if status == "unchanged" else ReportEffect.SUPPRESSED for status in statuses),
    ]


def _identity(report: Report) -> str:
    """Return the text that identifies a report: by the provider's id, or by its instant and message; empty if it has
    none of them."""
    at = "" if report.at is None else str(to_micros(report.at))
    what = report.id or f"{at} {report.properties.get('message_id', '')}".rstrip()
    return what and f"report {report.kind} {report.email.key} {what}"


def _store_events(
    db: Transaction, now: datetime, account: Account, reports: Sequence[Report]
) -> Iterable[ReportEffect]:
    """Store reports as events of the contacts of all types that have their emails."""
    events = [report for report in reports if report.kind in EVENT_NAMES]
    statuses: dict[int, set[EventStatus]] = {number: set() for number in range(len(events))}
    keys = list({report.email.key for report in events})
    for contact_type in types.types_of_account(db, account.id) if events else ():
        known = contacts.ids_by_email(db, contact_type.id, keys)
        numbers = [number for number, report in enumerate(events) if report.email.key in known]
        parsed = [parse_event(_stated(events[number]), account.zone) for number in numbers]
        results = accept_events(db, now, account, contact_type.id, parsed) if parsed else []
        for number, result in zip(numbers, results, strict=True):
            statuses[number].add(result.status)
    return [_effect(found) for found in statuses.values()]


def _stated(report: Report) -> Mapping[str, object]:
    assert report.at
    return {
        "email": report.email.address,
        "event": EVENT_NAMES[report.kind],
        "at": format_instant(report.at),
        "id": report.id or None,
        "properties": dict(report.properties),
    }


def _effect(statuses: set[EventStatus]) -> ReportEffect:
    """Return what became of an event that has some results, one for each contact type with its email."""
    if not statuses:
        return ReportEffect.NOT_A_CONTACT
    if "accepted" in statuses:
        return ReportEffect.EVENT_STORED
    return ReportEffect.REJECTED if "rejected" in statuses else ReportEffect.REPEATED


def _texts(counts: Mapping[T, int]) -> dict[str, int]:
    return {str(name): count for name, count in counts.items() if count}
