"""Every kind of real export file is imported correctly, through every interface."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.contacts.contacts import show_contact
from tamis.actions.fields.types import find_type
from tamis.actions.services import Services
from tamis.cli.main import main
from tamis.domain.errors import NotFound
from tamis.records import types
from tamis.settings import Settings
from tests.imports.contact_files.cases import CASES, FILES, Case, Step
from tests.support.console import Visitor, new_console_account
from tests.support.effort import ALL
from tests.support.process import Server
from tests.support.uploads import begin, figures_on, place_of, upload_file, wait_until_processed
from tests.support.users import fresh

EMAILS = {zone: f"{zone.lower().replace('/', '.')}@example.org" for zone in ("UTC", "Europe/Berlin")}
ENDINGS = ("csv", "ndjson", "parquet")


def each(step: int = 1) -> pytest.MarkDecorator:
    """Run a test with each case, and in `make test` with every so many of them."""
    cases = CASES[:: 1 if ALL else step] if FILES.exists() else ()
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with an account for each time zone, for commands to use."""
    with Server(tmp_path_factory.mktemp("contact_files") / "data") as running:
        for zone, email in EMAILS.items():
            new_console_account(running.data, running.address, email, zone)
        yield running


@pytest.fixture(scope="module")
def visitors(server: Server) -> dict[str, Visitor]:
    """A user signed in to each account, by time zone."""
    found = {}
    for zone, email in EMAILS.items():
        found[zone] = Visitor(server.address)
        found[zone].sign_in(email)
    return found


class Commands:
    """The command line, called in this process."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str], case: Case) -> None:
        self._data, self._capsys = data, capsys
        self._account = EMAILS[case.timezone]
        self.type = fresh(case.name)
        self.type_id = int(self.run("type", "create", self.type)["id"])
        for name, kind, options in case.fields:
            chosen = [part for option in options for part in ("--option", option)]
            self.run("field", "create", name, "--type", self.type, "--kind", kind, *chosen)

    def run(self, *arguments: str | Path) -> dict[str, Any]:
        """Run a command and give its JSON document."""
        self._capsys.readouterr()
        main([*map(str, arguments), "--data", str(self._data), "--account", self._account, "--json"])
        document: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return document

    def take(self, file: str | Path, *options: str) -> dict[str, Any]:
        """Import a file, and give the report."""
        return self.run("import", file, "--type", self.type, "--create-fields", *options)


@pytest.fixture
def commands(server: Server, capsys: pytest.CaptureFixture[str], case: Case) -> Commands:
    return Commands(server.data, capsys, case)


def check(data: Path, type_name: str, case: Case) -> None:
    """Compare what is stored with what is right."""
    services = Services(Settings(data))
    try:
        db = services.records.reader()
        account = choose_account(db, EMAILS[case.timezone])
        contact_type = find_type(db, account, type_name)
        fields = types.fields_of_type(db, contact_type.id)
        kinds = {key: str(field.kind) for key in case.kinds if (field := fields.by_key.get(key))}
        assert kinds == dict(case.kinds)
        for email, expected in case.values.items():
            found = show_contact(db, services.clock(), account, contact_type, email)
            values = {fields.by_id[id_].key: _plain(value) for id_, value in found.contact.values.items()}
            assert {key: values.get(key) for key in expected} == dict(expected), email
        for email in case.absent:
            with pytest.raises(NotFound):
                show_contact(db, services.clock(), account, contact_type, email)
    finally:
        services.close()


def _plain(value: Any) -> Any:
    return set(value) if isinstance(value, tuple) else value


def counts(report: dict[str, Any], step: Step) -> dict[str, int]:
    """Take the counts from a report that are known."""
    return {name: report[name] for name in step.counts}


@each()
def test_a_contact_file_is_imported_by_command(server: Server, commands: Commands, case: Case) -> None:
    for step in case.steps:
        path = FILES / step.file
        foretold = commands.take(path, *step.options, "--dry-run")
        report = commands.take(path, *step.options)
        assert counts(report, step) == dict(step.counts), report
        reported = ("created_fields", "reasons", "notices")
        assert {name: foretold[name] for name in (*step.counts, *reported)} == {
            name: report[name] for name in (*step.counts, *reported)
        }
    check(server.data, commands.type, case)


@each(4)
def test_a_contact_file_is_imported_from_standard_input(
    server: Server, commands: Commands, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in case.steps:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO((FILES / step.file).read_bytes())))
        report = commands.take("-", *step.options)
        assert counts(report, step) == dict(step.counts), report
    check(server.data, commands.type, case)


@each(4)
def test_a_contact_file_is_imported_in_the_console(
    server: Server, commands: Commands, case: Case, visitors: dict[str, Visitor]
) -> None:
    visitor = visitors[case.timezone]
    for step in case.steps:
        place = place_of(upload_file(visitor, commands.type_id, (FILES / step.file).read_bytes(), step.file))
        chosen = {f"column-{columns_of(visitor, place).index(name)}": choice for name, choice in step.choices.items()}
        path = begin(visitor, place, "import", chosen)
        _, page = wait_until_processed(visitor, path)
        figures = figures_on(page)
        expected = {name: count for name, count in step.counts.items() if name != "rows"}
        assert {name: figures.get(name, 0) for name in expected} == expected, page
    check(server.data, commands.type, case)


@each(4)
def test_an_export_is_imported_unchanged(server: Server, commands: Commands, case: Case, tmp_path: Path) -> None:
    for step in case.steps:
        commands.take(FILES / step.file, *step.options)
    for ending in ENDINGS if ALL else [ENDINGS[CASES.index(case) % len(ENDINGS)]]:
        file = tmp_path / f"export.{ending}"
        written = commands.run("export", "--type", commands.type, file)
        again = commands.run("import", file, "--type", commands.type)
        assert (again["unchanged"], again["rejected"]) == (written["rows"], 0), again
    check(server.data, commands.type, case)


def columns_of(visitor: Visitor, place: str) -> list[str]:
    """Read the names of the columns off the page of a file."""
    return re.findall(r'<label for="column-\d+">([^<]+)</label>', visitor.get(place).text)


def names(cases: Sequence[Case]) -> set[str]:
    """Name the files of some cases."""
    return {step.file for case in cases for step in case.steps}


@pytest.mark.parametrize("directory", [FILES] if FILES.exists() else [], ids=["contact_files"])
def test_every_file_has_a_case(directory: Path) -> None:
    assert names(CASES) == {path.name for path in directory.glob("*.csv")}
