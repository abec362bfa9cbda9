"""`tamis account`."""

import sys
from getpass import getpass
from typing import Annotated, Literal

from cyclopts import App, Parameter

from tamis.actions.accounts import accounts, deletion
from tamis.actions.accounts.passwords import hash_password, set_password
from tamis.actions.services import Services
from tamis.actions.team.mail import PASSWORD_PATH, link_to
from tamis.actions.team.password_links import create_password_link
from tamis.actions.team.users import find_account_user
from tamis.cli.common import ONCE, Common, open_services, print_notice, print_result, print_table, resolve_account
from tamis.cli.contacts.erasure import erase_now
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Refused
from tamis.domain.values.dates import DateOrder, local_time
from tamis.domain.values.instants import UTC_ZONE, format_instant
from tamis.domain.values.text import pluralize

account_app = App(name="account", help="Manage accounts, which own contacts and segments.")
ORDERS = {
    "dmy": "imports read 03/04/2024 as 3 Apr 2024 unless the file shows otherwise",
    "mdy": "imports read 03/04/2024 as March 4 unless the file shows otherwise",
    "ask": "imports ask how to read 03/04/2024 if the file is ambiguous",
}


@account_app.command
def create(
    *,
    email: str,
    timezone: str = "UTC",
    date_order: Literal["dmy", "mdy", "ask"] = "ask",
    password_stdin: Annotated[bool, Parameter(negative="")] = False,
    existing_user: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Create an account with its first key pair and its owner, who can sign in to the console at once.

    Parameters
    ----------
    email
        Email of the account.
    timezone
        Time zone of its calendar days, such as Asia/Dhaka.
    date_order
        How imports read dates such as 03/04/2024 if the file is ambiguous: day first (dmy), month first (mdy), or ask
        each time.
    password_stdin
        Read the owner's password from standard input; without it, a link to set one is printed.
    existing_user
        The owner is a user of another account, and keeps their password.
    """
    password = _read_line() if password_stdin else None
    with open_services(common) as services:
        order = _parse_order(date_order)
        account, pair = services.write(
            accounts.create_account, email, timezone, password, order, for_existing_user=existing_user
        )
        link = None if password or existing_user else _password_link(services, account)
    print_result(
        common,
        {
            "account_id": account.id,
            "email": account.email,
            "public_key": pair.public_key,
            "secret_key": pair.secret_key,
            **({"password_link": link} if link else {}),
        },
        f"Account {account.id} for {account.email}, time zone {account.timezone}.",
        f"Public key  {pair.public_key}",
        f"Secret key  {pair.secret_key}",
        ONCE,
        *([f"To sign in to the console, set a password within 7 days: {link}"] if link else []),
    )


@account_app.command
def password(
    *,
    password_stdin: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Change the password of the user with the email of an account, and sign out their sessions.

    Parameters
    ----------
    password_stdin
        Read the password from standard input instead of asking at the terminal.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        user = find_account_user(services.records.reader(), account, account.email).user
        hashed = hash_password(_read_line() if password_stdin else _prompt_twice(), user.email)
        services.write(set_password, user, hashed)
    print_result(common, {"email": account.email, "password_set": True}, f"Password of {account.email} changed.")


@account_app.command
def edit(
    *,
    name: str | None = None,
    timezone: str | None = None,
    date_order: Literal["dmy", "mdy", "ask"] | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Edit the name, time zone or date order of an account.

    Parameters
    ----------
    name
        Name of the account on pages that its recipients see, such as the one for unsubscribing.
    timezone
        Time zone of its calendar days, such as Asia/Dhaka.
    date_order
        How imports read dates such as 03/04/2024 if the file is ambiguous: day first (dmy), month first (mdy), or ask
        each time.
    """
    if name is None and timezone is None and date_order is None:
        raise Refused("nothing_to_change_of_account")
    with open_services(common) as services:
        account = resolve_account(services, common)
        if name is not None:
            services.write(accounts.set_name, account, name)
        if timezone is not None:
            services.write(accounts.set_timezone, account, timezone)
        if date_order is not None:
            services.write(accounts.set_date_order, account, _parse_order(date_order))
    name = account.name if name is None else name.strip()
    timezone = timezone or account.timezone
    order = date_order or account.date_order or "ask"
    print_result(
        common,
        {"email": account.email, "name": name, "timezone": timezone, "date_order": order},
        f"{account.email} {f'is called {name} and ' if name else ''}uses the time zone {timezone}; {ORDERS[order]}.",
    )


@account_app.command(name="list")
def list_accounts(
    *,
    deleted: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """List all accounts.

    Parameters
    ----------
    deleted
        List deleted accounts instead, with their IDs, when each was deleted, and by whom.
    """
    with open_services(common) as services:
        db = services.records.reader()
        known = [] if deleted else deletion.list_accounts(db)
        gone = deletion.list_deleted_accounts(db) if deleted else []
    if common.json:
        found = [{"id": account.id, "email": account.email, "timezone": account.timezone} for account in known]
        lost = [{"id": a.id, "deleted_at": format_instant(a.deleted_at), "deleted_by": a.deleted_by} for a in gone]
        print_result(common, {"accounts": [*found, *lost]})
    elif deleted:
        rows = [(a.id, local_time(a.deleted_at, UTC_ZONE), a.deleted_by or "") for a in gone]
        print_table(("ID", "Deleted (UTC)", "By"), rows, right=(0,))
    else:
        print_table(("ID", "Email", "Time zone"), [(a.id, a.email, a.timezone) for a in known], right=(0,))


@account_app.command
def delete(
    email: str,
    *,
    yes: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Delete an account for good, with its contacts, segments, suppressions, keys and everything else in it.

    Parameters
    ----------
    email
        Email of the account.
    yes
        Do not ask for confirmation.
    """
    with open_services(common) as services:
        db = services.records.reader()
        account = accounts.choose_account(db, email)
        found = deletion.count_contents(db, account)
        if not yes:
            _confirm_deletion(account, found)
        services.write(deletion.close_account, account)
        deletion.erase_account(services, account.id)
        erased = erase_now(services)
    counts = {"contacts": found.contacts, "segments": found.segments, "users": found.users}
    print_result(
        common,
        {"account_id": account.id, "email": account.email, **counts, "erased": erased},
        f"Account {account.id} of {account.email} deleted, with {_in_words(found)}.",
    )


def _confirm_deletion(account: Account, found: deletion.AccountContents) -> None:
    if not sys.stdin.isatty():
        raise Refused("deletion_not_confirmed", email=account.email)
    print_notice(f"This deletes {_in_words(found)} for good. Only a backup brings them back.")
    print_notice("Suppressions are deleted, too: to keep them, run tamis suppress export first.")
    if input("To confirm, enter the email of the account: ").strip().casefold() != account.email.casefold():
        raise Refused("deletion_not_confirmed", email=account.email)


def _in_words(found: deletion.AccountContents) -> str:
    contacts, segments = pluralize(found.contacts, "contact"), pluralize(found.segments, "segment")
    return f"{contacts}, {segments} and the access of {pluralize(found.users, 'user')}"


def _password_link(services: Services, account: Account) -> str:
    owner = find_account_user(services.records.reader(), account, account.email).user
    return link_to(services.settings, PASSWORD_PATH, services.write(create_password_link, owner))


def _parse_order(text: Literal["dmy", "mdy", "ask"]) -> DateOrder | None:
    return None if text == "ask" else DateOrder(text)


def _read_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _prompt_twice() -> str:
    if not sys.stdin.isatty():
        raise Refused("no_terminal")
    first = getpass("New password: ")
    if getpass("Repeat the new password: ") != first:
        raise Refused("passwords_differ")
    return first
