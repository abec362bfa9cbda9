"""The account of the key: `/v1/account`."""

from typing import Annotated

import msgspec
from litestar import get, patch
from litestar.params import JSONBody
from msgspec import UNSET, Meta, UnsetType

from tamis.actions.accounts.accounts import set_name
from tamis.actions.consent import mailing
from tamis.actions.lookups import account_by_id
from tamis.domain.accounts.accounts import Scope
from tamis.web.api.body import StrictJson
from tamis.web.api.calls import Call, CallDep
from tamis.web.api.operations import needs
from tamis.web.api.schemas.common import Body


class AccountOut(msgspec.Struct):
    """An account, and what the key of this request may do."""

    id: int
    name: Annotated[
        str, Meta(description="How it is called on pages that its recipients see; its email if it has no name.")
    ]
    time_zone: Annotated[str, Meta(description="The time zone of its calendar days, as in the IANA database.")]
    scope: Scope
    give_suppressed: Annotated[
        bool,
        Meta(description="Whether lists, counts, changes and webhooks also have emails that may not be mailed."),
    ]
    email: str


class AccountChanges(Body):
    """The changes to an account; what is missing stays."""

    name: Annotated[str | UnsetType, Meta(description="Blank is none.")] = UNSET
    give_suppressed: bool | UnsetType = UNSET


@get("/account", summary="Get the account", tags=["Account"], opt=needs(Scope.READ))
async def get_account(call: CallDep) -> AccountOut:
    """Returns the account that the key belongs to, and the scope of the key."""
    return _account_out(call)


@patch(
    "/account",
    summary="Change the account",
    tags=["Account"],
    dto=StrictJson[AccountChanges],
    return_dto=None,
    opt=needs(Scope.ADMIN),
)
async def change_account(call: CallDep, data: JSONBody[AccountChanges]) -> AccountOut:
    """Changes the account. With `give_suppressed`, it also gives emails that may not be mailed to those who mail: they
    then have to leave them out themselves."""
    if data.name is not UNSET:
        await call.write(set_name, call.account, data.name)
    if data.give_suppressed is not UNSET:
        await call.write(mailing.set_gives_suppressed, call.account, data.give_suppressed)
    return _account_out(call)


def _account_out(call: Call) -> AccountOut:
    account = account_by_id(call.records, call.account.id) or call.account
    gives = mailing.gives_suppressed(call.records, account)
    return AccountOut(account.id, account.name or account.email, account.timezone, call.key.scope, gives, account.email)


handlers = [get_account, change_account]
