"""What lies in the data directory beside the stores."""

from pathlib import Path

from tamis.actions.maintenance.doctor.report import Check, looking
from tamis.actions.maintenance.file_rights import open_to_others
from tamis.columns.engine.store import FILE_NAME
from tamis.domain.text import counted
from tamis.records.engine.database import FILE_NAME as RECORDS_FILE
from tamis.records.integrity.commits import KEPT_ENDING

KNOWN = {
    "columns.lock",
    "server.json",
    "imports",
    "spool",
    "rejects",
    "exports",
    "uploads",
    "columns.tmp",
    "demo.json",
}
SHOWN = 5
STORES = (RECORDS_FILE, FILE_NAME)


def examine_directory(directory: Path) -> Check:
    """Mention what was set aside or left behind; what others may read is wrong."""
    with looking("the data directory", str(directory)) as check:
        if wide := open_to_others(directory):
            names = ", ".join(path.name for path in wide[:SHOWN]) + (" …" if len(wide) > SHOWN else "")
            check.wrong(
                f"others than the owner may open {counted(len(wide), 'file or directory', 'files and directories')} "
                f"({names}): take that right from them with chmod -R go= {directory}, as the owner of the files"
            )
        for path in sorted(directory.iterdir()):
            if path.name.startswith(f"{FILE_NAME}.unusable-"):
                check.note(
                    f"{path.name} is a column store that could not be used and was set aside: delete it when you "
                    "need it no more"
                )
            elif path.name.startswith(RECORDS_FILE + KEPT_ENDING):
                check.note(
                    f"{path.name} is the rest of a log from which acknowledged writes were lost: delete it when nobody "
                    "will look for them in it any more"
                )
            elif path.name not in KNOWN and path.name not in _of_stores():
                check.note(f"{path.name} is no file of the stores: a killed process, or another program, has left it")
    return check.done()


def _of_stores() -> set[str]:
    return {
        store + ending
        for store in STORES
        for ending in ("", "-wal", "-shm", "-acknowledged", "-damaged", ".wal", ".new")
    }
