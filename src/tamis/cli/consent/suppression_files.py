"""`tamis suppress import` and `tamis suppress export`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tamis.actions.consent.suppression_files import import_suppressions, write_suppressions
from tamis.cli.common import Common, open_services, print_notice, print_result, resolve_account
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.values.text import pluralize


def import_file(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    reason: SuppressionReason = SuppressionReason.MANUAL,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Suppress the emails of a CSV file with the column email and, optionally, reason and since. Nothing is lifted.

    Parameters
    ----------
    file
        The file, such as one that tamis suppress export has written, or an export of another sender.
    reason
        The reason of rows that give none.
    """
    with open_services(common) as services:
        found = import_suppressions(services, resolve_account(services, common), file, reason)
    document = {
        "suppressed": found.suppressed,
        "updated": found.updated,
        "unchanged": found.unchanged,
        "rejected": [{"line": line, "reason": why} for line, why in found.rejected],
    }
    for line, why in found.rejected:
        print_notice(f"Line {line}: {why}")
    known = found.updated + found.unchanged
    done = f"Suppressed {pluralize(found.suppressed, 'email')}; {known:,} were suppressed already."
    print_result(common, document, done)


def export_file(file: Annotated[Path, Parameter(allow_leading_hyphen=True)], *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Write the suppressed emails to a CSV file. People who were forgotten are missing: only hashes of them are kept.

    Parameters
    ----------
    file
        The file to write.
    """
    with open_services(common) as services:
        rows, hidden = write_suppressions(services, resolve_account(services, common), file)
    if hidden:
        print_notice(f"{pluralize(hidden, 'suppression')} of forgotten people cannot be written: only hashes are kept.")
    document = {"rows": rows, "hidden": hidden, "file": str(file)}
    print_result(common, document, f"Wrote {pluralize(rows, 'email')} to {file}.")
