"""The code of the page about the Python client runs, and prints what the page shows."""

import doctest
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tamis.client import Tamis
from tamis.client.calls import Resource
from tests.support.process import Server, tamis

PAGE = Path(__file__).parents[2] / "docs/client.md"


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    key = tamis(data, "account", "create", "--email", "owner@example.org")["secret_key"]
    monkeypatch.chdir(tmp_path)
    with Server(data) as server:
        monkeypatch.setitem(os.environ, "TAMIS_URL", server.address)
        monkeypatch.setitem(os.environ, "TAMIS_SECRET_KEY", key)
        page = re.sub("^```.*", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
        test = doctest.DocTestParser().get_doctest(page, {}, PAGE.name, str(PAGE), 0)
        runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
        with ThreadPoolExecutor(1) as thread:  # where no event loop runs: tests in Chromium leave theirs in this one
            result = thread.submit(runner.run, test, clear_globs=False).result()
        test.globs["tamis"].close()
    assert result.failed == 0
    assert result.attempted > 20


def test_the_table_has_all_calls() -> None:
    listed: dict[str, set[str]] = {}
    for groups, calls in re.findall(r"^\| (`.+?) \| (`.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        names = re.findall(r"`(\w+)`", groups)
        parts = calls.split(";") if len(names) > 1 else [calls]
        listed |= {name: set(re.findall(r"`(\w+)`", part)) for name, part in zip(names, parts, strict=True)}
    with Tamis("http://127.0.0.1:1", "sk_none") as client:
        resources = {name: found for name, found in vars(client).items() if isinstance(found, Resource)}
    assert listed == {
        name: {call for call in dir(resource) if not call.startswith("_")} for name, resource in resources.items()
    }
