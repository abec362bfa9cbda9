"""The file in which a server leaves its address and a token for commands on the same data directory. It has the file
locked until it is asked to stop."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

SERVER_FILE = "server.json"


class ServerAddress(msgspec.Struct, frozen=True):
    """The address of a server, the token that it accepts, and the address at which people reach it, if that is set."""

    address: str
    token: str
    public_url: str = ""


def find_server(data: Path) -> ServerAddress | None:
    """Return the server of a data directory, None where there is none or its file is incomplete."""
    try:
        return msgspec.json.decode((data / SERVER_FILE).read_bytes(), type=ServerAddress)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def has_running_server(data: Path) -> bool:
    """Return whether a server has the file of a data directory locked."""
    try:
        with (data / SERVER_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


class ServerFile:
    """The file of a server, which removes that of one that was killed."""

    def __init__(self, data: Path) -> None:
        self._path = data / SERVER_FILE
        self._locked: BinaryIO | None = None
        self.remove()

    def write(self, server: ServerAddress) -> None:
        """Write the file, which only the owner can read, and lock it."""
        temporary = self._path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        self._locked = os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
        fcntl.flock(self._locked, fcntl.LOCK_EX)
        self._locked.write(msgspec.json.encode(server))
        temporary.replace(self._path)

    def unlock(self) -> None:
        """Let another server wait until this one has ended, instead of being refused."""
        if self._locked:
            self._locked.close()

    def remove(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)
        self.unlock()
