"""Exit status 1 with one sentence that says what to do, 2 for wrong usage; never a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.cli.common import Common
from tamis.cli.segments.segment import show_members
from tamis.domain.errors import Unavailable
from tests.support import forked, in_process
from tests.support.process import TIMEOUT_SECONDS, Refused, Server, environment, tamis

NO_UTF8 = os.fsdecode(b"caf\xe9")
"""What Python makes of the bytes of an argument that are no UTF-8."""


def run(data: Path, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command as a person does."""
    return in_process.run_text([*arguments, "--data", str(data)], given)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["segment", "count", "--type", "Nobody", "--where", ""], 'here is no contact type "Nobody"'),
        (["segment", "count", "--type", "People", "--where", "age > 3"], 'there is no field "age"'),
        (["segment", "count", "--type", "People", "--where", "birth_date >"], "ends too early"),
        (["segment", "show", "Nothing"], 'here is no segment "Nothing"'),
        (["segment", "delete", "999999999999999999999"], "here is no segment"),
        (["type", "create", "people"], 'here is already a contact type "people"'),
        (["type", "create", " "], "must not be blank"),
        (["type", "create", "a\nb"], "control characters"),
        (["field", "create", "Email", "--type", "People", "--kind", "text"], 'already a field "Email" in People'),
        (["field", "create", "!!", "--type", "People", "--kind", "text"], "at least one letter or digit"),
        (["field", "create", "Plan", "--type", "People", "--kind", "choice"], "needs at least one option"),
        (["field", "create", "Likes", "--type", "People", "--kind", "choices"], "needs at least one option"),
        (
            ["field", "create", "Likes", "--type", "People", "--kind", "choices", "--option", "Art; Music"],
            'must not contain ";"',
        ),
        (["field", "create", "Age", "--type", "People", "--kind", "number", "--option", "1"], "has no options"),
        (["field", "edit", "birth_date", "--type", "People"], "nothing to change: add --name, --kind"),
        (["field", "edit", "nothing", "--type", "People", "--name", "x"], 'there is no field "nothing" in People'),
        (["field", "edit", "birth_date", "--type", "People", "--name", "City"], 'already a field "City" in People'),
        (["field", "edit", "birth_date", "--type", "People", "--kind", "choice"], "needs at least one option"),
        (["segment", "edit", "Nothing", "--name", "x"], 'here is no segment "Nothing"'),
        (["field", "edit", "birth_date", "--type", "People", "--rename-option", "A"], '"A" must be OLD=NEW'),
        (["segment", "edit", "Nothing"], "nothing to change: add --name, --where or --description"),
        (["field", "delete", "email", "--type", "People"], "is a standard field"),
        (["field", "delete", "nothing", "--type", "People"], 'there is no field "nothing" in People'),
        (["import", "/no/such/file.csv", "--type", "People"], "cannot be read: No such file"),
        (["account", "create", "--email", "nonsense"], "is not a valid email"),
        (["account", "create", "--email", "OWNER@example.org"], "there is already an account for"),
        (["account", "create", "--email", "b@example.org", "--timezone", "Mars/Base"], "is not a time zone"),
        (["account", "create", "--email", "b@example.org", "--timezone", "../../etc/passwd"], "is not a time zone"),
        (["field", "delete", "9" * 5_000, "--type", "People"], "there is no field"),
        (["serve", "--port", "99999"], "the port does not exist"),
        (["contact", "show", "nonsense", "--type", "People"], "there is no contact"),
        (["type", "list", "--account", "stranger@example.org"], "here is no account"),
        (["segment", "show", NO_UTF8], "is not valid UTF-8"),
        (["segment", "count", "--type", NO_UTF8, "--where", ""], "is not valid UTF-8"),
        (["key", "revoke", NO_UTF8], "is not valid UTF-8"),
        (["segment", "sample", "1", "--percent", "10", "--seed", NO_UTF8], "--seed: is not valid UTF-8"),
    ],
)
def test_a_refusal_says_what_is_wrong(data: Path, arguments: list[str], reason: str) -> None:
    done = run(data, *arguments)
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_commands_that_a_server_cannot_run_are_refused_at_once(data: Path) -> None:
    with Server(data):
        done = run(data, "backup", str(data.with_name(NO_UTF8)), "--json")
    assert done.returncode == 1
    assert "is not valid UTF-8" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_terminal_without_all_characters_is_written_to(data: Path, options: list[str]) -> None:
    tamis(data, "type", "create", "Gäste ✓")
    done = forked.run(
        [sys.executable, "-m", "tamis", "type", "list", "--data", str(data), *options],
        env=environment() | {"PYTHONIOENCODING": "latin-1"},
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == 0
    if options:
        assert "Gäste ✓" in [one["name"] for one in json.loads(done.stdout.decode("latin-1"))["contact_types"]]
    else:
        assert "Gäste \\u2713" in done.stdout.decode("latin-1")


def test_a_list_that_is_refused_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def documents() -> Iterator[str]:
        raise Unavailable("the disk is full")
        yield ""

    with pytest.raises(Unavailable):
        show_members(Common(json=True), documents())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("documents", [[], ['{"id":1}'], ['{"id":1}', '{"id":2}']])
def test_a_list_is_one_json_document(documents: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    show_members(Common(json=True), iter(documents))
    assert json.loads(capsys.readouterr().out) == {"members": [json.loads(document) for document in documents]}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["segment", "nonsense"],
        ["segment", "count"],
        ["segment", "members", "1", "--limit", "many"],
        ["field", "create", "Age", "--type", "People", "--kind", "nonsense"],
        ["import", "x.csv", "--type", "People", "--blank", "sometimes"],
        ["type", "list", "--nonsense"],
    ],
)
def test_wrong_usage_ends_with_status_2(data: Path, arguments: list[str]) -> None:
    done = run(data, *arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_all_errors_of_a_rule_are_reported_with_their_positions(data: Path) -> None:
    done = run(data, "segment", "count", "--type", "People", "--where", 'contry = "India" and birth_date > "soon"')
    assert done.stderr.splitlines() == [
        'line 1, column 1: there is no field "contry"; did you mean "country"?',
        'line 1, column 35: the value of "Birth date" must be a date such as 2024-12-31, not "soon"',
    ]


def test_a_command_without_an_account_explains_how_to_create_one(tmp_path: Path) -> None:
    done = run(tmp_path / "data", "type", "list")
    assert done.returncode == 1
    assert "tamis account create" in done.stderr


def test_with_several_accounts_one_must_be_chosen(data: Path) -> None:
    tamis(data, "account", "create", "--email", "second@example.org", "--timezone", "Asia/Dhaka")
    with pytest.raises(Refused, match="choose one with --account"):
        tamis(data, "type", "list")
    assert tamis(data, "type", "list", "--account", "second@example.org") == {"contact_types": []}
    with pytest.raises(Refused, match='here is no contact type "People"'):
        tamis(data, "field", "list", "--type", "People", "--account", "second@example.org")
    tamis(data, "segment", "create", "All", "--type", "People", "--where", "email is not blank",
          "--account", "owner@example.org")  # fmt: skip
    for change in (("edit", "All", "--name", "Mine"), ("delete", "All")):
        with pytest.raises(Refused, match='here is no segment "All"'):
            tamis(data, "segment", *change, "--account", "second@example.org")
    for change in (("edit", "birth_date", "--name", "Mine"), ("delete", "birth_date")):
        with pytest.raises(Refused, match='here is no contact type "People"'):
            tamis(data, "field", *change, "--type", "People", "--account", "second@example.org")


def test_a_password_comes_from_standard_input_and_is_kept_as_a_hash(tmp_path: Path) -> None:
    create = ("account", "create", "--email", "me@example.org", "--password-stdin")
    assert "at least 10 characters" in run(tmp_path / "data", *create, given="short\n").stderr
    done = run(tmp_path / "data", *create, given="correct horse battery\n")
    assert done.returncode == 0
    stored = b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
    assert b"$argon2id$" in stored
    assert b"correct horse" not in stored


def test_secrets_are_shown_once_and_kept_as_hashes(data: Path) -> None:
    secret = tamis(data, "key", "create")["secret_key"]
    stored = b"".join(file.read_bytes() for file in data.iterdir() if file.is_file())
    assert secret.encode() not in stored


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["segment", "show"], 'SEGMENT is missing; see "tamis segment show --help"'),
        (["import", "people.csv"], '--type is missing; see "tamis import --help"'),
        (["field", "create", "Plan", "--type"], '--type needs a value; see "tamis field create --help"'),
        (["import", "undo", "x"], 'IMPORT-ID must be a whole number, not "x"'),
        (["segment", "sample", "Some", "--percent", "x"], '--percent must be a number, not "x"'),
    ],
)
def test_wrong_usage_names_the_argument_as_the_help_does(arguments: list[str], said: str) -> None:
    done = in_process.run_text(arguments)
    assert done.returncode == 2
    assert said in done.stderr
