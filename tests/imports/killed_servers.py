"""Servers that are killed while they import a file that was uploaded in the console, or undo it."""

import contextlib
import random
import signal
from pathlib import Path

import requests

from tests.imports.kill_points import ALL, OF_UNDOING
from tests.imports.killed_commands import OWNER, ROWS_A_BATCH, Killing, state
from tests.support.console import Visitor
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.uploads import begin, place_of, upload_file

PROGRAM = """
from tamis.actions.importing.rows import batch_writer
from tamis.actions.importing import run
from tests.imports import kill_points
run.ROWS_A_BATCH = {rows}
kill_points.arm(kill_points.ALL[{name!r}], {number})
from tamis.cli.main import main
main()
"""


def kill_a_server(killing: Killing, name: str, chance: random.Random) -> None:
    """Let a server die at a point of an import or of its undoing, look at what is left, and have it done again with
    another server: all is as if none had been killed."""
    killing.fresh(imported=name in OF_UNDOING)
    number = chance.randint(1, ALL[name].most)
    program = PROGRAM.format(rows=ROWS_A_BATCH, name=name, number=number)
    server = Server(killing.data, program=("-c", program))
    server.start()
    try:
        visitor = Visitor(server.address)
        assert visitor.sign_in(OWNER).status_code == 303
        with contextlib.suppress(requests.ConnectionError):
            if name in OF_UNDOING:
                visitor.get("/imports/2")
                visitor.post("/imports/2/undo")
            else:
                begin(
                    visitor, place_of(upload_file(visitor, 1, killing.file.read_bytes(), killing.file.name)), "import"
                )
        status = server.process.wait(TIMEOUT_SECONDS)
        assert status == -signal.SIGKILL, f"never came to call {number} of {name}: {status}, {server.errors}"
    finally:
        server.kill()
    again(killing, name)


def again(killing: Killing, name: str) -> None:
    """Do it again with a running server."""
    if name not in OF_UNDOING:
        killing.look_at_what_is_left()
    with Server(killing.data):
        if name in OF_UNDOING:
            report = killing.undo()
            assert {**report, "erased": None} == {**killing.undo_report, "erased": None}
        else:
            killing.run()
            assert whole_uploads(killing.data) <= {killing.file.stat().st_size}
    assert state(killing.data) == (killing.undone if name in OF_UNDOING else killing.right)


def whole_uploads(data: Path) -> set[int]:
    """Return the sizes of the files that wait to be imported."""
    return {file.stat().st_size for file in (data / "uploads").glob("*")}
