"""`tamis signing-key`."""

from typing import Annotated

from cyclopts import App, Parameter

from tamis.actions.consent import signed_tokens
from tamis.cli.common import Common, open_services, print_result, print_table
from tamis.domain.values.instants import format_instant

signing_key_app = App(name="signing-key", help="Manage the keys that sign unsubscribe links.")


@signing_key_app.command(name="list")
def list_keys(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the keys, without their secrets: when each began to sign links, and until when these work."""
    with open_services(common) as services:
        found = signed_tokens.list_keys(services.records.reader())
    rows = [(str(key.id), format_instant(key.signs_from), end and format_instant(end)) for key, end in found]
    if common.json:
        names = ("id", "signs_from", "valid_until")
        print_result(common, {"signing_keys": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        print_table(("Key", "Signs from", "Links valid until"), rows)


@signing_key_app.command
def rotate(
    *,
    revoke_earlier: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Sign with a new key from now on. Tamis does this by itself every 90 days; do it if somebody may know the keys.

    Parameters
    ----------
    revoke_earlier
        Also invalidate all links that were signed before, including those in emails that are already sent.
    """
    with open_services(common) as services:
        made = services.write(signed_tokens.rotate, revoke_earlier=revoke_earlier)
    before = "Earlier links do not work any more." if revoke_earlier else "Earlier links go on working."
    document = {"id": made.id, "signs_from": format_instant(made.signs_from), "earlier_revoked": revoke_earlier}
    print_result(common, document, f"Signing key {made.id} signs from now on. {before}")
