"""Topics of contact types: `/v1/contact-types/{id}/topics` and `/v1/topics/{id}`."""

from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody

from tamis.actions.consent import topics
from tamis.actions.fields.types import type_by_id
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.operations import created, needs
from tamis.web.api.paging import PageDep, page_by_id
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.topics import NewTopic, TopicChanges, TopicOut, topic_out

TAGS = ["Consent"]


@get("/contact-types/{type_id:int}/topics", summary="List topics", tags=TAGS, opt=needs(Scope.READ))
async def list_topics(call: CallDep, type_id: Id, page: PageDep) -> Page[TopicOut]:
    """Lists the topics of a contact type, and how many contacts are subscribed to each."""
    contact_type = type_by_id(call.records, call.account, type_id)
    found = await call.read(lambda: topics.counted_topics(call.services.records.reader(), contact_type))
    return page_by_id([topic_out(*shown) for shown in found], page)


@post(
    "/contact-types/{type_id:int}/topics",
    summary="Create a topic",
    tags=TAGS,
    dto=StrictJson[NewTopic],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def create_topic(call: CallDep, type_id: Id, data: JSONBody[NewTopic]) -> Response[TopicOut]:
    """Creates a topic; nobody is subscribed to it yet."""
    contact_type = type_by_id(call.records, call.account, type_id)
    topic_id = await call.create(topics.create_topic, contact_type, data.name, data.description)
    return created(await _shown(call, topic_id), "topics", topic_id)


@get("/topics/{topic_id:int}", summary="Get a topic", tags=TAGS, opt=needs(Scope.READ))
async def get_topic(call: CallDep, topic_id: Id) -> TopicOut:
    """Returns a topic, and how many contacts are subscribed to it."""
    return await _shown(call, topic_id)


@patch(
    "/topics/{topic_id:int}",
    summary="Change a topic",
    tags=TAGS,
    dto=StrictJson[TopicChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_topic(call: CallDep, topic_id: Id, data: JSONBody[TopicChanges]) -> TopicOut:
    """Changes the name or the description of a topic. Rules follow a new name; records of consent keep the old one."""
    name = data.name if isinstance(data.name, str) else None
    description = data.description if isinstance(data.description, str) else None
    await call.write(topics.edit_topic, call.account, topic_id, name, description)
    return await _shown(call, topic_id)


@delete("/topics/{topic_id:int}", summary="Delete a topic", tags=TAGS, opt=needs(Scope.ADMIN))
async def delete_topic(call: CallDep, topic_id: Id) -> None:
    """Deletes a topic and all subscriptions to it; records of consent stay. Refused while a segment's rule names it."""
    await call.write(topics.delete_topic, call.account, topic_id)


async def _shown(call: Call, topic_id: int) -> TopicOut:
    contact_type, topic = topics.topic_by_id(call.records, call.account, topic_id)
    found = await call.read(lambda: dict(topics.counted_topics(call.services.records.reader(), contact_type)))
    return topic_out(topic, found[topic])


handlers = [list_topics, create_topic, get_topic, change_topic, delete_topic]
