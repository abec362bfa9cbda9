"""Make accounts and key pairs, and find out whose a key pair is."""

from datetime import datetime

import apsw
from argon2 import PasswordHasher

from tamis.domain.accounts import Account, KeyPair, NewKeyPair, make_key_pair
from tamis.domain.emails import parse_email
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.instants import zone_named
from tamis.records import accounts

SHORTEST_PASSWORD = 10


def create_account(
    db: apsw.Connection, now: datetime, email: str, timezone: str, password: str | None
) -> tuple[Account, NewKeyPair]:
    """Make an account with its first key pair; raises Invalid, and Refused when the address has an account."""
    address = parse_email(email)
    problems = []
    if address is None:
        problems.append(Problem("email", f'"{email}" is not a valid e-mail address'))
    if zone_named(timezone) is None:
        problems.append(Problem("timezone", f'"{timezone}" is not a time zone; use a name such as Asia/Dhaka'))
    if password is not None and len(password) < SHORTEST_PASSWORD:
        problems.append(Problem("password", f"must have at least {SHORTEST_PASSWORD} characters"))
    if address is None or problems:
        raise Invalid(problems)
    if accounts.account_by_email(db, address.key):
        raise Refused(f"{address.address} has an account already")
    password_hash = PasswordHasher().hash(password) if password is not None else None
    account = accounts.insert_account(db, address, timezone, password_hash, now)
    return account, create_key_pair(db, now, account)


def create_key_pair(db: apsw.Connection, now: datetime, account: Account) -> NewKeyPair:
    """Make another key pair of an account."""
    pair = make_key_pair()
    accounts.insert_key_pair(db, account.id, pair, now)
    return pair


def revoke_key_pair(db: apsw.Connection, now: datetime, account: Account, public_key: str) -> None:
    """Revoke a key pair: from now on it opens nothing; raises NotFound."""
    if not accounts.revoke_key_pair(db, account.id, public_key, now):
        raise NotFound(f'there is no live key pair "{public_key}"; "tamis key list" shows those that there are')


def list_key_pairs(db: apsw.Connection, account: Account) -> list[KeyPair]:
    """List the key pairs of an account, without secrets."""
    return accounts.key_pairs(db, account.id)


def choose_account(db: apsw.Connection, email: str | None) -> Account:
    """Find the account with an address, or the only one there is; raises NotFound and Refused."""
    if email is not None:
        address = parse_email(email)
        account = accounts.account_by_email(db, address.key) if address else None
        if account is None:
            raise NotFound(f'there is no account "{email}"')
        return account
    known = accounts.all_accounts(db)
    if not known:
        raise NotFound('there is no account yet; make one with "tamis account create --email YOU@EXAMPLE.ORG"')
    if len(known) > 1:
        raise Refused(f"there are {len(known)} accounts; choose one with --account EMAIL")
    return known[0]
