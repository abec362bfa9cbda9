"""A PostgreSQL server of the tests' own, and a database in it for each data directory."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from functools import cache
from pathlib import Path

import psycopg

from tamis.records.engine.postgresql.connection import open_session
from tamis.records.engine.postgresql.migration import migrate

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), default=Path("none"))
"""The newest version that Debian's packages have installed."""
USER = "postgres"


@cache
def cluster() -> Path:
    """Start a server, once in a process, that only listens on a socket in the directory returned; a forked process uses
    that of its parent."""
    if given := os.environ.get("TESTS_POSTGRESQL"):
        return Path(given)
    directory = Path(tempfile.mkdtemp(prefix="tamis-postgresql-"))
    user = pwd.getpwnam(USER).pw_uid if os.geteuid() == 0 else None  # it refuses to run as root
    if user is not None:
        shutil.chown(directory, USER)

    def run(program: str, *arguments: str) -> None:
        command = [str(PROGRAMS / program), "-D", str(directory / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd=directory, env={})

    def stop() -> None:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(directory, ignore_errors=True)

    run("initdb", "-A", "trust", "-U", "tamis", "--no-instructions", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={directory} -c fsync=off -c max_connections=300"
    run("pg_ctl", "-w", "-l", str(directory / "log"), "-o", options, "start")
    atexit.register(stop)
    return directory


def url(database: str) -> str:
    """Return the URL of a database of the server."""
    return f"postgresql:///{database}?host={cluster()}&user=tamis"


def create_database(name: str, template: str = "template0") -> str:
    """Create a database, if there is none of that name, and return its URL."""
    with psycopg.connect(url("postgres"), autocommit=True) as session:
        if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return url(name)


def drop_database(name: str) -> None:
    """Drop a database, ending its sessions."""
    with psycopg.connect(url("postgres"), autocommit=True) as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@cache
def empty_template() -> str:
    """Return the name of a database in which the records are made and empty, but of no store yet."""
    name = "empty"
    with open_session(create_database(name), read_only=False) as made:
        migrate(made)
        made.execute("DELETE FROM store")
    return name


def make_records(name: str) -> str:
    """Make empty records in a database of a name, unless there are some, and return its URL."""
    made = create_database(name, empty_template())
    with psycopg.connect(made, autocommit=True) as session:
        session.execute("INSERT INTO store (id) SELECT %s WHERE NOT EXISTS (SELECT 1 FROM store)", (uuid.uuid4().hex,))
    return made
