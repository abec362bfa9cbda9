"""The commands of the tutorial print what the page shows."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support import forked
from tests.support.clients import installed
from tests.support.process import PATIENCE_SECONDS, Server, environment

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial.md"
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


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Yield each `$ ` command of a page, its continuation lines joined, with the output shown below it."""
    for block in re.findall(r"(?:^    .*\n)+", page, re.MULTILINE):
        text = re.sub(r"^    ", "", block, flags=re.MULTILINE).replace("\\\n", "")
        for step in re.findall(r"^\$ .*\n(?:(?!\$ ).*\n)*", text, re.MULTILINE):
            command, _, expected = step.partition("\n")
            yield command, expected


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
            silent, capture_output=True, text=True, check=False, env=env, cwd=directory, timeout=PATIENCE_SECONDS
        )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    output = done.stderr + done.stdout  # a terminal shows both; notices come first
    pattern = ".*".join(re.escape(part) for part in expected.rstrip().split("…"))
    assert re.fullmatch(pattern, output.rstrip(), re.DOTALL), f"{command}\n{output}\nThe page has:\n{expected}"
    return output
