"""`tamis account` and `tamis key`."""

import sys
from typing import Annotated

from cyclopts import App, Parameter

from tamis.actions import accounts
from tamis.cli.common import Common, account_of, opened, show, show_table
from tamis.domain.instants import format_instant

account_app = App(name="account", help="Accounts: the owners of contacts and segments.")
key_app = App(name="key", help="Key pairs with which programs use the Segment API.")
ONCE = "The secret key is shown this once: keep it now."


@account_app.command
def create(
    *,
    email: str,
    timezone: str = "UTC",
    password_stdin: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Make an account with its first key pair.

    Parameters
    ----------
    email
        Address of the account.
    timezone
        Time zone in which its calendar days begin and end, such as Asia/Dhaka.
    password_stdin
        Read a password from standard input.
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with opened(common) as house:
        account, pair = house.write(accounts.create_account, email, timezone, password)
    show(
        common,
        {
            "account_id": account.id,
            "email": account.email,
            "public_key": pair.public_key,
            "secret_key": pair.secret_key,
        },
        f"Account {account.id} for {account.email}, time zone {account.timezone}.",
        f"Public key  {pair.public_key}",
        f"Secret key  {pair.secret_key}",
        ONCE,
    )


@key_app.command(name="create")
def create_key(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Make another key pair."""
    with opened(common) as house:
        pair = house.write(accounts.create_key_pair, account_of(house, common))
    show(
        common,
        {"public_key": pair.public_key, "secret_key": pair.secret_key},
        f"Public key  {pair.public_key}",
        f"Secret key  {pair.secret_key}",
        ONCE,
    )


@key_app.command(name="list")
def list_keys(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the key pairs, without their secrets."""
    with opened(common) as house:
        pairs = accounts.list_key_pairs(house.records.reader(), account_of(house, common))
    rows = [
        (p.public_key, format_instant(p.created_at), format_instant(p.revoked_at) if p.revoked_at else None)
        for p in pairs
    ]
    if common.json:
        names = ("public_key", "created_at", "revoked_at")
        show(common, {"key_pairs": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        show_table(("Public key", "Created", "Revoked"), rows)


@key_app.command
def revoke(public_key: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Revoke a key pair: from now on it opens nothing.

    Parameters
    ----------
    public_key
        The public key of the pair.
    """
    with opened(common) as house:
        house.write(accounts.revoke_key_pair, account_of(house, common), public_key)
    show(common, {"public_key": public_key, "revoked": True}, f"{public_key} is revoked.")
