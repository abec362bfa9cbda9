"""What lies in the data directory beside the stores."""

from pathlib import Path

from tamis.actions.doctor.report import Check, looking
from tamis.columns.store import FILE_NAME

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
STORES = ("tamis.sqlite", FILE_NAME)


def examine_directory(directory: Path) -> Check:
    """Mention what was set aside or left behind."""
    with looking("the data directory", str(directory)) as check:
        for path in sorted(directory.iterdir()):
            if path.name.startswith(f"{FILE_NAME}.unusable-"):
                check.note(
                    f"{path.name} is a column store that could not be used and was set aside: delete it when you "
                    "need it no more"
                )
            elif path.name not in KNOWN and path.name not in _of_stores():
                check.note(f"{path.name} is no file of the stores: a killed process, or another program, has left it")
    return check.done()


def _of_stores() -> set[str]:
    return {store + ending for store in STORES for ending in ("", "-wal", "-shm", ".wal", ".new")}
