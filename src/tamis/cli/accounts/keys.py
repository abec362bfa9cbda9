"""`tamis key`."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

from cyclopts import App

from tamis.actions.accounts import keys
from tamis.cli.common import ONCE, Common, open_services, print_result, print_table, resolve_account
from tamis.domain.accounts.accounts import Scope
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant

key_app = App(name="key", help="Manage the keys that programs use to call the APIs.")


@key_app.command(name="create")
def create_key(
    *,
    name: str = "",
    scope: Literal["read", "write", "admin"] = "admin",
    expires: date | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Create another key pair.

    Parameters
    ----------
    name
        Name of the program that uses it.
    scope
        What the key allows: only reading, also changing contacts and members, or everything.
    expires
        The last day on which it works, such as 2027-12-31; without it, it works until it is revoked.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        until = None if expires is None else keys.end_of_day(account, expires)
        pair = services.write(keys.create_key_pair, account, name, Scope(scope), until)
    print_result(
        common,
        {
            "public_key": pair.public_key,
            "secret_key": pair.secret_key,
            "scope": scope,
            "expires_at": None if until is None else format_instant(until),
        },
        f"Public key  {pair.public_key}",
        f"Secret key  {pair.secret_key}",
        ONCE,
    )


@key_app.command(name="list")
def list_keys(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the key pairs, without their secrets."""
    with open_services(common) as services:
        account = resolve_account(services, common)
        pairs = keys.list_key_pairs(services.records.reader(), account)

    def rows(show: Callable[[datetime], str]) -> list[tuple[str | None, ...]]:
        def shown(at: datetime | None) -> str | None:
            return None if at is None else show(at)

        return [
            (
                pair.public_key,
                pair.name,
                shown(pair.created_at),
                shown(pair.used_at),
                shown(pair.revoked_at),
                pair.scope.value,
                shown(pair.expires_at),
            )
            for pair in pairs
        ]

    if common.json:
        names = ("public_key", "name", "created_at", "used_at", "revoked_at", "scope", "expires_at")
        print_result(common, {"key_pairs": [dict(zip(names, row, strict=True)) for row in rows(format_instant)]})
    else:
        columns = ("Public key", "Name", "Created", "Last used", "Revoked", "Scope", "Expires")
        print_table(columns, rows(lambda at: local_time(at, account.zone)), unbroken=(0,))


@key_app.command
def rename(public_key: str, name: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Rename a key pair.

    Parameters
    ----------
    public_key
        The public key of the pair.
    name
        Name of the program that uses it.
    """
    with open_services(common) as services:
        services.write(keys.rename_key_pair, resolve_account(services, common), public_key, name)
    print_result(common, {"public_key": public_key, "name": name.strip()}, f"Key pair {public_key} renamed.")


@key_app.command
def revoke(public_key: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Revoke a key pair, which stops working at once.

    Parameters
    ----------
    public_key
        The public key of the pair.
    """
    with open_services(common) as services:
        services.write(keys.revoke_key_pair, resolve_account(services, common), public_key)
    print_result(common, {"public_key": public_key, "revoked": True}, f"Key pair {public_key} revoked.")
