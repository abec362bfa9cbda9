"""The team of an account: its users, their roles, and invitations."""

from litestar import get, post
from litestar.response import Response

from tamis import log
from tamis.actions.services import Services
from tamis.actions.team.invitations import invite, list_invitations, withdraw_invitation
from tamis.actions.team.mail import INVITATION_PATH, can_send, invitation_text, link_to, send_mail
from tamis.actions.team.users import change_role, list_users, remove_user, user_of_account
from tamis.domain.accounts.users import Role
from tamis.domain.errors import Invalid, NotFound, Refused, Unavailable
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest, client_host, ended_session_cookie
from tamis.web.console.roles import ADMIN, VIEWER

ROLES = {
    Role.VIEWER: "Viewer: sees everything",
    Role.EDITOR: "Editor: changes contacts and segments",
    Role.ADMIN: "Admin: also manages keys, webhooks and users",
    Role.OWNER: "Owner: everything",
}


@get("/account/team", sync_to_thread=True)
def team(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """List the users of the account, and who is invited."""
    return _page(services, visitor)


@post("/account/team/invite", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def invite_user(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Invite somebody; the response is the only page that shows the link."""
    email = form.text("email")
    role = {role.value: role for role in Role}.get(form.text("role"), Role.VIEWER)
    try:
        made, token = services.write(invite, visitor.account, email, role)
    except (Invalid, Refused) as error:
        return _page(services, visitor, problem=first_sentence(error), email=email, chosen=role)
    log.event("user_invited", account=visitor.account.id, user=visitor.user.id, address=client_host(request))
    origin = f"{request.base_url.scheme}://{request.base_url.netloc}"
    link = link_to(services.settings, INVITATION_PATH, token, origin)
    is_sent, not_sent = False, ""
    if can_send(services.settings):
        try:
            send_mail(services.settings, made.email, *invitation_text(visitor.account.email, made.role, link))
            is_sent = True
        except Unavailable as error:
            not_sent = first_sentence(error)
    return _page(services, visitor, link=link, invited=made.email, is_sent=is_sent, not_sent=not_sent)


@post("/account/team/withdraw", opt=ADMIN, sync_to_thread=True)
def withdraw(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Withdraw an invitation."""
    services.write(withdraw_invitation, visitor.account, form.text("email"))
    return redirect(visitor, "/account/team", notice="Invitation withdrawn.")


@post("/account/team/role", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def set_role(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Change the role of a user."""
    changed = user_of_account(services.records.reader(), visitor.account, form.number("user_id") or 0)
    role = {role.value: role for role in Role}.get(form.text("role"), changed.role)
    services.write(change_role, visitor.account, changed.user, role)
    log.event(
        "user_role_changed",
        account=visitor.account.id,
        changed=changed.user.id,
        user=visitor.user.id,
        address=client_host(request),
    )
    return redirect(visitor, "/account/team", notice=f"{changed.user.email} has the role {role} now.")


@post("/account/team/remove", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def remove(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Remove a user, who loses access at once."""
    removed = user_of_account(services.records.reader(), visitor.account, form.number("user_id") or 0).user
    services.write(remove_user, visitor.account, removed)
    log.event(
        "user_removed",
        account=visitor.account.id,
        removed=removed.id,
        user=visitor.user.id,
        address=client_host(request),
    )
    if removed == visitor.user:
        return _left(request, visitor)
    return redirect(visitor, "/account/team", notice=f"{removed.email} is removed.")


@post("/account/team/leave", opt=VIEWER, sync_to_thread=True, guards=[require_recent_password])
def leave(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Leave the account that the page shows."""
    if form.number("account_id") != visitor.account.id:
        raise NotFound("account_not_of_user")
    services.write(remove_user, visitor.account, visitor.user)
    log.event(
        "user_removed",
        account=visitor.account.id,
        removed=visitor.user.id,
        user=visitor.user.id,
        address=client_host(request),
    )
    return _left(request, visitor)


def _left(request: WebRequest, visitor: Visitor) -> Response[str]:
    answer = redirect(visitor, "/sign-in")
    answer.set_cookie(ended_session_cookie(request))
    return answer


def _page(
    services: Services,
    visitor: Visitor,
    *,
    problem: str = "",
    email: str = "",
    chosen: Role = Role.VIEWER,
    link: str = "",
    invited: str = "",
    is_sent: bool = False,
    not_sent: str = "",
) -> Response[str]:
    db, now = services.records.reader(), services.clock()
    known = list_users(db, visitor.account)
    return page(
        visitor,
        "account/team.html",
        title="Team",
        nav="account",
        status=422 if problem else 200,
        users=known,
        owners=sum(one.role is Role.OWNER for one in known),
        invitations=list_invitations(db, visitor.account, now),
        roles={role: words for role, words in ROLES.items() if visitor.role.includes(role)},
        can_send=can_send(services.settings),
        now=now,
        problem=problem,
        email=email,
        chosen=chosen,
        link=link,
        invited=invited,
        is_sent=is_sent,
        not_sent=not_sent,
    )


handlers = [team, invite_user, withdraw, set_role, remove, leave]
