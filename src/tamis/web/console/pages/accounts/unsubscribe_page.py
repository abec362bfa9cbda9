"""The name of the account for its recipients, and a preview of the page behind their unsubscribe links."""

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Response

from tamis.actions.accounts.accounts import set_name
from tamis.actions.consent.topics import topics_of_type
from tamis.actions.lookups import types_of_account
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid
from tamis.web.console.display.messages import first_message
from tamis.web.console.pages.accounts.account import account_response
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.responses import HTML, redirect
from tamis.web.console.requests.session import WebRequest
from tamis.web.console.roles import ADMIN
from tamis.web.unsubscribe.page import PREVIEW_EMAIL, LinkPage, TopicChoice, link_page


@post("/account/name", opt=ADMIN, sync_to_thread=True)
def change_name(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Change the name of the account."""
    try:
        services.write(set_name, visitor.account, form.text("name"))
    except Invalid as error:
        wrong = {"account_name": f"The name {first_message(error)}."}
        return account_response(request, services, visitor, wrong=wrong)
    return redirect(visitor, "/account", notice="Name saved. Your recipients see it from now on.")


@get("/account/unsubscribe-page", sync_to_thread=True)
def preview_page(services: ServicesDep, visitor: VisitorDep, after: FromQuery[bool] = False) -> Response[str]:
    """Show the page behind an unsubscribe link as a recipient sees it, before or `after` unsubscribing."""
    topics = () if after else _topics(services, visitor.account)
    shown = LinkPage(
        visitor.account.name,
        PREVIEW_EMAIL,
        is_unsubscribed=after,
        topics=topics,
        is_preview=True,
    )
    return Response(link_page(shown), media_type=HTML)


def _topics(services: Services, account: Account) -> tuple[TopicChoice, ...]:
    """Return the topics of the first contact type that has any."""
    db = services.records.reader()
    for contact_type in types_of_account(db, account.id):
        if found := topics_of_type(db, contact_type):
            return tuple(TopicChoice(topic.id, topic.name, topic.description, is_chosen=True) for topic in found)
    return ()


handlers = [change_name, preview_page]
