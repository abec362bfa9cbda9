"""Verify the files of the data directory other than the stores."""

from pathlib import Path

from tamis.actions.maintenance.doctor.report import Check, start_check
from tamis.actions.maintenance.file_permissions import list_open_to_others
from tamis.actions.maintenance.stores import COLUMNS, RECORDS, STORES
from tamis.domain.values.text import pluralize

KNOWN = {"server.json", "records-in-postgresql", "imports", "spool", "rejects", "exports", "uploads", "demo.json"}
SHOWN = 5


def verify_directory(directory: Path) -> Check:
    """Report files that were set aside or left behind; a file that others may read is a problem."""
    with start_check("data directory", str(directory)) as check:
        if wide := list_open_to_others(directory):
            names = ", ".join(path.name for path in wide[:SHOWN]) + (" …" if len(wide) > SHOWN else "")
            check.wrong(
                f"{pluralize(len(wide), 'file or directory', 'files and directories')} can be opened by other users "
                f"({names}): as the owner, run chmod -R go= {directory}"
            )
        records_quarantined, columns_quarantined = (
            RECORDS.list_quarantined(directory),
            COLUMNS.list_quarantined(directory),
        )
        for path in sorted(directory.iterdir()):
            if path in columns_quarantined:
                check.note(
                    f"{path.name} is a projection that could not be used and was set aside: delete it when you "
                    "no longer need it"
                )
            elif path in records_quarantined:
                check.note(
                    f"{path.name} is left of a log that lost acknowledged writes: delete it when you no longer want to "
                    "recover them from it"
                )
            elif path.name not in KNOWN and not any(store.is_expected(path.name) for store in STORES):
                check.note(f"{path.name} does not belong to Tamis: a killed process or another program left it behind")
    return check.done()
