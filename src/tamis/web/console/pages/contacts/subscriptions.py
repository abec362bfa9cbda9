"""Subscriptions of a contact, on its page."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from tamis.actions.consent import subscriptions
from tamis.actions.consent.topics import topics_of_type
from tamis.domain.consent.topics import Evidence, SubscriptionState
from tamis.domain.errors import Invalid
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.pages.contacts.contact import show_contact
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import redirect
from tamis.web.console.roles import EDITOR

SOURCE = "console"


@post("/types/{type_id:int}/contacts/{contact_id:int}/subscriptions", opt=EDITOR, status_code=200, sync_to_thread=True)
def set_subscriptions(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int], contact_id: FromPath[int]
) -> Response[str]:
    """Set the states of a contact that were changed in the form."""
    contact_type = resolve_type(services, visitor, type_id)
    states = [
        (topic, SubscriptionState(chosen))
        for topic in topics_of_type(services.records.reader(), contact_type)
        if (chosen := form.text(f"topic-{topic.id}")) in list(SubscriptionState)
        and chosen != form.text(f"seen-{topic.id}")
    ]
    evidence = Evidence(SOURCE, form.raw("text").strip(), form.text("reason"))
    try:
        services.write(subscriptions.set_states_of_contact, visitor.account, contact_type, contact_id, states, evidence)
    except Invalid as error:
        return show_contact(services, visitor, type_id, contact_id, problem=first_sentence(error), form=form)
    return redirect(visitor, f"/types/{type_id}/contacts/{contact_id}#subscriptions", notice="Subscriptions updated.")


handlers = [set_subscriptions]
