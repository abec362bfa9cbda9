"""Commands and servers as processes of their own that start in milliseconds (see `zygote`)."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]


class Forked:
    """A process that runs a command, which is `sys.executable -m tamis …` or `sys.executable -c …`."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path | None, streams: Sequence[int]
    ) -> None:
        if command[0] != sys.executable or command[1] not in ("-c", "-m"):
            raise ValueError(f"{command[:2]} can only be started by subprocess")
        self.returncode: int | None = None
        self._status, status = os.pipe()
        request = {"program": command[1:], "environment": dict(env), "directory": str(cwd or Path.cwd())}
        socket.send_fds(_zygote().requests, [json.dumps(request).encode()], [*streams, status])
        os.close(status)
        weakref.finalize(self, os.close, self._status)
        self._reading = threading.Lock()  # a test may kill it in one thread and wait for it in another
        self.pid = _read_number(self._status)

    def poll(self) -> int | None:
        """Return the exit status (minus the number of the signal that ended it), or None while it runs."""
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; raises TimeoutExpired."""
        status = self._wait(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("tamis", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, if it has not ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it may have ended since
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without a warning."""
        self.send_signal(signal.SIGKILL)

    def _wait(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], timeout)[0]:
            with self._reading:
                if self.returncode is None:
                    self.returncode = _read_number(self._status)
        return self.returncode


def run(
    command: Sequence[str],
    env: Mapping[str, str],
    input: bytes = b"",
    cwd: Path | None = None,
    check: bool = False,
    timeout: float | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command to its end as `subprocess.run` does; raises CalledProcessError and TimeoutExpired."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        source.write(input)
        source.seek(0)
        process = Forked(command, env, cwd, [source.fileno(), output.fileno(), errors.fileno()])
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        done = subprocess.CompletedProcess(command, status, _content(output), _content(errors))
    if check:
        done.check_returncode()
    return done


def run_text(
    command: Sequence[str],
    env: Mapping[str, str],
    input: str = "",
    cwd: Path | None = None,
    check: bool = False,
    timeout: float | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run a command as `run` does, with text instead of bytes."""
    done = run(command, env, input.encode(), cwd, check, timeout)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def start(command: Sequence[str], env: Mapping[str, str]) -> tuple[Forked, IO[str], IO[str]]:
    """Start a command; gives the process and what reads its standard output and its standard error."""
    (output, to_output), (errors, to_errors) = os.pipe(), os.pipe()
    with open(os.devnull, "rb") as nothing:
        process = Forked(command, env, None, [nothing.fileno(), to_output, to_errors])
    for end in (to_output, to_errors):
        os.close(end)
    return process, os.fdopen(output, "r"), os.fdopen(errors, "r")


def _read_number(descriptor: int) -> int:
    line = b""
    while not line.endswith(b"\n"):
        if not (byte := os.read(descriptor, 1)):
            raise EOFError("the process that starts others has ended")
        line += byte
    return int(line)


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


@dataclass(frozen=True)
class Zygote:
    """The process that is forked, and the socket on which it is asked to."""

    process: "subprocess.Popen[bytes]"
    requests: socket.socket

    def end(self) -> None:
        """Stop it: no more requests will come."""
        self.requests.close()
        self.process.wait()


@cache
def _zygote() -> Zygote:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.support.zygote", str(theirs.fileno())]
        zygote = Zygote(subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT), ours)
    atexit.register(zygote.end)
    return zygote
