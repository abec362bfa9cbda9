"""The users of an account and their roles. Each change takes effect with the next request of the user it concerns."""

from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.actors import ActorKind
from tamis.domain.accounts.audit import AuditAction, user_subject
from tamis.domain.accounts.users import AccountUser, Role, User
from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.errors import NotFound, Refused
from tamis.records.accounts import sessions
from tamis.records.handles import Reader, Transaction
from tamis.records.team import password_links, users


def list_users(db: Reader, account: Account) -> list[AccountUser]:
    """List the users of an account, the longest-standing first."""
    return users.of_account(db, account.id)


def user_of_account(db: Reader, account: Account, user_id: int) -> AccountUser:
    """Return a user of an account by id; raises NotFound."""
    found = next((known for known in users.of_account(db, account.id) if known.user.id == user_id), None)
    if found is None:
        raise NotFound("user_unknown")
    return found


def find_account_user(db: Reader, account: Account, email: str) -> AccountUser:
    """Return the user of an account with an email, in any spelling; raises NotFound."""
    address = parse_email(email)
    user = users.user_by_email(db, address.key) if address else None
    if user is None or users.role_of(db, account.id, user.id) is None:
        raise NotFound("user_with_email_unknown", email=email)
    return user_of_account(db, account, user.id)


def add_user(db: Transaction, now: datetime, account: Account, email: Email, role: Role) -> User:
    """Give somebody a role in an account, and make them a user if they are none; raises Refused if they have one."""
    user = users.user_by_email(db, email.key) or users.insert_user(db, email, now)
    if users.role_of(db, account.id, user.id) is not None:
        raise Refused("user_in_account_already", email=user.email)
    users.add_to_account(db, account.id, user.id, role, now)
    record_entry(db, now, account.id, AuditAction.USER_ADDED, user_subject(user), role=role.value)
    return user


def change_role(db: Transaction, now: datetime, account: Account, user: User, role: Role) -> None:
    """Change the role of a user of an account; raises NotFound, and Refused if the actor may not, or if the account
    would have no owner."""
    previous = user_of_account(db, account, user.id).role
    require_role_over(db, account, previous)
    require_role_over(db, account, role)
    if role is previous:
        return
    _require_owner(db, account, user, previous)
    users.set_role(db, account.id, user.id, role)
    record_entry(
        db,
        now,
        account.id,
        AuditAction.USER_CHANGED,
        user_subject(user),
        previous_role=previous.value,
        role=role.value,
    )


def remove_user(db: Transaction, now: datetime, account: Account, user: User) -> None:
    """Remove a user from an account, and end their sessions in it; who has no other account loses their password and
    codes, too. Raises NotFound, and Refused if the actor may not, or if the account would have no owner."""
    role = user_of_account(db, account, user.id).role
    if not _is_actor(db, user):
        require_role_over(db, account, role)
    _require_owner(db, account, user, role)
    end_access(db, account.id, user)
    record_entry(db, now, account.id, AuditAction.USER_REMOVED, user_subject(user), role=role.value)


def end_access(db: Transaction, account_id: int, user: User) -> None:
    """Take the role of a user in an account away, and end their sessions in it; who has no other account loses their
    password and codes, too."""
    users.remove_from_account(db, account_id, user.id)
    sessions.delete_of_account(db, account_id, user.id)
    if not users.account_ids(db, user.id):
        sessions.delete_others(db, user.id, None)
        password_links.delete(db, user.id)
        users.forget_sign_in(db, user.id)


def require_role_over(db: Transaction, account: Account, role: Role) -> None:
    """Raise Refused if the actor of a transaction may not give or take a role in an account: admins may not that of
    owners, and who has been demoted meanwhile none. Commands may all."""
    if db.actor.kind is not ActorKind.PERSON:
        return
    acting = users.role_of(db, account.id, int(db.actor.id))
    if acting is None or not acting.includes(Role.ADMIN) or not acting.includes(role):
        raise Refused("role_too_small", needed=Role.OWNER if role is Role.OWNER else Role.ADMIN)


def _is_actor(db: Transaction, user: User) -> bool:
    return db.actor.kind is ActorKind.PERSON and db.actor.id == str(user.id)


def _require_owner(db: Reader, account: Account, user: User, role: Role) -> None:
    """Raise Refused if an owner is the last one of an account."""
    if role is Role.OWNER and not users.has_other_owner(db, account.id, user.id):
        raise Refused("last_owner", email=user.email)
