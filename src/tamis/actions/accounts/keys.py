"""The keys with which programs sign in: their names, scopes and expiry."""

from datetime import date, datetime

from tamis.actions.audit import record_entry
from tamis.domain.accounts.accounts import Account, KeyPair, NewKeyPair, Scope, generate_key_pair
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.values.instants import day_in_utc, format_instant, next_day_starts
from tamis.domain.values.text import line_problem
from tamis.records.accounts import keys
from tamis.records.handles import Reader, Transaction

KEY = "key"


def create_key_pair(
    db: Transaction,
    now: datetime,
    account: Account,
    name: str = "",
    scope: Scope = Scope.ADMIN,
    expires_at: datetime | None = None,
) -> NewKeyPair:
    """Create another key pair of an account, named after the program that uses it; None expires never.

    Raises Invalid.
    """
    problems = _problems_with_name(name)
    if expires_at is not None and expires_at <= now:
        problems.append(Problem("expires_at", "expiry_past"))
    if problems:
        raise Invalid(problems)
    pair = generate_key_pair()
    terms = keys.KeyTerms(name.strip(), scope, expires_at)
    keys.insert(db, account.id, pair, terms, now)
    record_entry(
        db,
        now,
        account.id,
        AuditAction.KEY_CREATED,
        Subject(KEY, pair.public_key, terms.name),
        scope=scope.value,
        expires_at=None if expires_at is None else format_instant(expires_at),
    )
    return pair


def end_of_day(account: Account, day: date) -> datetime:
    """Return the instant at which a key expires that works up to and including a day of the account."""
    return next_day_starts(day_in_utc(day, account.zone)[0], account.zone)


def rename_key_pair(db: Transaction, now: datetime, account: Account, public_key: str, name: str) -> None:
    """Rename a key pair that is not revoked. Raises Invalid and NotFound."""
    problems = _problems_with_name(name)
    if problems:
        raise Invalid(problems)
    before = next((pair.name for pair in keys.of_account(db, account.id) if pair.public_key == public_key), "")
    if not keys.rename(db, account.id, public_key, name.strip()):
        raise NotFound("key_pair_unknown", public_key=public_key)
    subject = Subject(KEY, public_key, name.strip())
    record_entry(db, now, account.id, AuditAction.KEY_RENAMED, subject, previous_name=before)


def revoke_key_pair(db: Transaction, now: datetime, account: Account, public_key: str) -> None:
    """Revoke a key pair, so that it is refused from now on; raises NotFound."""
    name = keys.revoke(db, account.id, public_key, now)
    if name is None:
        raise NotFound("key_pair_unknown", public_key=public_key)
    record_entry(db, now, account.id, AuditAction.KEY_REVOKED, Subject(KEY, public_key, name))


def note_key_use(db: Transaction, now: datetime, public_key: str) -> None:
    """Note that a key pair was used."""
    keys.record_use(db, public_key, now)


def is_key_valid(db: Reader, now: datetime, public_key: str) -> bool:
    """Return whether a key is neither revoked nor expired."""
    return keys.is_valid(db, public_key, now)


def list_key_pairs(db: Reader, account: Account) -> list[KeyPair]:
    """List the key pairs of an account, without secrets."""
    return keys.of_account(db, account.id)


def _problems_with_name(name: str) -> list[Problem]:
    problem = line_problem(name)
    return [Problem.of("name", problem)] if problem else []
