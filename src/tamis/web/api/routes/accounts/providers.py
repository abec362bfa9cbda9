"""Providers: `/v1/providers`."""

from datetime import datetime

from litestar import Response, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET

from tamis.actions.lookups import Reader, Transaction
from tamis.actions.providers import registration
from tamis.actions.providers.registration import ProviderEdit
from tamis.domain.accounts.accounts import Account, Scope
from tamis.domain.providers import ActivityPosition, NewToken
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import CallDep
from tamis.web.api.idempotency import READ_SECRET
from tamis.web.api.operations import created, needs
from tamis.web.api.paging import PageDep, cut_page, page_by_id
from tamis.web.api.schemas.common import Id, Page
from tamis.web.api.schemas.providers import (
    NewProvider,
    ProviderActivityOut,
    ProviderChanges,
    ProviderOut,
    ProviderWithToken,
    activity_out,
    provider_out,
    provider_with_token,
)

TAGS = ["Providers"]


def _no_token(_db: Reader, _account: Account, _provider_id: int) -> str:
    """Return no token: only a hash of it is kept, so that it cannot be shown again."""
    return ""


@get("/providers", summary="List providers", tags=TAGS, opt=needs(Scope.READ))
async def list_providers(call: CallDep, page: PageDep) -> Page[ProviderOut]:
    """Lists the providers of the account, oldest first."""
    found = registration.list_providers(call.records, call.account)
    return page_by_id([provider_out(shown) for shown in found], page)


@post(
    "/providers",
    summary="Add a provider",
    tags=TAGS,
    dto=StrictJson[NewProvider],
    return_dto=None,
    opt={**needs(Scope.ADMIN), READ_SECRET: _no_token},
)
async def create_provider(call: CallDep, data: JSONBody[NewProvider]) -> Response[ProviderWithToken]:
    """Adds a provider: a service that sends email, and reports deliveries, opens, clicks, bounces, complaints and
    unsubscribes to a URL. The response has the token of that URL; it is not shown again."""
    wanted = ProviderEdit(data.description, data.credential, data.checks_address)
    tokens: list[str] = []

    def create(db: Transaction, now: datetime) -> NewToken:
        made = registration.create_provider(db, now, call.account, data.service, wanted)
        tokens.append(made.token)
        return made

    provider_id = await call.create(create)
    shown = registration.find_provider(call.records, call.account, provider_id)
    return created(provider_with_token(shown, tokens[-1] if tokens else ""), "providers", provider_id)


@get("/providers/{provider_id:int}", summary="Get a provider", tags=TAGS, opt=needs(Scope.READ))
async def get_provider(call: CallDep, provider_id: Id) -> ProviderOut:
    """Returns a provider, without its token and its credential."""
    return provider_out(registration.find_provider(call.records, call.account, provider_id))


@patch(
    "/providers/{provider_id:int}",
    summary="Change a provider",
    tags=TAGS,
    dto=StrictJson[ProviderChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_provider(call: CallDep, provider_id: Id, data: JSONBody[ProviderChanges]) -> ProviderOut:
    """Changes a provider, such as what its requests are verified with."""
    edit = ProviderEdit(
        description=None if data.description is UNSET else data.description,
        credential=None if data.credential is UNSET else data.credential,
        checks_address=None if data.checks_address is UNSET else data.checks_address,
    )
    return provider_out(await call.write(registration.edit_provider, call.account, provider_id, edit))


@delete("/providers/{provider_id:int}", summary="Delete a provider", tags=TAGS, opt=needs(Scope.ADMIN))
async def delete_provider(call: CallDep, provider_id: Id) -> None:
    """Deletes a provider: its URL stops working at once. Its events and suppressions stay."""
    await call.write(registration.delete_provider, call.account, provider_id)


@post(
    "/providers/{provider_id:int}/rotate",
    summary="Create a new URL for a provider",
    tags=TAGS,
    status_code=200,
    opt={**needs(Scope.ADMIN), READ_SECRET: _no_token},
)
async def rotate_provider_token(call: CallDep, provider_id: Id) -> ProviderWithToken:
    """Makes a new token, which is not shown again. The previous URL works for another 24 hours."""
    tokens: list[str] = []

    def rotate(db: Transaction, now: datetime) -> NewToken:
        made = registration.rotate_token(db, now, call.account, provider_id)
        tokens.append(made.token)
        return made

    await call.create(rotate)
    shown = registration.find_provider(call.records, call.account, provider_id)
    return provider_with_token(shown, tokens[-1] if tokens else "")


@get("/providers/{provider_id:int}/activity", summary="List what came", tags=TAGS, opt=needs(Scope.READ))
async def list_provider_activity(call: CallDep, provider_id: Id, page: PageDep) -> Page[ProviderActivityOut]:
    """Lists the requests of a provider of the last 30 days by minute and outcome, newest first: what they reported,
    what became of it, and which requests were refused and why. It has no emails."""
    after = page.position(ActivityPosition)
    found = await call.read(
        lambda: registration.list_activity(call.records, call.account, provider_id, page.limit + 1, after)
    )
    cut = cut_page(found, page, lambda entry: entry.position)
    return Page([activity_out(entry) for entry in cut.data], cut.next_cursor)


handlers = [
    list_providers,
    create_provider,
    get_provider,
    change_provider,
    delete_provider,
    rotate_provider_token,
    list_provider_activity,
]
