"""A wheel, `packaging/install.sh`, the unit of systemd and the Containerfile give a Tamis that runs elsewhere."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from configparser import RawConfigParser
from pathlib import Path
from urllib.request import urlopen

import pytest

from tamis import __version__
from tests.support.effort import ALL
from tests.support.process import LISTENING, TIMEOUT_SECONDS, environment

ROOT = Path(__file__).parents[2]
PLACE = "/opt/tamis"
"""Where the unit and the Containerfile expect Tamis."""


def run(command: Sequence[str | Path], **more: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(more), timeout=TIMEOUT_SECONDS
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a release has: the files of the repository, without anything that was built in it."""
    place = tmp_path_factory.mktemp("source") / "tamis"
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("packaging", "requirements"):
        shutil.copytree(ROOT / name, place / name)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, place)
    return place


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    run([*pip, "--wheel-dir", out, source])
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(source: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with Tamis in it and nothing of this repository: by the script with all examples, else with the
    dependencies of the tests' own environment, which takes no network."""
    place = tmp_path_factory.mktemp("opt") / "tamis"
    if ALL:
        run([source / "packaging/install.sh", place], PYTHON=sys.executable)
        return place
    run([sys.executable, "-m", "venv", "--without-pip", place])
    (site,) = place.glob("lib/python*/site-packages")
    run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", site, wheel])
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (place / "bin/tamis").write_text(f"#!{place}/bin/python\nfrom tamis.cli.main import main\nmain()\n")
    (place / "bin/tamis").chmod(0o755)
    return place


def test_wheel_has_every_module_and_data_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("tamis/")}
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "src/tamis"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    there = {path.removeprefix("src/") for path in tracked if (ROOT / path).exists()}
    assert there - packed == set()


def test_version_is_in_one_place(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == __version__
    assert "version" not in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_installed_commands_are_those_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = "import tamis; print(tamis.__file__)"
    assert Path(run([installed / "bin/python", "-c", where]).strip()).is_relative_to(installed)
    assert run([installed / "bin/tamis", "--version"]).strip() == __version__
    made = run([installed / "bin/tamis", "account", "create", "--email", "a@example.org", "--data", tmp_path, "--json"])
    assert json.loads(made)["public_key"]


def unit() -> tuple[list[str], dict[str, str]]:
    """Return the command that the unit runs, and the variables that it sets."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "packaging/tamis.service")
    service = parser["Service"]
    return shlex.split(service["ExecStart"]), dict([service["Environment"].split("=", 1)])


def containerfile() -> tuple[list[str], dict[str, str], list[str], list[str]]:
    """Return what the Containerfile runs to build the image, and of the image its variables, its command and its health
    check."""
    lines = (ROOT / "packaging/Containerfile").read_text().splitlines()
    built = [line.removeprefix("RUN ") for line in lines if line.startswith("RUN ")]
    variables = dict(pair.split("=", 1) for line in lines if line.startswith("ENV ") for pair in line[4:].split())
    commands = dict(re.findall(r"^(CMD|HEALTHCHECK CMD) (\[.*\])$", "\n".join(lines), re.MULTILINE))
    return built, variables, json.loads(commands["CMD"]), json.loads(commands["HEALTHCHECK CMD"])


def serve(installed: Path, command: Sequence[str], variables: Mapping[str, str], check: Sequence[str] = ()) -> None:
    """Run a command that serves, at a free port, until it answers, and stop it as a supervisor does."""
    command = [part.replace(PLACE, str(installed)) for part in command]
    command[command.index("--port") + 1] = "0"
    path = variables.get("PATH", "$PATH").replace(PLACE, str(installed)).replace("$PATH", os.environ["PATH"])
    settings = environment({**variables, "PATH": path})
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            address = line.removeprefix(LISTENING).strip().replace("0.0.0.0", "127.0.0.1")
            with urlopen(f"{address}/healthz") as answer:
                assert answer.status == 200
            if check:
                requested = [part.replace("http://127.0.0.1:8000", address) for part in check]
                subprocess.run(requested, check=True, env=settings, timeout=TIMEOUT_SECONDS)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 0


def test_the_systemd_unit_starts_and_stops_a_server(installed: Path, tmp_path: Path) -> None:
    command, variables = unit()
    assert variables == {"TAMIS_DATA": "/var/lib/tamis"}
    serve(installed, command, {"TAMIS_DATA": str(tmp_path / "data")})


def test_containerfile_builds_and_runs_what_is_installed(installed: Path, tmp_path: Path) -> None:
    built, variables, command, check = containerfile()
    assert built[0] == f"/src/packaging/install.sh {PLACE}"
    assert variables["TAMIS_DATA"] == "/var/lib/tamis"
    serve(installed, command, {**variables, "TAMIS_DATA": str(tmp_path / "data")}, check)
