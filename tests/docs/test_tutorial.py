"""The commands of the tutorials print what the pages show."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support import forked
from tests.support.clients import installed
from tests.support.process import TIMEOUT_SECONDS, Server, environment

ROOT = Path(__file__).parents[2]
PAGE, API_PAGE = ROOT / "docs/tutorial.md", ROOT / "docs/tutorial-api.md"
RECEIVER_PORT = 9000
ADDRESS = "http://127.0.0.1:8000"


def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    installed("curl")
    (tmp_path / "src").symlink_to(ROOT / "src")
    steps = iter([step for step in commands(PAGE.read_text()) if not step[0].startswith(("$ make", "$ . "))])
    keys: dict[str, str] = {}
    for command, expected in steps:
        if "curl" in command:
            break
        output = check(command, expected, tmp_path)
        keys |= {f"{key[:3]}…": key for key in re.findall(r"\b[ps]k_\S+", output)}
    with Server(tmp_path / "tamis-data") as server:
        replaced = {ADDRESS: server.address, **keys}
        check(filled(command, replaced), expected, tmp_path)
        for command, expected in steps:
            check(filled(command, replaced), expected, tmp_path)


def test_the_tutorial_of_the_api_can_be_followed(tmp_path: Path) -> None:
    installed("curl")
    not_run = ("$ make", "$ . ", "$ TAMIS_WEBHOOK_NETWORKS=loopback tamis serve")
    steps = [step for step in commands(API_PAGE.read_text()) if not step[0].startswith(not_run)]
    (create, expected), *steps = steps
    output = check(create, expected, tmp_path)
    keys = {f"{key[:3]}…": key for key in re.findall(r"\b[ps]k_\S+", output)}
    with Server(tmp_path / "tamis-data", {"TAMIS_WEBHOOK_NETWORKS": "loopback"}) as server:
        replaced = {ADDRESS: server.address, **keys}
        with ExitStack() as listening:
            for command, expected in steps:
                if command.startswith("$ tamis webhook listen"):
                    replaced |= listening.enter_context(listener(command, expected))
                else:
                    check(filled(command, replaced), filled(expected, replaced), tmp_path)


@contextmanager
def listener(command: str, expected: str) -> Iterator[dict[str, str]]:
    """Receive webhooks during a block; yields the address to use in place of the page's. Then the output must be what
    the page shows."""
    arguments = command.removeprefix("$ tamis ").replace(f"--port {RECEIVER_PORT}", "--port 0").split()
    process, output, errors = forked.start([sys.executable, "-m", "tamis", *arguments], environment())
    with output, errors:
        first = output.readline()
        address = first.rpartition(" ")[2].strip()
        yield {f"http://127.0.0.1:{RECEIVER_PORT}/": address}
        assert process.wait(TIMEOUT_SECONDS) == 0
        printed = first.replace(address, f"http://127.0.0.1:{RECEIVER_PORT}/") + errors.read() + output.read()
        compare(command, printed, expected)


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Yield each `$ ` command of a page, its continuation lines joined, with the output shown below it."""
    for block in re.findall(r"(?:^    .*\n)+", page, re.MULTILINE):
        text = re.sub(r"^    ", "", block, flags=re.MULTILINE).replace("\\\n", "")
        for step in re.findall(r"^\$ .*\n(?:(?!\$ ).*\n)*", text, re.MULTILINE):
            lines = step.splitlines(keepends=True)
            length = next(number for number in range(1, len(lines) + 1) if is_whole("".join(lines[:number])))
            yield "".join(lines[:length]).rstrip("\n"), "".join(lines[length:])


def is_whole(command: str) -> bool:
    """Return whether no quote of a command is open."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


def filled(command: str, replaced: dict[str, str]) -> str:
    """Return a command with the address and the keys of this run."""
    for shown, actual in replaced.items():
        command = command.replace(shown, actual)
    return command


def check(command: str, expected: str, directory: Path) -> str:
    """Run a command, compare its output with the page (where `…` matches anything), and return the output."""
    program, *arguments = shlex.split(command.removeprefix("$ "))
    env = environment({"COLUMNS": "120"})
    if program == "tamis":
        done = forked.run_text([sys.executable, "-m", program, *arguments], env=env, cwd=directory)
    else:
        silent = [program, "--silent", "--show-error", *arguments]
        done = subprocess.run(
            silent, capture_output=True, text=True, check=False, env=env, cwd=directory, timeout=TIMEOUT_SECONDS
        )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    output = done.stderr + done.stdout  # a terminal shows both; notices come first
    compare(command, output, expected)
    return output


def compare(command: str, output: str, expected: str) -> None:
    """Compare the output of a command with the page, where `…` matches anything."""
    pattern = ".*".join(re.escape(part) for part in expected.rstrip().split("…"))
    assert re.fullmatch(pattern, output.rstrip(), re.DOTALL), f"{command}\n{output}\nThe page has:\n{expected}"
