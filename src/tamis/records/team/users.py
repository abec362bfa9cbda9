"""Users, and the roles that they have in accounts."""

from datetime import datetime

from tamis.domain.accounts.users import AccountUser, Role, User
from tamis.domain.contacts.emails import Email
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import exists, insert, run, scalar, select, select_one, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("users")


def insert_user(db: Transaction, email: Email, now: datetime) -> User:
    """Add a user without a password; the caller has checked that the email is free."""
    return User(insert(db, int, SQL["insert"], (email.address, email.key, to_micros(now))), email.address)


def user_by_id(db: Reader, user_id: int) -> User | None:
    """Find a user by its id."""
    return select_one(db, User, SQL["by_id"], (user_id,))


def user_by_email(db: Reader, email_key: str) -> User | None:
    """Find a user by its email key."""
    return select_one(db, User, SQL["by_email"], (email_key,))


def password_hash(db: Reader, user_id: int) -> str | None:
    """Return the hash of a user's password, or None without a password."""
    return scalar(db, str, SQL["password_hash"], (user_id,))


def set_password_hash(db: Transaction, user_id: int, password_hash: str) -> None:
    """Change the password of a user."""
    run(db, SQL["set_password_hash"], (password_hash, user_id))


def of_account(db: Reader, account_id: int) -> list[AccountUser]:
    """List the users of an account, the longest-standing first."""

    def account_user(
        id_: int, email: str, role: str, since: int, seen: int | None, has_password: int, asks_for_code: int
    ) -> AccountUser:
        last_used_at = None if seen is None else from_micros(seen)
        return AccountUser(
            User(id_, email), Role(role), from_micros(since), last_used_at, bool(has_password), bool(asks_for_code)
        )

    return select(db, account_user, SQL["of_account"], (account_id,))


def role_of(db: Reader, account_id: int, user_id: int) -> Role | None:
    """Return the role of a user in an account, or None."""
    return select_one(db, Role, SQL["role"], (account_id, user_id))


def account_ids(db: Reader, user_id: int) -> list[int]:
    """List the ids of a user's accounts, the one opened last first."""
    return select(db, int, SQL["account_ids"], (user_id,))


def has_other_owner(db: Reader, account_id: int, user_id: int) -> bool:
    """Return whether an account has another owner than a user."""
    return exists(db, SQL["has_other_owner"], (account_id, user_id))


def add_to_account(db: Transaction, account_id: int, user_id: int, role: Role, now: datetime) -> None:
    """Give a user a role in an account in which they have none."""
    run(db, SQL["add_to_account"], (account_id, user_id, role, to_micros(now)))


def set_role(db: Transaction, account_id: int, user_id: int, role: Role) -> None:
    """Change the role of a user in an account."""
    run(db, SQL["set_role"], (role, account_id, user_id))


def remove_from_account(db: Transaction, account_id: int, user_id: int) -> None:
    """Take the role of a user in an account away."""
    run(db, SQL["remove_from_account"], (account_id, user_id))


def note_opened(db: Transaction, account_id: int, user_id: int, now: datetime) -> None:
    """Note that a user opened an account."""
    run(db, SQL["note_opened"], (to_micros(now), account_id, user_id))


def forget_sign_in(db: Transaction, user_id: int) -> None:
    """Delete the password and the codes of a user."""
    run(db, SQL["forget_sign_in"], (user_id,))
    run(db, SQL["delete_recovery_codes"], (user_id,))


def code_secret(db: Reader, user_id: int) -> tuple[str, int] | None:
    """Return the secret of a user's one-time codes, and the time step of the last one used; None without codes."""

    def secret(stored: str | None, step: int) -> tuple[str, int] | None:
        return None if stored is None else (stored, step)

    return select_one(db, secret, SQL["code_secret"], (user_id,))


def set_code_secret(db: Transaction, user_id: int, secret: str | None, step: int = 0) -> None:
    """Set or delete the secret of a user's one-time codes; those up to a time step are used."""
    run(db, SQL["set_code_secret"], (secret, step, user_id))


def use_code_step(db: Transaction, user_id: int, step: int) -> bool:
    """Note that the code of a time step is used; return whether it was not before, nor a later one."""
    return exists(db, SQL["use_code_step"], {"user_id": user_id, "step": step})


def replace_recovery_codes(db: Transaction, user_id: int, hashes: list[bytes]) -> None:
    """Replace the recovery codes of a user."""
    run(db, SQL["delete_recovery_codes"], (user_id,))
    for code_hash in hashes:
        run(db, SQL["insert_recovery_code"], (user_id, code_hash))


def use_recovery_code(db: Transaction, user_id: int, code_hash: bytes) -> bool:
    """Delete a recovery code; return whether the user had it."""
    return exists(db, SQL["use_recovery_code"], (user_id, code_hash))


def count_recovery_codes(db: Reader, user_id: int) -> int:
    """Return how many unused recovery codes a user has."""
    return select_only(db, int, SQL["count_recovery_codes"], (user_id,))
