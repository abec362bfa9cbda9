"""The account of the key: `/v1/account`."""

from typing import Annotated

import msgspec
from litestar import get
from msgspec import Meta

from tamis.domain.accounts import Scope
from tamis.web.api.calls import CallDep
from tamis.web.api.operations import needs


class AccountOut(msgspec.Struct):
    """An account, and what the key of this request may do."""

    id: int
    name: Annotated[str, Meta(description="The email of the account.")]
    time_zone: Annotated[str, Meta(description="The time zone of its calendar days, as in the IANA database.")]
    scope: Scope


@get("/account", summary="Get the account", tags=["Account"], opt=needs(Scope.READ))
async def get_account(call: CallDep) -> AccountOut:
    """Returns the account that the key belongs to, and the scope of the key."""
    account = call.account
    return AccountOut(account.id, account.email, account.timezone, call.key.scope)


handlers = [get_account]
