"""`tamis suppress`."""

from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from tamis.actions.consent import suppressions
from tamis.actions.lookups import snapshot
from tamis.cli.common import Common, open_services, print_line, print_notice, print_result, print_table, resolve_account
from tamis.domain.consent.suppressions import Suppression, SuppressionFilter, SuppressionReason
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant

suppress_app = App(name="suppress", help="Manage emails that may not be mailed.")
suppress_app.command(
    "tamis.cli.consent.suppression_files:import_file", name="import", help="Suppress the emails of a file."
)
suppress_app.command(
    "tamis.cli.consent.suppression_files:export_file", name="export", help="Write suppressions to a file."
)
SOURCE = "command"


@suppress_app.command
def add(
    *emails: Annotated[str, Parameter(allow_leading_hyphen=True)],
    reason: SuppressionReason = SuppressionReason.MANUAL,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Suppress emails: they are not mailed any more, whether they are contacts now, later, or never.

    Parameters
    ----------
    emails
        One or more emails.
    reason
        Why they may not be mailed.
    """
    problems: list[Problem] = []
    addresses: list[Email] = []
    for email in emails:
        try:
            addresses.append(suppressions.parse_address(email))
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    with open_services(common) as services:
        account = resolve_account(services, common)
        statuses = services.write(suppressions.suppress, account, addresses, reason, SOURCE)
    results = [{"email": email.address, "status": status} for email, status in zip(addresses, statuses, strict=True)]
    print_result(
        common,
        {"suppressions": results},
        *(f"{email.address}: {status}" for email, status in zip(addresses, statuses, strict=True)),
    )


@suppress_app.command
def remove(email: Annotated[str, Parameter(allow_leading_hyphen=True)], *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Let an email be mailed again. Only do this if its owner asked for it.

    Parameters
    ----------
    email
        The suppressed email.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = services.write(suppressions.lift_suppression, account, email)
    shown = email.strip()
    print_result(common, {"email": shown, "reason": found.reason.value}, f"{shown} can be mailed again.")


@suppress_app.command(name="list")
def list_suppressions(
    search: Annotated[str, Parameter(allow_leading_hyphen=True)] = "",
    *,
    reason: SuppressionReason | None = None,
    source: str | None = None,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=100_000))] = 100,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """List suppressed emails, newest first.

    Parameters
    ----------
    search
        Only emails that contain this; a whole email is also found if its person was forgotten.
    reason
        Only those for this reason.
    source
        Only those from this source, such as api or console.
    limit
        How many to list at most.
    """
    wanted = SuppressionFilter(reason, source, search)
    with open_services(common) as services:
        account = resolve_account(services, common)
        db = services.records.reader()
        with snapshot(db):
            found = suppressions.list_suppressions(db, account, limit, wanted=wanted)
            count = suppressions.count_suppressions(db, account, wanted)
    if common.json:
        print_result(common, {"count": count, "suppressions": [document_of(each) for each in found]})
        return
    if not found:
        print_line("No email is suppressed." if wanted == SuppressionFilter() else "No suppressed email matches.")
        return
    rows = [
        (each.email or "(forgotten)", each.reason, each.source, local_time(each.since, account.zone)) for each in found
    ]
    print_table(("Email", "Reason", "Source", "Since"), rows)
    if count > len(found):
        print_notice(f"These are {len(found):,} of {count:,}; use --limit to see more.")


def document_of(shown: Suppression) -> dict[str, object]:
    """Return a suppression as JSON."""
    return {
        "email": shown.email,
        "reason": shown.reason.value,
        "source": shown.source,
        "since": format_instant(shown.since),
    }
