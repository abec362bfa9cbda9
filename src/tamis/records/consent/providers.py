"""Providers, what came from them, and the reports that have suppressed. Credentials leave this module only through
`by_token`."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from tamis.domain.providers import Activity, ActivityPosition, Provider, ReceivingProvider, ReportCounts, Service
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.consent.email_hashes import get_or_create_pepper, hash_email
from tamis.records.engine.sql import exists, fetch, insert, run, run_many, scalar, select, select_one, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("providers")
MINUTE = 60_000_000
BEYOND_LAST_MINUTE = 1 << 62


def insert_provider(
    db: Transaction,
    account_id: int,
    service: Service,
    description: str,
    token_hash: bytes,
    credential: str,
    now: datetime,
    *,
    checks_address: bool,
) -> int:
    """Add a provider, and return its id."""
    values = (account_id, service, description, token_hash, credential, checks_address, to_micros(now))
    return insert(db, int, SQL["insert"], values)


def providers_of_account(db: Reader, account_id: int) -> list[Provider]:
    """List the providers of an account, oldest first."""
    return select(db, _provider, SQL["of_account"], (account_id,))


def provider_by_id(db: Reader, account_id: int, provider_id: int) -> Provider | None:
    """Find a provider of an account."""
    return select_one(db, _provider, SQL["by_id"], (provider_id, account_id))


def count_providers(db: Reader, account_id: int) -> int:
    """Count the providers of an account."""
    return select_only(db, int, SQL["count"], (account_id,))


def by_token(db: Reader, service: Service, token_hash: bytes, now: datetime) -> ReceivingProvider | None:
    """Find the provider that has a token, or had it until a short while ago."""

    def make(
        id_: int, account_id: int, service: str, description: str, credential: str, checks_address: int
    ) -> ReceivingProvider:
        return ReceivingProvider(id_, account_id, Service(service), description, credential, bool(checks_address))

    bindings: dict[str, str | bytes | int] = {"service": service, "token_hash": token_hash, "now": to_micros(now)}
    return select_one(db, make, SQL["by_token"], bindings)


def update_provider(
    db: Transaction, provider_id: int, description: str, now: datetime, *, checks_address: bool
) -> None:
    """Store the description of a provider, and whether addresses are checked."""
    run(db, SQL["update"], (description, checks_address, to_micros(now), provider_id))


def set_credential(db: Transaction, provider_id: int, credential: str) -> None:
    """Store what the requests of a provider are verified with."""
    run(db, SQL["set_credential"], (credential, provider_id))


def rotate_token(db: Transaction, provider_id: int, token_hash: bytes, previous_until: datetime, now: datetime) -> None:
    """Set the token of a provider; the one before it works until an instant."""
    run(db, SQL["rotate"], (to_micros(previous_until), token_hash, to_micros(now), provider_id))


def delete_provider(db: Transaction, provider_id: int) -> None:
    """Delete a provider with its activity."""
    for statement in ("delete_activity", "delete_suppressing_reports", "delete"):
        run(db, SQL[statement], (provider_id,))


def is_there(db: Reader, provider_id: int) -> bool:
    """Return whether a provider was not deleted."""
    return exists(db, SQL["is_there"], (provider_id,))


def record_activity(db: Transaction, provider_id: int, now: datetime, outcome: str, counts: ReportCounts) -> None:
    """Add a request to those of the same minute and outcome."""
    minute = to_micros(now) // MINUTE * MINUTE
    before = scalar(db, str, SQL["counts_of_minute"], (provider_id, minute, outcome))
    total = _add(_counts(before), counts) if before else counts
    run(db, SQL["record_activity"], (provider_id, minute, outcome, msgspec.json.encode(total).decode()))


def read_activity(db: Reader, provider_id: int, limit: int, after: ActivityPosition | None = None) -> list[Activity]:
    """Return the activity of a provider after an entry, newest first."""
    minute, outcome = after or (BEYOND_LAST_MINUTE, "")
    minute = max(0, min(minute, BEYOND_LAST_MINUTE))
    bindings: dict[str, str | int] = {"provider_id": provider_id, "minute": minute, "outcome": outcome, "limit": limit}
    return select(db, _activity, SQL["activity"], bindings)


def hash_reports(db: Transaction, identities: Iterable[str]) -> list[str]:
    """Return the keyed hashes of texts that identify reports, which contain emails."""
    secret = get_or_create_pepper(db)
    return [hash_email(secret, identity) for identity in identities]


def known_reports(db: Reader, provider_id: int, hashes: Collection[str]) -> set[str]:
    """Return those of some hashes of reports that were added before."""
    document = msgspec.json.encode(list(hashes)).decode()
    return {found for (found,) in fetch(db, SQL["known_reports"], (provider_id, document))}


def add_reports(db: Transaction, provider_id: int, hashes: Collection[str], now: datetime) -> None:
    """Add hashes of reports."""
    run_many(db, SQL["add_report"], ((provider_id, each, to_micros(now)) for each in hashes))


def delete_expired(db: Transaction, now: datetime, kept_for: timedelta) -> None:
    """Delete old activity and hashes of reports, and previous tokens that do not work any more."""
    before = to_micros(now - kept_for)
    run(db, SQL["delete_expired_activity"], (before,))
    run(db, SQL["delete_expired_reports"], (before,))
    run(db, SQL["forget_expired_tokens"], (to_micros(now),))


def _add(one: ReportCounts, other: ReportCounts) -> ReportCounts:
    return ReportCounts(
        _sum(one.kinds, other.kinds), _sum(one.effects, other.effects), _sum(one.rejected, other.rejected)
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))


def _counts(document: str) -> ReportCounts:
    return msgspec.json.decode(document, type=ReportCounts)


def _activity(minute: int, outcome: str, requests: int, counts: str) -> Activity:
    return Activity(from_micros(minute), outcome, requests, _counts(counts))


def _provider(
    id_: int,
    account_id: int,
    service: str,
    description: str,
    has_credential: int,
    checks_address: int,
    previous_token_until: int | None,
    created_at: int,
    updated_at: int,
    last_request_at: int | None,
) -> Provider:
    return Provider(
        id_,
        account_id,
        Service(service),
        description,
        bool(has_credential),
        bool(checks_address),
        None if previous_token_until is None else from_micros(previous_token_until),
        from_micros(created_at),
        from_micros(updated_at),
        None if last_request_at is None else from_micros(last_request_at),
    )
