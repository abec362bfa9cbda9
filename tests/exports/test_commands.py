"""`tamis export` as a process, with and without a running server."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tamis.actions.exporting.directories import find_export_directory
from tamis.actions.services import Services
from tamis.domain.errors import NotFound
from tamis.domain.files.exports import Format, resolve_fields
from tamis.domain.values.fields import FieldSet
from tamis.records import contacts, types
from tamis.records.accounts import accounts
from tamis.records.engine.sql import each
from tamis.settings import Settings
from tests.exports.readers import Row, cells, read
from tests.support import forked
from tests.support.process import Refused, Server, environment, tamis
from tests.support.users import new_account

PEOPLE = """email,first_name,last_name,Nick name,Score,Born,Seen,Subscribed,Plan,Interests
"c@example.org","=HYPERLINK(""x"")",Curie,"'@x",0.1,1867-11-07,2024-05-01T10:00:05.5Z,true,pro,"music; art"
a@example.org,"Ann
Lee","O""Neil, jr",a; b,-3,0044-03-15,2024-05-01 10:00,false,free,music
B@Example.org,,🦊,-minus,1e300,,,,,
d@example.org,Dora,,,16777217,2000-02-29,,true,,art
"""
FIELDS = {
    "Nick name": ["text"],
    "Score": ["number"],
    "Born": ["date"],
    "Seen": ["datetime"],
    "Subscribed": ["boolean"],
    "Plan": ["choice", "--option", "free", "--option", "pro"],
    "Interests": ["choices", "--option", "art", "--option", "music"],
}
FORMATS = ["csv", "ndjson", "parquet", "csv.gz", "ndjson.gz"]
TYPE = ("--type", "People")
SEGMENT = "Liked"
LINKS_LEAD_HERE = (
    rb"Unsubscribe links lead to \S+, which recipients may not reach: set TAMIS_PUBLIC_URL before mailing\.\n"
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Contacts of every kind, and a segment with members, one added contact, one added stranger and one removed."""
    directory = tmp_path_factory.mktemp("prepared")
    data, file = directory / "data", directory / "people.csv"
    file.write_text(PEOPLE)
    with Server(data) as server:
        owner = new_account(data, server.address, "owner@example.org")
        owner.tamis("type", "create", "People")
        for name, (kind, *options) in FIELDS.items():
            owner.tamis("field", "create", name, *TYPE, "--kind", kind, *options)
        owner.tamis("import", file, *TYPE, "--formulas", "keep")
        made = owner.tamis("segment", "create", SEGMENT, *TYPE, "--where", "score > 0")
        assert owner.add(made["id"], "a@example.org", "Another", "Name").status_code == 200
        assert owner.add(made["id"], "stranger@example.org", "=Stran", "Ger").status_code == 200
        assert owner.delete_recipient(owner.recipient(made["id"], "d@example.org")["id"]).status_code == 200
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    """A directory for files, in which nothing but them may be at the end."""
    directory = tmp_path / "out"
    directory.mkdir()
    yield directory
    assert not [path for path in directory.iterdir() if "unfinished" in path.name]


def records(data: Path) -> tuple[FieldSet, list[Row]]:
    """Read the contacts out of the records, in order of id."""
    services = Services(Settings(data))
    try:
        db = services.records.reader()
        (account_id,) = (int(row[0]) for row in each(db, "SELECT id FROM accounts WHERE email LIKE 'owner@%'"))
        account = accounts.account_by_id(db, account_id)
        assert account
        contact_type = types.type_by_name(db, account.id, "People")
        assert contact_type
        fields = types.fields_of_type(db, contact_type.id)
        ids = [int(row[0]) for row in each(db, "SELECT id FROM contacts ORDER BY id")]
        found = sorted(contacts.by_ids(db, ids, fields), key=lambda c: c.id)
        rows = [{f.key: v for f in fields.fields if (v := c.value_of(f)) is not None} for c in found]
        return fields, rows
    finally:
        services.close()


def by_address(rows: list[Row]) -> dict[str, Row]:
    """Find rows by the part of their address before the @."""
    return {str(row["email"]).partition("@")[0].lower(): row for row in rows}


def piped(data: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run an export to standard output."""
    command = [sys.executable, "-m", "tamis", "export", *arguments, "--data", str(data)]
    return forked.run(command, env=environment(), timeout=120)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_source_in_every_format(either: Path, out: Path, ending: str) -> None:
    fields, rows = records(either)
    chosen, people = resolve_fields(fields, None), by_address(rows)
    stranger = {"email": "stranger@example.org", "first_name": "=Stran", "last_name": "Ger"}
    sources: list[tuple[list[str], list[Row]]] = [
        ([*TYPE], rows),
        ([*TYPE, "--where", "score < 0 or score > 16777216.5"], [r for r in rows if r is not people["c"]]),
        ([SEGMENT], [people["a"], people["b"], people["c"], dict(stranger)]),
    ]
    for number, (source, expected) in enumerate(sources):
        file = out / f"{number}.{ending}"
        report = tamis(either, "export", *source, file)
        content = file.read_bytes()
        assert (report["rows"], report["bytes"], report["file"]) == (len(expected), len(content), str(file))
        columns = resolve_fields(fields, None, with_links=True) if source == [SEGMENT] else chosen
        found = read(content, Format(ending.partition(".")[0]), columns)
        if source == [SEGMENT]:  # in order of recipient id: that of contacts, and then external recipients
            assert all("/u/" in str(row.pop("unsubscribe_url")) for row in found)
            assert found == [row for row in rows if row in expected] + expected[-1:]
        else:
            assert found == expected


def test_standard_output_has_only_the_rows(either: Path, out: Path) -> None:
    for form in Format:
        tamis(either, "export", SEGMENT, out / f"x.{form}", "--force")
        done = piped(either, SEGMENT, "-", "--format", form)
        assert done.returncode == 0
        assert re.fullmatch(LINKS_LEAD_HERE, done.stderr)
        if form is not Format.PARQUET:
            assert done.stdout == (out / f"x.{form}").read_bytes()
    assert piped(either, SEGMENT, "-").stdout == (out / "x.csv").read_bytes()


def test_fields_are_chosen_and_ordered(either: Path) -> None:
    done = piped(either, *TYPE, "-", "--fields", "score, Nick name,email")
    assert cells(done.stdout)[:3] == [
        ["score", "nick_name", "email"],
        ["0.1", "''@x", "c@example.org"],
        ["-3", "a; b", "a@example.org"],
    ]


def test_a_row_of_one_blank_value_is_exported_as_a_row(either: Path) -> None:
    done = piped(either, *TYPE, "-", "--fields", "born")
    assert cells(done.stdout) == [["born"], ["1867-11-07"], ["0044-03-15"], [""], ["2000-02-29"]]


def test_formulas_are_escaped_unless_they_are_kept_on_request(data: Path) -> None:
    wanted = (*TYPE, "-", "--fields", "first_name,nick_name,score", "--where", "email is not blank")
    escaped, kept = (cells(piped(data, *wanted, "--formulas", how).stdout) for how in ("escape", "keep"))
    assert escaped[1] == ['\'=HYPERLINK("x")', "''@x", "0.1"]
    assert kept[1] == ['=HYPERLINK("x")', "'@x", "0.1"]
    assert escaped[3] == ["", "'-minus", "1e+300"]
    assert escaped[2][2] == "-3", "a number is no formula"


REFUSALS: list[tuple[list[str], str]] = [
    (["Nobody", "x.csv"], 'there is no segment "Nobody"'),
    ([SEGMENT], "use one of these: tamis export SEGMENT FILE"),
    ([*TYPE, SEGMENT, "x.csv"], "use one of these"),
    ([SEGMENT, "x.csv", "--where", "score > 1"], "--type TYPE"),
    (["--type", "Ghosts", "x.csv"], 'there is no contact type "Ghosts"'),
    ([*TYPE, "x.csv", "--where", "shoe_size > 1"], "shoe_size"),
    ([*TYPE, "x.csv", "--fields", "email,shoe"], 'there is no field "shoe"; choose from email, first_name,'),
    ([*TYPE, "x.csv", "--fields", "email,Email"], '"Email" is listed twice'),
    ([*TYPE, "x.csv", "--fields", ","], "lists no field"),
    ([*TYPE, "x.xlsx"], "must end in .csv, .ndjson, .parquet"),
    ([*TYPE, "x.parquet.gz"], "must end in .csv"),
    ([*TYPE, "x.gz", "--format", "parquet"], "remove .gz"),
    ([*TYPE, "x.parquet", "--bom"], "--bom"),
    ([*TYPE, "nowhere/x.csv"], "there is no directory"),
    ([*TYPE, "directory.csv"], "is not a regular file"),
    ([*TYPE, "there.csv"], "replace it with --force"),
    ([*TYPE, "-"], "--json"),
]


def test_refusals_give_advice_and_leave_no_file(either: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(out)
    (out / "directory.csv").mkdir()
    (out / "there.csv").write_text("mine")
    for arguments, words in REFUSALS:
        with pytest.raises(Refused) as refused:
            tamis(either.resolve(), "export", *arguments)
        status, message = refused.value.args
        assert (status, "Traceback" in message) == (1, False), arguments
        assert words in message, arguments
    assert sorted(path.name for path in out.iterdir()) == ["directory.csv", "there.csv"]
    assert (out / "there.csv").read_text() == "mine"
    assert not list((either / "exports").iterdir())


def test_a_file_is_replaced_only_with_force_and_links_are_followed(data: Path, out: Path) -> None:
    (out / "real.csv").write_text("old")
    (out / "link.csv").symlink_to("real.csv")
    tamis(data, "export", *TYPE, out / "link.csv", "--force")
    assert (out / "link.csv").is_symlink()
    assert (out / "real.csv").read_text().startswith("email,")


def test_segments_and_types_of_another_account_are_not_found(either: Path, out: Path) -> None:
    tamis(either, "account", "create", "--email", "somebody@example.org")
    for arguments in ([SEGMENT], ["1"], [*TYPE], ["--type", "1"]):
        with pytest.raises(Refused, match="there is no"):
            tamis(either, "export", *arguments, out / "x.csv", "--account", "somebody@example.org")


def test_a_server_writes_only_to_files_that_a_command_created(data: Path) -> None:
    for name in ("..", "a" * 32, "../exports", ""):
        with pytest.raises(NotFound):
            find_export_directory(data, name)


KILLED = """
import os, signal, sys
from tamis.actions.exporting import {module}
def killed(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{name} = killed
from tamis.cli.main import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(("module", "name"), [("delivery", "sync"), ("delivery", "replace_durably")])
def test_a_killed_export_leaves_no_file_under_the_final_name(
    data: Path, tmp_path: Path, module: str, name: str
) -> None:
    target = tmp_path / "people.csv"
    command = [sys.executable, "-c", KILLED.format(module=module, name=name), "export", *TYPE, str(target)]
    killed = forked.run([*command, "--data", str(data)], env=environment())
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    report: dict[str, Any] = tamis(data, "export", *TYPE, target)
    assert report["rows"] == 4
    assert not list((data / "exports").iterdir()), "what the killed command has left is gone"
