"""Links with which users set a new password: after `tamis account create`, or when they have forgotten theirs."""

import secrets
from datetime import datetime, timedelta

from tamis.actions.accounts.passwords import find_user, set_password
from tamis.actions.audit import record_entry_of_user
from tamis.domain.accounts.accounts import hash_secret
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.accounts.users import User
from tamis.domain.errors import Gone
from tamis.records.handles import Reader, Transaction
from tamis.records.team import invitations, password_links, users

VALID = timedelta(days=1)
FIRST_VALID = timedelta(days=7)
"""How long the link to a first password is valid."""


def create_password_link(db: Transaction, now: datetime, user: User) -> str:
    """Return the token of a link with which a user sets a new password, once; an earlier link becomes invalid."""
    token = secrets.token_urlsafe(32)
    is_first = users.password_hash(db, user.id) is None
    password_links.put(db, user.id, hash_secret(token), now + (FIRST_VALID if is_first else VALID))
    record_entry_of_user(db, now, user, AuditAction.PASSWORD_LINK_CREATED)
    return token


def user_with_access(db: Reader, email: str) -> User | None:
    """Return the user with an email who has an account, or None."""
    user = find_user(db, email)
    return user if user is not None and users.account_ids(db, user.id) else None


def user_of_link(db: Reader, now: datetime, token: str) -> User:
    """Return the user whose password a link sets; raises Gone if it was used or replaced, or has expired."""
    user = password_links.user_of(db, hash_secret(token), now)
    if user is None:
        raise Gone("password_link_not_valid")
    return user


def use_password_link(db: Transaction, now: datetime, token: str, password_hash: str, address: str) -> User:
    """Set a password with a link, which ends all sessions of its user; raises Gone."""
    user = user_of_link(db, now, token)
    set_password(db.acting_as(user.actor.at(address)), now, user, password_hash)
    return user


def delete_expired_links(db: Transaction, now: datetime) -> None:
    """Delete the links and invitations that have expired."""
    password_links.delete_expired(db, now)
    invitations.delete_expired(db, now)


def has_expired_links(db: Reader, now: datetime) -> bool:
    """Return whether there are expired links or invitations."""
    return invitations.has_expired(db, now)
