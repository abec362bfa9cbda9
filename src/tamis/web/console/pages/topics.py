"""Topics of a contact type, on its page."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from tamis.actions.consent import topics
from tamis.domain.errors import Invalid, Refused
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.pages.contacts.types import type_page
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.resolvers import resolve_type
from tamis.web.console.requests.responses import redirect
from tamis.web.console.roles import EDITOR


@post("/types/{type_id:int}/topics", opt=EDITOR, status_code=200, sync_to_thread=True)
def add_topic(services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int]) -> Response[str]:
    """Add a topic to a contact type."""
    contact_type = resolve_type(services, visitor, type_id)
    try:
        made = services.write(topics.create_topic, contact_type, form.text("topic"), form.raw("description"))
    except (Invalid, Refused) as error:
        return type_page(services, visitor, contact_type, {"topic": first_sentence(error)}, form)
    return redirect(visitor, f"/types/{type_id}#topics", notice=f"Topic “{made.name}” added.")


@post("/types/{type_id:int}/topics/{topic_id:int}", opt=EDITOR, status_code=200, sync_to_thread=True)
def edit_topic(
    services: ServicesDep, visitor: VisitorDep, form: FormDep, type_id: FromPath[int], topic_id: FromPath[int]
) -> Response[str]:
    """Change the name and the description of a topic."""
    contact_type = resolve_type(services, visitor, type_id)
    try:
        edited = services.write(
            topics.edit_topic, visitor.account, topic_id, form.text("topic"), form.raw("description")
        )
    except (Invalid, Refused) as error:
        return type_page(services, visitor, contact_type, {f"topic-{topic_id}": first_sentence(error)}, form)
    return redirect(visitor, f"/types/{type_id}#topics", notice=f"Topic “{edited.name}” updated.")


@post("/types/{type_id:int}/topics/{topic_id:int}/delete", opt=EDITOR, status_code=200, sync_to_thread=True)
def delete_topic(
    services: ServicesDep, visitor: VisitorDep, type_id: FromPath[int], topic_id: FromPath[int]
) -> Response[str]:
    """Delete a topic that no rule names."""
    contact_type = resolve_type(services, visitor, type_id)
    try:
        gone = services.write(topics.delete_topic, visitor.account, topic_id)
    except Refused as error:
        return type_page(services, visitor, contact_type, {f"topic-{topic_id}": first_sentence(error)})
    return redirect(visitor, f"/types/{type_id}#topics", notice=f"Topic “{gone.name}” deleted.")


handlers = [add_topic, edit_topic, delete_topic]
