"""Accounts: their emails and preferences."""

from datetime import datetime

from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.emails import Email
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.instants import to_micros
from tamis.records.engine.sql import insert, run, scalar, select, select_one, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("accounts")
ASK = "ask"


def insert_account(db: Transaction, email: Email, timezone: str, now: datetime) -> Account:
    """Add an account; the caller has checked that the email is free."""
    values = (email.address, email.key, timezone, to_micros(now))
    return account_from_row(insert(db, int, SQL["insert"], values), email.address, timezone, ASK, "")


def all_accounts(db: Reader) -> list[Account]:
    """List all accounts, oldest first."""
    return select(db, account_from_row, SQL["all"])


def account_by_id(db: Reader, account_id: int) -> Account | None:
    """Find an account by its id."""
    return select_one(db, account_from_row, SQL["by_id"], (account_id,))


def account_by_email(db: Reader, email_key: str) -> Account | None:
    """Find an account by its email key."""
    return select_one(db, account_from_row, SQL["by_email"], (email_key,))


def set_timezone(db: Transaction, account_id: int, timezone: str) -> None:
    """Change the time zone of an account; the caller has checked it."""
    run(db, SQL["set_timezone"], (timezone, account_id))


def set_name(db: Transaction, account_id: int, name: str) -> None:
    """Change the name of an account; empty is none."""
    run(db, SQL["set_name"], (name, account_id))


def set_date_order(db: Transaction, account_id: int, order: DateOrder | None) -> None:
    """Set how an account reads ambiguous dates in files; None asks."""
    run(db, SQL["set_date_order"], (order or ASK, account_id))


def gives_suppressed(db: Reader, account_id: int) -> bool:
    """Return whether an account gives all members to those who mail them, and leaves suppressions to them."""
    return bool(scalar(db, int, SQL["gives_suppressed"], (account_id,)))


def set_gives_suppressed(db: Transaction, account_id: int, gives: bool) -> None:
    """Set whether an account gives all members to those who mail them."""
    run(db, SQL["set_gives_suppressed"], (int(gives), account_id))


def timezone_of_type(db: Reader, type_id: int) -> str:
    """Return the name of the time zone of the account that has a contact type; the type must exist."""
    return select_only(db, str, SQL["timezone_of_type"], (type_id,))


def account_from_row(id_: int, email: str, timezone: str, date_order: str, name: str) -> Account:
    """Make an account from a row."""
    return Account(id_, email, timezone, None if date_order == ASK else DateOrder(date_order), name)
