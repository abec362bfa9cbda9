"""Start a server as a process, know its port and its memory, and stop it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A server that accepts requests; `begun` is when its process was started."""

    pid: int
    port: int
    begun: float

    def memory(self, name: str) -> float:
        """Return VmRSS (memory held now) or VmHWM (the most since the last `forget_peak`), in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
        assert match
        return int(match[1]) / 1024

    def processor(self) -> float:
        """Return the seconds of processor time that all of its threads have used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def forget_peak(self) -> None:
        """Let VmHWM begin anew from the memory held now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


@contextmanager
def tamis(data: Path, python: Path = Path(sys.executable)) -> Iterator[Server]:
    """Serve a data directory; `python` may be that of another copy of the project."""
    with _serving(["-m", "tamis", "serve", "--data", str(data), "--port", "0"], python) as server:
        yield server


@contextmanager
def bare(file: Path, *, stream: bool = False) -> Iterator[Server]:
    """Serve the bytes of a file with bare uvicorn."""
    with _serving(["-m", "bench.bare", str(file), *(["--stream"] if stream else [])]) as server:
        yield server


@contextmanager
def _serving(arguments: Sequence[str], python: Path = Path(sys.executable)) -> Iterator[Server]:
    begun = time.perf_counter()
    with subprocess.Popen([str(python), *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            match = None
            while not match:
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError(f"the server {arguments} did not start")
                match = re.search(r"istening on http://[^ ]+:(\d+)", line)
            yield Server(process.pid, int(match[1]), begun)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
