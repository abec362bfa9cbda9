"""Only the owner may read what Tamis writes, whatever the umask; every command is tested."""

import io
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tamis.actions.maintenance.doctor.directory import verify_directory
from tamis.actions.maintenance.file_permissions import list_open_to_others
from tamis.cli.main import app, main
from tests.support.console import Visitor, new_console_account
from tests.support.process import Server, tamis
from tests.support.uploads import begin, place_of, upload_file, wait_until_processed

AS_A_PROCESS = {("demo",), ("serve",), ("mcp",), ("webhook", "listen")}
WITHOUT_UMASK = ("sh", "-c", 'umask 0; exec "$@"', "sh")
PEOPLE = "email,age\np1@example.org,3\np2@example.org,x\n,5\nnobody\n"
OF_PEOPLE = ("--type", "People")
COMMANDS = (
    ("account", "create", "--email", "owner@example.org"),
    ("account", "password", "--password-stdin"),
    ("account", "edit", "--timezone", "Asia/Dhaka"),
    ("account", "list"),
    ("account", "create", "--email", "former@example.org"),
    ("account", "delete", "former@example.org", "--yes"),
    ("user", "invite", "ann@example.org", "--role", "editor"),
    ("user", "list"),
    ("user", "remove", "ann@example.org"),
    ("user", "role", "owner@example.org", "owner"),
    ("user", "reset", "owner@example.org"),
    ("key", "create"),
    ("key", "list"),
    ("key", "rename", "{key}", "Newsletter"),
    ("key", "revoke", "{key}"),
    ("type", "create", "People"),
    ("type", "list"),
    ("type", "create", "Others"),
    ("type", "rename", "Others", "Else"),
    ("type", "delete", "Else"),
    ("field", "create", "Age", *OF_PEOPLE, "--kind", "number"),
    ("field", "list", *OF_PEOPLE),
    ("field", "edit", "age", *OF_PEOPLE, "--name", "Age in years"),
    ("field", "create", "Note", *OF_PEOPLE, "--kind", "text"),
    ("field", "move", "note", *OF_PEOPLE, "--before", "age_in_years"),
    ("field", "delete", "note", *OF_PEOPLE),
    ("import", "{file}", *OF_PEOPLE, "--map", "age=age_in_years"),
    ("import", "list"),
    ("import", "show", "1"),
    ("contact", "create", "p3@example.org", *OF_PEOPLE),
    ("topic", "create", "News", *OF_PEOPLE),
    ("topic", "list", *OF_PEOPLE),
    ("topic", "set", "News", "p3@example.org", "subscribed", *OF_PEOPLE),
    ("topic", "records", "{place}/consent.csv", *OF_PEOPLE),
    ("topic", "edit", "News", *OF_PEOPLE, "--name", "Weekly"),
    ("topic", "delete", "Weekly", *OF_PEOPLE),
    ("contact", "edit", "p3@example.org", *OF_PEOPLE, "--set", "age_in_years=7"),
    ("contact", "show", "p3@example.org", *OF_PEOPLE),
    ("events", "import", "{events}", *OF_PEOPLE),
    ("events", "export", "{place}/events.ndjson", *OF_PEOPLE),
    ("events", "list", *OF_PEOPLE),
    ("events", "describe", "order", "What was bought", *OF_PEOPLE),
    ("events", "hide", "order", *OF_PEOPLE),
    ("events", "keep", "order", "2y", *OF_PEOPLE),
    ("events", "kind", "order", "amount", "text", *OF_PEOPLE),
    ("segment", "create", "All", *OF_PEOPLE, "--where", 'email contains "@"'),
    ("segment", "create", "Young", *OF_PEOPLE, "--where", "age_in_years < 5"),
    ("segment", "edit", "Young", "--where", "age_in_years < 4"),
    ("segment", "count", *OF_PEOPLE, "--where", "age_in_years < 5"),
    ("segment", "list"),
    ("segment", "show", "All"),
    ("segment", "members", "All"),
    ("segment", "overlap", "All", "Young"),
    ("segment", "sample", "All", "--percent", "50"),
    ("segment", "history", "All"),
    ("segment", "forecast", "All"),
    ("segment", "explain", "All", "p3@example.org"),
    ("segment", "versions", "Young"),
    ("segment", "diff", "Young", "1", "2"),
    ("segment", "restore", "Young", "1"),
    ("segment", "delete", "Young"),
    ("segment", "trash", "list"),
    ("segment", "trash", "restore", "Young"),
    ("segment", "delete", "Young"),
    ("segment", "trash", "empty"),
    ("suppress", "add", "p3@example.org"),
    ("suppress", "list"),
    ("suppress", "export", "{place}/suppressions.csv"),
    ("suppress", "import", "{place}/suppressions.csv"),
    ("suppress", "remove", "p3@example.org"),
    ("signing-key", "list"),
    ("signing-key", "rotate"),
    ("provider", "create", "brevo"),
    ("provider", "edit", "1", "--description", "Newsletter"),
    ("provider", "rotate", "1"),
    ("provider", "list"),
    ("provider", "activity", "1"),
    ("provider", "delete", "1"),
    ("contact", "purge", *OF_PEOPLE, "--where", 'email = "p1@example.org"'),
    ("contact", "delete", "p3@example.org", *OF_PEOPLE, "--forget"),
    ("contact", "allow", "p3@example.org", *OF_PEOPLE),
    ("import", "undo", "1"),
    ("export", "All", "{place}/all.csv"),
    ("export", *OF_PEOPLE, "{place}/people.parquet"),
    ("export", *OF_PEOPLE, "{place}/readable.ndjson", "--force"),
    ("pull", "{place}/definitions.yaml"),
    ("plan", "{place}/definitions.yaml"),
    ("apply", "{place}/definitions.yaml"),
    ("webhook", "list"),
    ("audit", "list"),
    ("erase",),
    ("accept-loss",),
    ("backup", "{place}/backup"),
    ("doctor",),
    ("restore", "{place}/backup"),
)


def all_commands(part: Any = app, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk the tree of commands."""
    below = [name for name in part if not name.startswith("-")]
    if not below:
        yield path
    for name in below:
        yield from all_commands(part[name], (*path, name))


def readable(place: Path) -> list[str]:
    """Name what others than the owner have any right to, in a directory and below."""
    return [
        f"{path} {stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (place, *place.rglob("*"))
        if path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]


@pytest.fixture
def without_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_files_of_each_command_are_private_to_the_owner(
    tmp_path: Path,
    without_umask: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    file = place / "people.csv"
    file.write_text(PEOPLE)
    file.chmod(0o600)
    events = place / "events.csv"
    events.write_text(
        "email,event,at,amount\np3@example.org,order,2026-11-20,5\nnobody@example.org,order,2026-11-20,5\n"
    )
    events.chmod(0o600)
    (place / "readable.ndjson").write_text("replaced by an export")  # made for all to read, by somebody else
    known = {"file": str(file), "events": str(events), "place": str(place), "key": ""}
    for command in COMMANDS:
        os.umask(0)
        data = place / ("restored" if command[0] == "restore" else "data")
        monkeypatch.setattr("sys.stdin", io.StringIO("grain by grain 42\n"))
        main([*(part.format(**known) for part in command), "--data", str(data), "--json"])
        printed = capsys.readouterr().out
        if command == ("key", "create"):
            known["key"] = printed.split('"public_key": "')[1].split('"')[0]
        ours = [line for line in readable(place) if not line.startswith(f"{place}/readable.ndjson 666")]
        assert ours == [], command
    assert [line for line in readable(place) if "readable" in line] == []  # the export has replaced it


def test_every_command_is_covered() -> None:
    tried = {command[:size] for command in COMMANDS for size in (1, 2, 3)}
    missing = [path for path in all_commands() if path not in tried | AS_A_PROCESS]
    assert missing == []


def test_files_of_a_server_are_private_to_the_owner(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    data = place / "data"
    with Server(data, prefix=WITHOUT_UMASK) as server:
        person = new_console_account(data, server.address, "owner@example.org")
        tamis(data, "type", "create", "People")
        visitor = Visitor(server.address)
        visitor.sign_in(person.email)
        answer = upload_file(visitor, 1, PEOPLE.encode())
        assert readable(place) == []  # also while a file waits
        wait_until_processed(visitor, begin(visitor, place_of(answer), "import", {"field_2": "new"}))
        tamis(data, "segment", "create", "All", "--type", "People", "--where", 'email contains "@"')
        assert visitor.get("/segments/1/export?to=csv").status_code == 200
        tamis(data, "contact", "delete", "p1@example.org", "--type", "People")
        tamis(data, "erase", prefix=WITHOUT_UMASK)
        tamis(data, "backup", place / "backup")
        tamis(data, "export", "All", place / "all.csv", prefix=WITHOUT_UMASK)
        assert readable(place) == []
    assert readable(place) == []


def test_files_of_the_demo_are_private_to_the_owner(
    tmp_path: Path, without_umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    monkeypatch.setattr("tamis.cli.server.serve.run_server", lambda *_: None)
    main(["demo", "--data", str(place / "data")])
    assert readable(place) == []


def widen(paths: Iterable[Path]) -> None:
    """Return all rights to all, as an older version did under a careless umask."""
    for path in paths:
        path.chmod(0o777 if path.is_dir() else 0o666)


def test_permissions_of_an_older_directory_are_restricted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    tamis(data, "account", "create", "--email", "owner@example.org")
    (data / "rejects").mkdir()
    widen((data, *data.rglob("*")))
    tamis(data, "key", "list")
    assert readable(data) == []


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "site"
    data.mkdir()
    (data / "index.html").write_text("for everybody")
    (data / "index.html").chmod(0o644)
    data.chmod(0o755)
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "key", "list")
    assert [line.removeprefix(f"{data}") for line in readable(data)] == [" 755", "/index.html 644"]


def test_permissions_that_cannot_be_restricted_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    tamis(data, "account", "create", "--email", "owner@example.org")
    (data / "tamis.sqlite").chmod(0o644)
    assert list_open_to_others(data) == [data / "tamis.sqlite"]
    found = verify_directory(data)
    assert found.wrong
    assert "1 file or directory can be opened by other users (tamis.sqlite)" in found.findings[0].message
