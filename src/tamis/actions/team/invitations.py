"""Invitations: a link that the inviter hands over, with which one person gets a role in an account."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tamis.actions.audit import record_entry
from tamis.actions.team.users import add_user, require_role_over
from tamis.domain.accounts.accounts import Account, hash_secret
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.accounts.users import Invitation, Role, User
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Gone, Invalid, NotFound, Problem, Refused
from tamis.records.accounts.accounts import account_by_id
from tamis.records.handles import Reader, Transaction
from tamis.records.team import invitations, users

VALID = timedelta(days=7)
INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class OpenedInvitation:
    """An invitation as whoever has its link sees it: to which account, and who of the users it is for, if anybody."""

    invitation: Invitation
    account: Account
    user: User | None
    takes_sign_in: bool
    """Whether it is for a user of another account, who has to sign in: the link alone shows that somebody was invited,
    not that they are who has that other account."""


def invite(db: Transaction, now: datetime, account: Account, email: str, role: Role) -> tuple[Invitation, str]:
    """Invite somebody to an account for the next seven days; return the invitation and the token of its link, which is
    stored only as a hash. An earlier invitation of the same email becomes invalid.

    Raises Invalid, and Refused if the actor may not give the role, or the email is that of a user of the account.
    """
    address = parse_email(email)
    if address is None:
        raise Invalid([Problem("email", "email_not_valid", email=email)])
    require_role_over(db, account, role)
    user = users.user_by_email(db, address.key)
    if user is not None and users.role_of(db, account.id, user.id) is not None:
        raise Refused("user_in_account_already", email=user.email)
    earlier = invitations.by_email(db, account.id, address.key)
    if earlier is not None:
        require_role_over(db, account, earlier.role)
    token = secrets.token_urlsafe(32)
    made = invitations.put(db, account.id, address, role, hash_secret(token), now, now + VALID)
    record_entry(db, now, account.id, AuditAction.USER_INVITED, Subject(INVITATION, made.id), role=role.value)
    return made, token


def list_invitations(db: Reader, account: Account, now: datetime) -> list[Invitation]:
    """List the invitations to an account that can still be accepted, oldest first."""
    return [made for made in invitations.of_account(db, account.id) if made.expires_at > now]


def withdraw_invitation(db: Transaction, now: datetime, account: Account, email: str) -> None:
    """Make the link of an invitation invalid; raises NotFound, and Refused if the actor may not give its role."""
    address = parse_email(email)
    made = invitations.by_email(db, account.id, address.key) if address else None
    if made is None:
        raise NotFound("invitation_unknown", email=email)
    require_role_over(db, account, made.role)
    invitations.delete(db, made.id)
    subject = Subject(INVITATION, made.id)
    record_entry(db, now, account.id, AuditAction.INVITATION_WITHDRAWN, subject, role=made.role.value)


def open_invitation(db: Reader, now: datetime, token: str) -> OpenedInvitation:
    """Return the invitation of a token; raises Gone if it was accepted, withdrawn, replaced or has expired."""
    made = invitations.by_token(db, hash_secret(token), now)
    account = account_by_id(db, made.account_id) if made else None
    if made is None or account is None:
        raise Gone("invitation_not_valid")
    address = parse_email(made.email)
    user = users.user_by_email(db, address.key) if address else None
    takes_sign_in = user is not None and bool(users.account_ids(db, user.id))
    return OpenedInvitation(made, account, user, takes_sign_in)


def accept_with_password(db: Transaction, now: datetime, token: str, password_hash: str, address: str) -> User:
    """Accept an invitation of somebody who has no account yet, with a new password, from a network address; raises
    Gone and Refused."""
    opened = open_invitation(db, now, token)
    if opened.takes_sign_in:
        raise Refused("invitation_takes_sign_in", email=opened.invitation.email)
    user = _accept(db, now, opened, address)
    users.set_password_hash(db, user.id, password_hash)
    return user


def accept_as_user(db: Transaction, now: datetime, token: str, user: User) -> Account:
    """Accept an invitation as the invited user, who is signed in, and return its account; raise Gone or Refused."""
    opened = open_invitation(db, now, token)
    if opened.user != user:
        raise Refused("invitation_of_other_user", email=opened.invitation.email)
    _accept(db, now, opened, db.actor.address)
    return opened.account


def _accept(db: Transaction, now: datetime, opened: OpenedInvitation, address: str) -> User:
    """Give the invited person the role of the invitation; the audit log names that person as the actor."""
    email = parse_email(opened.invitation.email)
    assert email
    user = opened.user or users.insert_user(db, email, now)
    invitations.delete(db, opened.invitation.id)
    return add_user(db.acting_as(user.actor.at(address)), now, opened.account, email, opened.invitation.role)
