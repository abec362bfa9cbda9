"""`tamis user`."""

from typing import Annotated

from cyclopts import App, Parameter

from tamis.actions.services import Services
from tamis.actions.team import invitations, password_links, users
from tamis.actions.team.codes import disable_codes
from tamis.actions.team.mail import (
    INVITATION_PATH,
    PASSWORD_PATH,
    can_send,
    invitation_text,
    link_to,
    password_text,
    send_mail,
)
from tamis.cli.common import Common, open_services, print_notice, print_result, print_table, resolve_account
from tamis.domain.accounts.users import Role
from tamis.domain.errors import NotFound, Unavailable
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant

user_app = App(name="user", help="Manage the users of an account and their roles.")


@user_app.command
def invite(
    email: str,
    *,
    role: Role = Role.VIEWER,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Invite somebody to an account, and print the link that they need; it works once, within seven days.

    Parameters
    ----------
    email
        Email of the person.
    role
        What they may do: viewers see everything, editors also change contacts and segments, admins also manage keys and
        users, owners do everything.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        made, token = services.write(invitations.invite, account, email, role)
        link = link_to(services.settings, INVITATION_PATH, token)
        is_sent = _send(services, made.email, *invitation_text(account.email, role, link))
    print_result(
        common,
        {
            "email": made.email,
            "role": role.value,
            "link": link,
            "expires_at": format_instant(made.expires_at),
            "sent": is_sent,
        },
        f"{made.email} is invited with the role {role}. The link works once, until "
        f"{local_time(made.expires_at, account.zone)}"
        + (", and was sent by email:" if is_sent else ". Send it to them:"),
        link,
    )


@user_app.command(name="list")
def list_users(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the users of an account, and who is invited."""
    with open_services(common) as services:
        account = resolve_account(services, common)
        db = services.records.reader()
        known = users.list_users(db, account)
        invited = invitations.list_invitations(db, account, services.clock())
    if common.json:
        print_result(
            common,
            {
                "users": [
                    {
                        "email": one.user.email,
                        "role": one.role.value,
                        "since": format_instant(one.since),
                        "last_used_at": None if one.last_used_at is None else format_instant(one.last_used_at),
                        "has_password": one.has_password,
                        "two_step_sign_in": one.asks_for_code,
                    }
                    for one in known
                ],
                "invitations": [
                    {"email": made.email, "role": made.role.value, "expires_at": format_instant(made.expires_at)}
                    for made in invited
                ],
            },
        )
        return
    rows = [
        (
            one.user.email,
            one.role,
            "" if one.last_used_at is None else local_time(one.last_used_at, account.zone),
            "yes" if one.asks_for_code else "no",
        )
        for one in known
    ]
    waiting = [(made.email, made.role, "invited", "") for made in invited]
    print_table(
        ("Email", "Role", "Last active", "Two-step sign-in"),
        [*rows, *waiting],
    )


@user_app.command
def role(email: str, role: Role, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Change the role of a user in an account.

    Parameters
    ----------
    email
        Email of the user.
    role
        The new role.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        user = users.find_account_user(services.records.reader(), account, email).user
        services.write(users.change_role, account, user, role)
    print_result(common, {"email": user.email, "role": role.value}, f"{user.email} has the role {role} now.")


@user_app.command
def remove(email: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Remove a user from an account, who loses access at once, or withdraw an invitation.

    Parameters
    ----------
    email
        Email of the user.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        try:
            user = users.find_account_user(services.records.reader(), account, email).user
        except NotFound as unknown:
            try:
                services.write(invitations.withdraw_invitation, account, email)
            except NotFound:
                raise unknown from None
            print_result(common, {"email": email, "removed": True}, f"The invitation of {email} is withdrawn.")
            return
        services.write(users.remove_user, account, user)
    print_result(common, {"email": user.email, "removed": True}, f"{user.email} is removed.")


@user_app.command
def reset(
    email: str,
    *,
    codes: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Print a link to set a new password for a user of an account; it works once, within a day.

    Parameters
    ----------
    email
        Email of the user.
    codes
        Also turn off their two-step sign-in, for somebody who has lost both the device and the recovery codes.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        user = users.find_account_user(services.records.reader(), account, email).user
        if codes:
            services.write(disable_codes, user)
        link = link_to(services.settings, PASSWORD_PATH, services.write(password_links.create_password_link, user))
        is_sent = _send(services, user.email, *password_text(link))
    print_result(
        common,
        {"email": user.email, "link": link, "codes_disabled": codes, "sent": is_sent},
        f"{user.email} can set a new password with this link{', which was sent by email' if is_sent else ''}:",
        link,
    )


def _send(services: Services, to: str, subject: str, text: str) -> bool:
    """Send an email if a mail server is set up; return whether it was sent."""
    if not can_send(services.settings):
        return False
    try:
        send_mail(services.settings, to, subject, text)
    except Unavailable as error:
        print_notice(str(error))
        return False
    return True
