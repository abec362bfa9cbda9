"""`tamis contact purge`."""

from typing import Annotated

from cyclopts import Parameter
from msgspec import UNSET

from tamis.cli.client.api_client import open_client, refuse_api_errors
from tamis.cli.common import Common, TypeOption, open_services, print_line, print_result, resolve_account, resolve_type
from tamis.client.models.contacts import PurgeResult
from tamis.domain.values.text import pluralize


def purge(
    *,
    type_: TypeOption,
    inactive_for: str | None = None,
    where: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Delete contacts by their last activity, by a rule, or both. Whoever changes meanwhile is left alone. After an
    interruption, run it again.

    Parameters
    ----------
    inactive_for
        Only contacts that have neither changed nor done anything for this long, such as 2y or "18 months".
    where
        Only contacts that this rule selects.
    dry_run
        Delete nothing, and say how many match, with some of them.
    """
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
    deleted = 0
    with open_client(common, None) as client, refuse_api_errors():

        def call(*, only_counts: bool) -> PurgeResult:
            inactive, rule = (UNSET if text is None else text for text in (inactive_for, where))
            result: PurgeResult = client.contacts.purge(
                contact_type.id, inactive_for=inactive, where=rule, dry_run=only_counts or None
            )
            return result

        if dry_run:
            found = call(only_counts=True)
            emails = [contact.email for contact in found.sample]
            if common.json:
                print_result(common, {"count": found.remaining, "sample": emails})
                return
            print_line(f"{pluralize(found.remaining, 'contact')} would be deleted.")
            for email in emails:
                print_line(f"  {email}")
            return
        while True:
            done = call(only_counts=False)
            deleted += done.deleted
            if not done.deleted or not done.remaining:
                break
    print_result(common, {"deleted": deleted}, f"{pluralize(deleted, 'contact')} deleted.")
