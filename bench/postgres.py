"""PostgreSQL 15 as a baseline, where it is installed: a server of its own that only serves the measurement."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACE = Path("/usr/lib/postgresql/15/bin")
USER = "postgres"


def installed() -> bool:
    """Return whether there is a PostgreSQL to measure."""
    return (PLACE / "initdb").exists()


@contextmanager
def postgres(directory: Path) -> Iterator["Postgres"]:
    """Start a fresh server, reached over a socket in its directory, for a block."""
    directory.mkdir()
    user = USER if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        shutil.chown(directory, user)
        for parent in directory.parents[:2]:
            parent.chmod(parent.stat().st_mode | 0o011)
    data = directory / "data"
    server = Postgres(directory, user)
    server.run("initdb", "-D", str(data), "-A", "trust", "-U", "tamis", "--no-instructions")
    options = f"-c listen_addresses='' -c unix_socket_directories={directory} -c max_wal_size=4GB"
    server.run("pg_ctl", "-D", str(data), "-w", "-l", str(directory / "log"), "-o", options, "start")
    try:
        yield server
    finally:
        server.run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")


class Postgres:
    """A running server."""

    def __init__(self, directory: Path, user: str | None) -> None:
        self._directory = directory
        self._user = pwd.getpwnam(user).pw_uid if user else None

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs."""
        command = [str(PLACE / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, user=self._user, cwd=self._directory, env={})

    def sql(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        given = [part for statement in statements for part in ("-c", statement)]
        self.run("psql", "-h", str(self._directory), "-U", "tamis", "-d", "postgres", "-q", *given)
