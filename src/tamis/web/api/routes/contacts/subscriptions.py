"""Subscriptions of contacts, double opt-in, and records of consent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import get, post, put
from litestar.params import JSONBody, Parameter

from tamis.actions.consent import double_opt_in, subscriptions
from tamis.actions.consent.topics import find_topics
from tamis.actions.contacts.contact_record import contact_of_account
from tamis.actions.fields.types import type_by_id
from tamis.actions.lookups import Transaction
from tamis.domain.accounts.accounts import Account, Scope
from tamis.domain.consent.topics import Evidence
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs
from tamis.web.api.paging import PageDep, cut_page, page_by_id
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.topics import (
    Confirmation,
    ConfirmationOut,
    ConfirmationRequest,
    ConfirmationRequestOut,
    ConsentRecordOfTypeOut,
    ConsentRecordOut,
    SubscriptionsBody,
    SubscriptionsOut,
    consent_record_out,
    subscriptions_out,
)

TAGS = ["Consent"]


@get("/contacts/{contact_id:int}/subscriptions", summary="Get subscriptions", tags=TAGS, opt=needs(Scope.READ))
async def get_subscriptions(call: CallDep, contact_id: Id) -> SubscriptionsOut:
    """Returns the state of a contact for each topic of its type: since when, and where that was said."""
    found = contact_of_account(call.records, call.account, contact_id)
    states = subscriptions.states_of_contact(call.records, found.contact_type, contact_id)
    return SubscriptionsOut(subscriptions_out(states))


@put(
    "/contacts/{contact_id:int}/subscriptions",
    summary="Set subscriptions",
    tags=TAGS,
    dto=StrictJson[SubscriptionsBody],
    return_dto=None,
    opt=needs(Scope.WRITE),
)
async def set_subscriptions(call: CallDep, contact_id: Id, data: JSONBody[SubscriptionsBody]) -> SubscriptionsOut:
    """Sets the state of a contact for the topics that are named, all or none. Each new state gets a record of consent.
    Somebody who has unsubscribed is only subscribed again with a reason; a subscribed contact does not become
    pending."""
    return SubscriptionsOut(subscriptions_out(await call.write(_set, call.account, contact_id, data)))


@post(
    "/contacts/{contact_id:int}/subscriptions/request",
    summary="Request confirmation",
    tags=TAGS,
    status_code=200,
    dto=StrictJson[ConfirmationRequest],
    return_dto=None,
    opt=needs(Scope.WRITE),
)
async def request_confirmation(
    call: CallDep, contact_id: Id, data: JSONBody[ConfirmationRequest]
) -> ConfirmationRequestOut:
    """Begins double opt-in: the contact becomes pending for the topics, unless it is subscribed already, and the
    response has a token. Send it to the contact's email in a link to your site, and let that send the token to
    `/v1/subscriptions/confirm` when the person has pressed a button; mail scanners open links, too."""
    return await call.write_once(ConfirmationRequestOut, _request, call.account, contact_id, data)


@post(
    "/subscriptions/confirm",
    summary="Confirm subscriptions",
    tags=TAGS,
    status_code=200,
    dto=StrictJson[Confirmation],
    return_dto=None,
    opt=needs(Scope.WRITE),
)
async def confirm_subscriptions(call: CallDep, data: JSONBody[Confirmation]) -> ConfirmationOut:
    """Ends double opt-in: subscribes the contact of a token to its topics; doing it again changes nothing. Refused when
    the token has expired, or since it was made, the person has unsubscribed or the contact was given another email."""
    found = await call.write(double_opt_in.confirm, call.account, data.token)
    return ConfirmationOut(found.contact.id, found.contact.email, subscriptions_out(found.states))


@get(
    "/contacts/{contact_id:int}/consent-records",
    summary="List consent records of a contact",
    tags=TAGS,
    opt=needs(Scope.READ),
)
async def list_consent_records_of_contact(call: CallDep, contact_id: Id, page: PageDep) -> Page[ConsentRecordOut]:
    """Lists what a contact has said about topics, oldest first, with what was said as a former contact with the same
    email."""
    found = contact_of_account(call.records, call.account, contact_id)
    records = subscriptions.consent_records_of_contact(call.records, found.contact)
    return page_by_id([consent_record_out(record) for record in records], page)


@get(
    "/contact-types/{type_id:int}/consent-records",
    summary="List consent records",
    tags=TAGS,
    opt=needs(Scope.READ),
)
async def list_consent_records(
    call: CallDep,
    type_id: Id,
    page: PageDep,
    email: Annotated[
        str | None, Parameter(description="Only those of an email, which need not be that of a contact any more.")
    ] = None,
) -> Page[ConsentRecordOfTypeOut]:
    """Lists what the contacts of a type have said about topics, oldest first; walk the pages to export everything."""
    contact_type, after = type_by_id(call.records, call.account, type_id), page.position(int) or 0
    found = await call.read(
        lambda: subscriptions.page_of_consent_records(
            call.services.records.reader(), contact_type, page.limit + 1, after, email
        )
    )
    shown = [ConsentRecordOfTypeOut(address, consent_record_out(record)) for record, address in found]
    return cut_page(shown, page, lambda one: one.record.id)


def _set(
    db: Transaction, now: datetime, account: Account, contact_id: int, data: SubscriptionsBody
) -> Sequence[subscriptions.TopicState]:
    found = contact_of_account(db, account, contact_id)
    topics = find_topics(db, found.contact_type, [one.topic_id for one in data.subscriptions], "subscriptions")
    states = [(topic, one.state) for topic, one in zip(topics, data.subscriptions, strict=True)]
    evidence = Evidence(data.source, data.text, data.reason)
    return subscriptions.set_states_of_contact(db, now, account, found.contact_type, contact_id, states, evidence)


def _request(
    db: Transaction, now: datetime, account: Account, contact_id: int, data: ConfirmationRequest
) -> ConfirmationRequestOut:
    found = contact_of_account(db, account, contact_id)
    topics = find_topics(db, found.contact_type, data.topic_ids, "topic_ids")
    evidence = Evidence(data.source, data.text)
    asked = double_opt_in.request_confirmation(db, now, account, found, topics, evidence, data.days)
    return ConfirmationRequestOut(asked.token, asked.expires_at, subscriptions_out(asked.states))


handlers = [
    get_subscriptions,
    set_subscriptions,
    request_confirmation,
    confirm_subscriptions,
    list_consent_records_of_contact,
    list_consent_records,
]
