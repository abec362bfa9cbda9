"""Runs Python programs in processes that are forked from one in which the modules of Tamis are loaded already.

Each is a process of its own, as if `python -m tamis` or `python -c …` had started it, but begins in milliseconds
instead of a third of a second. `python -m tests.support.zygote FD` serves requests on a socket until its other end is
closed.
"""

import atexit
import gc
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import tempfile
import threading
import traceback
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

MOST_BYTES = 150_000
RULES = (
    'email contains "a" and not (score > 3 or born is within 2 days)',
    'did "order" at least 2 times within 3 days',
)


def serve(requests: socket.socket) -> None:
    """Fork a process for each request; returns in such a process, and in this one when no more requests come."""
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    running: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                woken.recv(4096)
                _report_exit(running)
            if requests not in ready:
                continue
            message, descriptors, _, _ = socket.recv_fds(requests, MOST_BYTES, 4)
            if not message:
                os._exit(0)
            *streams, status = descriptors
            pid = os.fork()
            if pid == 0:
                selector.close()
                _become(json.loads(message), streams)
                return
            os.write(status, f"{pid}\n".encode())
            running[pid] = status
            for stream in streams:
                os.close(stream)


def _report_exit(running: dict[int, int]) -> None:
    while running:
        pid, ended = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        status = running.pop(pid)
        with suppress(BrokenPipeError):  # whoever started it has lost interest
            os.write(status, f"{os.waitstatus_to_exitcode(ended)}\n".encode())
        os.close(status)


def _become(request: dict[str, Any], streams: list[int]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 256)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["directory"])
    sys.argv[1:] = request["program"]
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = os.fdopen(0, encoding=encoding, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=encoding, closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding, "backslashreplace", closefd=False)


def load() -> None:
    """Import what commands import, and let libraries keep what they otherwise make in each process: Litestar what it
    knows of each handler, uvicorn its event loop, and the parser of rules its tables."""
    import uvicorn

    import tamis

    for module in pkgutil.walk_packages(tamis.__path__, "tamis."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    from tamis.actions.accounts import passwords
    from tamis.actions.services import Services
    from tamis.rules.syntaxes.text import from_text
    from tamis.settings import Settings
    from tamis.web.app import API_PREFIX, application
    from tests.support.fast_hashing import REPLACED

    for name, replacement in REPLACED.items():
        setattr(passwords, name, replacement)
    for rule in RULES:
        from_text(rule)
    with tempfile.TemporaryDirectory() as directory, closing(Services(Settings(Path(directory)))) as services:
        made = application(services, "")
        for prefix in (API_PREFIX, "/"):
            made.load(prefix)
        config = uvicorn.Config(made, log_config=None)
        config.load()
        config.get_loop_factory()
    if threading.active_count() > 1:
        raise RuntimeError("a process with threads cannot be forked")
    gc.freeze()
    from tests.support import on_postgresql

    on_postgresql.install()


def main() -> None:
    """Serve, and in each forked process run its command."""
    load()
    serve(socket.socket(fileno=int(sys.argv[1])))
    status = 0
    try:
        _run(*sys.argv[1:])
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    _end(status)


def _run(option: str, program: str, *arguments: str) -> None:
    """Run a program as `python -c` and `python -m` do."""
    sys.argv = [option, *arguments]
    if option == "-c":
        exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def _end(status: int) -> None:
    """End as Python does, but for the objects that were loaded before the fork: to free them would take a while."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
