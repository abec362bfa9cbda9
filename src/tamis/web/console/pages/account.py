"""The account: its time zone, its keys, and how programs use them."""

from litestar import get
from litestar.response import Response

from tamis.web.console.answers import page
from tamis.web.console.injected import InjectedVisitor


@get("/account", sync_to_thread=True)
def account_page(visitor: InjectedVisitor) -> Response[str]:
    """Show the account."""
    return page(visitor, "account/page.html", title="Account", nav="account")


handlers = [account_page]
