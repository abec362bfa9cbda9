"""Commands that run in the process of the tests, which is much faster than starting a process for each."""

import io
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from unittest.mock import patch

from tamis.actions.accounts import passwords
from tamis.cli.main import main
from tests.support.fast_hashing import REPLACED


def run_text(arguments: Sequence[str], input: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command as `run` does, with text instead of bytes."""
    done = run(arguments, input.encode())
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def run(arguments: Sequence[str], input: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run a command as `python -m tamis` would, without the settings of whoever runs the tests; not thread-safe."""
    source, output, errors = (
        io.TextIOWrapper(io.BytesIO(content), "utf-8", error_handler, write_through=True)
        for content, error_handler in ((input, "strict"), (b"", "strict"), (b"", "backslashreplace"))
    )
    status = 0
    with _own_environment(), patch.object(sys, "stdin", source), redirect_stdout(output), redirect_stderr(errors):
        try:
            main(list(arguments))
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except Exception:
            traceback.print_exc()
            status = 1
    return subprocess.CompletedProcess(["tamis", *arguments], status, _content(output), _content(errors))


@contextmanager
def _own_environment() -> Iterator[None]:
    """Let nothing that a command sets for its process last: settings, rights of new files, the log."""
    root, logger = logging.getLogger(), logging.getLogger("tamis")
    handlers, levels = root.handlers[:], (root.level, logger.level)
    root.handlers[:] = []  # or the command would close them
    umask = os.umask(0)
    os.umask(umask)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TAMIS_")}
    try:
        with patch.dict(os.environ, environment, clear=True), patch.multiple(passwords, **REPLACED):
            yield
    finally:
        os.umask(umask)
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        logger.setLevel(levels[1])


def _content(stream: io.TextIOWrapper) -> bytes:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()
