"""Data directories that are made once by each process of a run, and copied for each test that needs one."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")


def copy_of(make: Callable[[Path], Made], directory: Path) -> Made:
    """Make what `make` makes in an empty place, or copy what it has made before; returns what it returned then.

    Nothing may run on the directory any more when `make` returns.
    """
    returned: Made
    template, returned = _made(make)
    shutil.copytree(template, directory)
    return returned


@cache
def _made(make: Callable[[Path], Made]) -> tuple[Path, Made]:
    place = Path(tempfile.mkdtemp(prefix="template-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place / "data", make(place / "data")
