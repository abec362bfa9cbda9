"""Programs in other languages, run as their users run them."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

import pytest

from tests.support.process import TIMEOUT_SECONDS, environment


def installed(program: str, *instead: str) -> str:
    """Find a program, or else one that does the same. Where all are missing the test is skipped, but fails under CI,
    which installs the first."""
    places = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"  # where servers are
    for name in (program, *instead):
        if path := shutil.which(name, path=places):
            return path
    reason = f"{program} is not installed"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason)
    pytest.skip(reason)


def output_of(command: Sequence[str], settings: Mapping[str, str] | None = None) -> str:
    """Run a program and give what it printed; one that complains fails the test."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(settings), timeout=TIMEOUT_SECONDS
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout
