"""`tamis erase`, `tamis backup`, `tamis restore` and `tamis accept-loss`."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tamis.actions.consent.suppression_files import TakenOver, take_over_consent
from tamis.actions.local_calls import Erase, MakeBackup
from tamis.actions.maintenance.backups import restore
from tamis.actions.maintenance.lost_writes import accept_loss
from tamis.cli.client.local_client import run_call
from tamis.cli.common import Common, open_services, print_notice, print_result
from tamis.domain.errors import Refused, Unavailable
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import UTC_ZONE
from tamis.domain.values.text import pluralize


def erase_files(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Erase deleted data from the files now instead of later."""
    with open_services(common) as services:
        if not run_call(services, Erase()):
            raise Unavailable("others_read")
    print_result(common, {"erased": True}, "Deleted data was erased from the files.")


def accept_data_loss(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Continue without writes that a damaged log has lost, if no backup has them.

    All commands and the server refuse to run until you accept the loss or restore a backup.
    """
    accepted = accept_loss(common.settings)
    lost = max(accepted.columns - accepted.change, 0)
    print_result(
        common,
        {"change": accepted.change, "column_store_was_ahead_by": lost},
        f"Loss accepted: the records end at change {accepted.change}.",
    )


def backup(directory: Path, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Back up the data directory, even while a server uses it.

    Parameters
    ----------
    directory
        Target directory, which must be empty or not exist.
    """
    target = directory.absolute()  # a server that runs it may have another working directory
    with open_services(common) as services:
        made = run_call(services, MakeBackup(str(target)))
    size = sum(file.bytes for file in made.files.values())
    print_result(
        common,
        {"directory": str(target), "change": made.change, "made_at": made.made_at, "bytes": size},
        f"Backed up to {target} ({size:,} bytes).",
    )


def restore_backup(
    directory: Path,
    *,
    suppressions_of: Path | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Restore a backup into the data directory, which must be empty or not exist.

    Parameters
    ----------
    directory
        Directory of the backup.
    suppressions_of
        The data directory that the backup replaces: emails that were suppressed in it since the backup stay suppressed,
        and whoever has unsubscribed from a topic stays unsubscribed.
    """
    data = common.settings.data
    if common.settings.records:
        raise Refused("records_on_server_not_restored")
    taken = TakenOver(0, 0, 0)

    def take_over(restored: Path) -> None:
        nonlocal taken
        if suppressions_of is not None:
            with open_services(replace(common, data=restored)) as services:
                taken = take_over_consent(services, suppressions_of)

    found = restore(data, directory, take_over)
    made_at = f"{local_time(datetime.fromisoformat(found.made_at), UTC_ZONE)} UTC"
    if taken.unreadable:
        print_notice(
            f"{pluralize(taken.unreadable, 'suppression')} of forgotten people cannot be taken over: the "
            "backup hashes emails with another key. Do not import these people again."
        )
    if suppressions_of is None:
        _warn_of_missing_suppressions(made_at)
    document = {"data": str(data), "change": found.change, "made_at": found.made_at, **taken._asdict()}
    if suppressions_of is None:
        document["suppressions_missing_since"] = found.made_at
    print_result(common, document, f"Restored the backup of {made_at} to {data}.")


def _warn_of_missing_suppressions(made_at: str) -> None:
    """Say that people may be mailed against their will, and what to do about it before that happens."""
    print_notice(
        f"""
WARNING: whoever unsubscribed, complained or bounced after {made_at} can be mailed again.
Send nothing before you have added them:
- If you have the replaced data directory, run: tamis suppress export FILE --data OLD, then: tamis suppress import FILE.
  To include people who were forgotten, restore again into an empty directory with --suppressions-of OLD.
- If it is gone, download the unsubscribes, complaints and bounces of whatever sends your mail since then, and run
  tamis suppress import FILE for each; reports that a provider sends again are accepted, too.
"""
    )
