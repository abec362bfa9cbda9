"""`tamis erase`, `tamis backup` and `tamis restore`."""

from pathlib import Path

from tamis.actions.local_calls import Erase, MakeBackup
from tamis.actions.maintenance.accepting_loss import accept_loss
from tamis.actions.maintenance.backups import restore
from tamis.cli.ask import ask
from tamis.cli.common import Common, opened, show
from tamis.domain.errors import Unavailable


def erase_files(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Take everything that was deleted out of the files, now rather than later."""
    with opened(common) as services:
        if not ask(services, Erase()):
            raise Unavailable("others_read")
    show(common, {"erased": True}, "Nothing of what was deleted is left in the files.")


def accept(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Go on without writes that a damaged log has lost, when there is no backup that has them.

    Every command, and a server, refuses to go on until this is said or a backup is restored.
    """
    accepted = accept_loss(common.settings)
    lost = max(accepted.columns - accepted.change, 0)
    show(
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
    target = directory.absolute()  # a server that is asked to do it stands elsewhere
    with opened(common) as services:
        made = ask(services, MakeBackup(str(target)))
    size = sum(file.bytes for file in made.files.values())
    show(
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
    show(
        common,
        {"data": str(data), "change": found.change, "made_at": found.made_at},
        f"Restored to {data} as it was at {found.made_at}.",
    )
