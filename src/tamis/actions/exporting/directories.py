"""The directories, below the data directory, that exports are written to before they are delivered.

A command makes one and keeps it locked while it runs; the server, where there is one, writes into it. Those that a
killed command has left are removed by the next export and by the server.
"""

import re
from contextlib import AbstractContextManager
from pathlib import Path

from tamis.actions import scratch_directories
from tamis.domain.errors import NotFound

DIRECTORY = "exports"
FILE = "rows"


def export_directory(data: Path) -> AbstractContextManager[Path]:
    """Make a directory for a block, and remove it with its contents afterwards; raises Unavailable."""
    return scratch_directories.scratch_directory(data / DIRECTORY)


def find_export_directory(data: Path, name: str) -> Path:
    """Find the directory of an export by its name; raises NotFound."""
    directory = data / DIRECTORY / name
    if not re.fullmatch(r"[0-9a-f]{32}", name) or not directory.is_dir():
        raise NotFound("export_abandoned")
    return directory


def export_file(directory: Path) -> Path:
    """Return the path of the file that an export is written to."""
    return directory / FILE


def remove_abandoned(data: Path) -> None:
    """Remove the directories that no command has locked any more."""
    scratch_directories.remove_abandoned(data / DIRECTORY)
