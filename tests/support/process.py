"""Tamis as it is run: a server as a process, and commands."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

from tests.support import forked, in_process

LISTENING = "Tamis is listening on "
TIMEOUT_SECONDS = 120
"""How long a process may take before a test gives up: only to end a hanging run, never to judge speed."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a child process: none of the settings of whoever runs the tests, no proxy."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAMIS_")}
    return {**kept, "no_proxy": "*", "NO_PROXY": "*", **(extra or {})}


TAMIS, SERVING = ("-m", "tamis"), ("serve", "demo")
MAIN = "import sys; from tamis.cli.main import main; main(sys.argv[1:])"
"""What `python -c` runs as a command, after what a test changes before."""
SOON = "from tamis.cli.importing import imports; imports.SECONDS_TO_FOLLOW = 0.2"
"""Lets an import end beside a server that is stopped and cannot say who entered segments, instead of waiting for it."""


class Refused(Exception):
    """A command that ended with another status than 0; `args` are the status and its standard error."""


def tamis(
    data: Path, *arguments: str | Path, prefix: Sequence[str] = (), program: Sequence[str] = TAMIS
) -> dict[str, Any]:
    """Run a command on a data directory and return its JSON document; raises Refused. It runs in this process, or in
    one of its own where several run at once, it serves, `prefix` is a program that runs it, or `program` says that
    Python runs something else than Tamis."""
    words = [*map(str, arguments), "--data", str(data), "--json"]
    command = [*prefix, sys.executable, *program, *words]
    if prefix:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment(), timeout=TIMEOUT_SECONDS
        )
    elif program == TAMIS and words[0] not in SERVING and threading.current_thread() is threading.main_thread():
        done = in_process.run_text(words)
    else:
        done = forked.run_text(command, env=environment(), timeout=TIMEOUT_SECONDS)
    if done.returncode:
        raise Refused(done.returncode, done.stderr)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


class Server:
    """`tamis serve` on a free port; the block that it is used in begins when it listens and ends with SIGTERM. `prefix`
    is a program that runs it, and becomes it; `program` says what Python runs, which is Tamis."""

    def __init__(
        self,
        data: Path,
        settings: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        program: Sequence[str] = TAMIS,
    ) -> None:
        self.program = program
        self.data = data
        self.prefix = prefix
        self._settings = settings
        self._listening = threading.Event()
        self.output: list[str] = []
        self.errors: list[str] = []
        self.address = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            assert self.stop() == 0, self.errors

    def start(self) -> None:
        """Start the process, also again after it has ended, and wait until it says where it listens."""
        self.launch()
        self.wait_until_listening()

    def wait_until_listening(self) -> None:
        """Wait until a launched process says where it listens."""
        if not self._listening.wait(TIMEOUT_SECONDS) or not self.address:
            self.kill()
            raise AssertionError(f"the server does not listen: {''.join(self.errors)}")

    def launch(self) -> None:
        """Start the process, and wait for nothing."""
        self._listening.clear()
        self.address = ""
        command = [
            *self.prefix, sys.executable, *self.program, "serve", "--port", "0", "--data", str(self.data)
        ]  # fmt: skip
        self.process, output, errors = self._start(command)
        self._readers = [
            threading.Thread(target=self._read, args=(output, self.output)),
            threading.Thread(target=self._read, args=(errors, self.errors)),
        ]
        for reader in self._readers:
            reader.start()

    def _start(self, command: list[str]) -> "tuple[forked.Forked | subprocess.Popen[str], IO[str], IO[str]]":
        settings = environment(self._settings)
        if not self.prefix and self.program[0] in ("-c", "-m"):
            return forked.start(command, settings)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings)
        assert process.stdout
        assert process.stderr
        return process, process.stdout, process.stderr

    @property
    def is_running(self) -> bool:
        """Whether there is a process that has not ended."""
        return hasattr(self, "process") and self.process.poll() is None

    def stop(self) -> int:
        """Ask the process to end, as an operator does; gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """End the process without a warning, as a power cut does."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        status = self.process.wait(TIMEOUT_SECONDS)
        for reader in self._readers:
            reader.join(TIMEOUT_SECONDS)
        return status

    def _read(self, pipe: IO[str], lines: list[str]) -> None:
        with pipe:
            for line in pipe:
                lines.append(line)
                if line.startswith(LISTENING):
                    self.address = line.removeprefix(LISTENING).strip()
                    self._listening.set()
        self._listening.set()  # the process has ended: whoever waits need not wait longer
