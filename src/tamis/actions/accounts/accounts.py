"""Accounts: their names, time zones and date orders."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import available_timezones

from tamis.actions.accounts.keys import create_key_pair
from tamis.actions.accounts.passwords import hash_password, problems_with_password
from tamis.actions.audit import record_entry
from tamis.domain.accounts.accounts import Account, NewKeyPair
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.accounts.users import Role
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.instants import zone_named
from tamis.domain.values.text import line_problem
from tamis.records import change_log
from tamis.records.accounts import accounts
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import segments
from tamis.records.team import users


def create_account(
    db: Transaction,
    now: datetime,
    email: str,
    timezone: str,
    password: str | None,
    date_order: DateOrder | None = None,
    *,
    for_existing_user: bool = False,
) -> tuple[Account, NewKeyPair]:
    """Create an account with its first key pair, and the user with its email as its owner: a new one, or, if that is
    said, one who has another account and keeps their password. `date_order` is the order of ambiguous dates in files.

    Raises Invalid, and Refused if the email already has an account, or a user of another account is meant tacitly.
    """
    address = parse_email(email)
    problems = []
    if address is None:
        problems.append(Problem("email", "email_not_valid", email=email))
    problems += [
        *_problems_with_zone(timezone),
        *(problems_with_password(password, email) if password is not None else ()),
    ]
    if address is None or problems:
        raise Invalid(problems)
    if accounts.account_by_email(db, address.key):
        raise Refused("account_exists", email=address.address)
    owner = users.user_by_email(db, address.key)
    is_user = owner is not None and bool(users.account_ids(db, owner.id))
    if is_user and (password is not None or not for_existing_user):
        raise Refused("user_of_other_account", email=address.address)
    account = accounts.insert_account(db, address, timezone, now)
    owner = owner or users.insert_user(db, address, now)
    if password is not None:
        users.set_password_hash(db, owner.id, hash_password(password, email))
    users.add_to_account(db, account.id, owner.id, Role.OWNER, now)
    accounts.set_date_order(db, account.id, date_order)
    record_entry(db, now, account.id, AuditAction.ACCOUNT_CREATED, _subject(account))
    return replace(account, date_order=date_order), create_key_pair(db, now, account)


def set_timezone(db: Transaction, now: datetime, account: Account, timezone: str) -> None:
    """Change the time zone of an account; raises Invalid.

    The days of the account begin and end at other instants then, so all of its segments are rebuilt.
    """
    problems = _problems_with_zone(timezone)
    if problems:
        raise Invalid(problems)
    if timezone == account.timezone:
        return
    accounts.set_timezone(db, account.id, timezone)
    for segment in segments.live_of_account(db, account.id):
        change_log.record_segment_change(db, segment.contact_type_id, segment.id, now)
    record_entry(
        db,
        now,
        account.id,
        AuditAction.ACCOUNT_CHANGED,
        _subject(account),
        previous_time_zone=account.timezone,
        time_zone=timezone,
    )


def set_name(db: Transaction, now: datetime, account: Account, name: str) -> None:
    """Set how an account is called on pages that its recipients see; blank is none. Raises Invalid."""
    name = name.strip()
    if problem := line_problem(name):
        raise Invalid([Problem.of("name", problem)])
    present = accounts.account_by_id(db, account.id)
    if present and name != present.name:
        accounts.set_name(db, account.id, name)
        details = {"previous_name": present.name, "name": name}
        record_entry(db, now, account.id, AuditAction.ACCOUNT_CHANGED, _subject(account), **details)


def set_date_order(db: Transaction, now: datetime, account: Account, order: DateOrder | None) -> None:
    """Set the order of ambiguous dates in files; with None, every import asks."""
    accounts.set_date_order(db, account.id, order)
    before, after = (chosen.value if chosen else "ask" for chosen in (account.date_order, order))
    record_entry(
        db,
        now,
        account.id,
        AuditAction.ACCOUNT_CHANGED,
        _subject(account),
        previous_date_order=before,
        date_order=after,
    )


def choose_account(db: Reader, email: str | None) -> Account:
    """Find the account with an email, or the only account; raises NotFound and Refused."""
    if email is not None:
        address = parse_email(email)
        account = accounts.account_by_email(db, address.key) if address else None
        if account is None:
            raise NotFound("account_unknown", email=email)
        return account
    known = accounts.all_accounts(db)
    if not known:
        raise NotFound("account_missing")
    if len(known) > 1:
        raise Refused("account_unclear", count=len(known))
    return known[0]


def _subject(account: Account) -> Subject:
    return Subject("account", account.id, account.email)


def _problems_with_zone(timezone: str) -> list[Problem]:
    if zone_named(timezone) is None:
        suggestions = _zones_of_place(timezone)
        code = "time_zone_of_place" if suggestions else "time_zone_unknown"
        return [Problem("timezone", code, timezone=timezone, meant=suggestions)]
    return []


def _zones_of_place(text: str) -> list[str]:
    """List the time zones named after a place, for people who write only the place, such as New York."""
    place = text.strip().replace(" ", "_").casefold()
    return sorted(name for name in available_timezones() if "/" in name and name.split("/")[-1].casefold() == place)
