"""`tamis erase`, `tamis backup`, `tamis restore` and `tamis accept-loss`."""

from pathlib import Path

from tamis.actions.local_calls import Erase, MakeBackup
from tamis.actions.maintenance.backups import restore
from tamis.actions.maintenance.lost_writes import accept_loss
from tamis.cli.common import Common, open_services, print_result
from tamis.cli.local_client import run_call
from tamis.domain.errors import Unavailable


def erase_files(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Take everything that was deleted out of the files, now rather than later."""
    with open_services(common) as services:
        if not run_call(services, Erase()):
            raise Unavailable("others_read")
    print_result(common, {"erased": True}, "Nothing of what was deleted is left in the files.")


def accept_data_loss(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Go on without writes that a damaged log has lost, when there is no backup that has them.

    Every command, and a server, refuses to go on until this is said or a backup is restored.
    """
    accepted = accept_loss(common.settings)
    lost = max(accepted.columns - accepted.change, 0)
    print_result(
        common,
        {"change": accepted.change, "column_store_was_ahead_by": lost},
        f"The records are taken as they are, up to change {accepted.change}.",
    )


def backup(directory: Path, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Back the data directory up, also while a server uses it.

    Parameters
    ----------
    directory
        Where to: a directory that does not exist or is empty.
    """
    target = directory.absolute()  # a server that runs it may have another working directory
    with open_services(common) as services:
        made = run_call(services, MakeBackup(str(target)))
    size = sum(file.bytes for file in made.files.values())
    print_result(
        common,
        {"directory": str(target), "change": made.change, "made_at": made.made_at, "bytes": size},
        f"Backed up to {target}, {size:,} bytes.",
    )


def restore_backup(directory: Path, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Make the data directory, which must not exist or be empty, from a backup.

    Parameters
    ----------
    directory
        The backup.
    """
    data = common.settings.data
    found = restore(data, directory)
    print_result(
        common,
        {"data": str(data), "change": found.change, "made_at": found.made_at},
        f"Restored to {data} as it was at {found.made_at}.",
    )
