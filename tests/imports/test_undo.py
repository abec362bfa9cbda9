"""Undoing an import: only for its owner, once, and only contacts that are unchanged since."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.fields.field_edits import FieldEdit, edit_field
from tamis.actions.fields.fields import create_field, delete_field
from tamis.actions.importing.jobs import jobs
from tamis.actions.importing.jobs.undo import UndoReport, undo_import
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import create_segment, segment_sizes
from tamis.actions.services import Services
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import NotFound, Refused
from tamis.domain.files.import_reports import RequestedOptions, UndoProgress
from tamis.domain.files.imports import ImportState
from tamis.domain.values.fields import CITY, Kind
from tamis.records import contacts
from tamis.records.engine.sql import fetch
from tamis.records.importing import imports
from tamis.rules.syntaxes.text import from_text
from tests.imports.conftest import CREATE, Workspace
from tests.support import forked
from tests.support.process import environment, tamis

ANN, BOB, CLEO = "ann@example.org", "bob@example.org", "cleo@example.org"
FIRST = f"email,city\n{ANN},Lima\n{BOB},Lima\n"
SECOND = f"email,city\n{ANN.upper()},Cusco\n{BOB},Lima\n{CLEO},Cusco\n"
NOTHING: tuple[str, ...] = ()
EVERYONE = 1 << 53


def taken(workspace: Workspace, content: str, options: ImportOptions = CREATE) -> int:
    """Import the content of a file, and give the id of the import."""
    id_ = workspace.take(content, options).import_id
    assert id_
    return id_


def undo(workspace: Workspace, import_id: int) -> UndoReport:
    """Undo an import of the workspace's owner."""
    return undo_import(workspace.services, workspace.account, import_id)


def stored(workspace: Workspace) -> list[Any]:
    """Return all that the records say of the contacts, but for which import wrote them last."""
    sql = "SELECT id, email, email_key, field_values, created_at, updated_at FROM contacts ORDER BY id"
    return fetch(workspace.services.records.reader(), sql)


def touch(workspace: Workspace, contact_id: int, city: str | None = "Quito") -> None:
    """Set a value of a contact without an import."""
    services = workspace.services
    services.write(lambda db, now: contacts.store_values(db, workspace.type.id, CITY, [(contact_id, city)], now))


def test_undoing_an_import_restores_everything_it_changed(workspace: Workspace) -> None:
    taken(workspace, FIRST)
    before = stored(workspace)
    second = taken(workspace, SECOND)
    assert stored(workspace) != before
    assert undo(workspace, second) == UndoReport(1, 1, 0, 0, 0, NOTHING)
    assert stored(workspace) == before
    found = jobs.find_import(workspace.services, workspace.account, second)
    assert found.state == ImportState.UNDONE
    assert found.job.report.undo == UndoProgress(deleted=1, restored=1, gone=0)
    assert found.job.report.ignored_columns == ()  # what was reported of the import itself is still there


def test_imports_undone_newest_first_end_at_the_start(workspace: Workspace) -> None:
    states, made = [stored(workspace)], []
    for content in (FIRST, SECOND, f"email,city\n{CLEO},Lima\n{ANN},Lima\n"):
        made.append(taken(workspace, content))
        states.append(stored(workspace))
    for id_ in reversed(made):
        states.pop()
        undo(workspace, id_)
        assert stored(workspace) == states[-1]
    assert stored(workspace) == []


def test_undoing_an_older_import_keeps_newer_changes(workspace: Workspace) -> None:
    first, second = taken(workspace, FIRST), taken(workspace, SECOND)
    assert undo(workspace, first) == UndoReport(1, 0, 1, 0, 0, (ANN.upper(),))
    assert (workspace.values(ANN), workspace.values(CLEO)) == ({"city": "Cusco"}, {"city": "Cusco"})
    assert undo(workspace, second) == UndoReport(1, 1, 0, 0, 0, NOTHING)
    assert [row[1] for row in stored(workspace)] == [ANN]
    assert workspace.values(ANN) == {"city": "Lima"}


@pytest.mark.parametrize("city", ["Quito", None])
def test_contacts_edited_since_are_kept(workspace: Workspace, city: str | None) -> None:
    taken(workspace, FIRST)
    second = taken(workspace, SECOND)
    for contact_id in (1, 3):
        touch(workspace, contact_id, city)
    before = stored(workspace)
    assert undo(workspace, second) == UndoReport(0, 0, 2, 0, 0, (ANN.upper(), CLEO))
    assert stored(workspace) == before


def test_a_recreated_contact_is_a_different_contact(workspace: Workspace) -> None:
    first = taken(workspace, FIRST)
    workspace.services.write(delete_contact, workspace.account, workspace.type, ANN)
    again = taken(workspace, FIRST)
    assert undo(workspace, first) == UndoReport(1, 0, 0, 0, 1, NOTHING)
    assert [row[:2] for row in stored(workspace)] == [(3, ANN)]
    assert undo(workspace, again) == UndoReport(1, 0, 0, 0, 0, NOTHING)


def test_a_deleted_contact_is_not_restored(workspace: Workspace) -> None:
    taken(workspace, FIRST)
    second = taken(workspace, SECOND)
    workspace.services.write(delete_contact, workspace.account, workspace.type, ANN)
    assert undo(workspace, second) == UndoReport(1, 0, 0, 0, 1, NOTHING)
    assert [row[1] for row in stored(workspace)] == [BOB]


def test_a_contact_with_a_later_override_is_kept(workspace: Workspace) -> None:
    services, account = workspace.services, workspace.account
    lima = services.write(create_segment, account, workspace.type, "Lima", from_text('city = "Lima"'))
    friends = services.write(create_segment, account, workspace.type, "Friends", None)
    services.write(add_recipient, account, friends.id, Email(CLEO, CLEO), "Cleo", "Early")
    before = recipient_page(services, account.id, friends.id, 0, EVERYONE)
    made = taken(workspace, f"email,city\n{ANN},Lima\n{BOB},Lima\n{CLEO},Lima\nd@example.org,Lima\n")
    assert segment_sizes(services)[lima.id] == 4
    services.write(add_recipient, account, friends.id, Email(ANN, ANN), "Ann", "Late")
    services.write(delete_recipient, account, lima.id << 32 | 2)  # Bob
    assert undo(workspace, made) == UndoReport(2, 0, 2, 0, 0, (ANN, BOB))
    sizes = segment_sizes(services)
    assert (sizes[lima.id], sizes[friends.id]) == (1, 2)
    left = recipient_page(services, account.id, friends.id, 0, EVERYONE)
    assert [row for row in left if row[0] == before[0][0]] == before
    assert services.open_columns().applied == workspace.changes


def test_values_that_no_longer_fit_are_not_restored(workspace: Workspace) -> None:
    services = workspace.services
    services.write(create_field, workspace.type, "Size", Kind.CHOICE, ["small", "large"])
    services.write(create_field, workspace.type, "Code", Kind.TEXT)
    services.write(create_field, workspace.type, "Gone", Kind.TEXT)
    taken(workspace, f"email,size,code,gone\n{ANN},small,x,1\n{BOB},large,y,2\n{CLEO},large,7,3\n")
    erasing = ImportOptions(erase=True)
    made = taken(workspace, f"email,size,code,gone\n{ANN},large,,5\n{BOB},large,,6\n{CLEO},large,,7\n", erasing)
    services.write(edit_field, workspace.account, workspace.type, "size", FieldEdit(delete_options=["small"]))
    services.write(edit_field, workspace.account, workspace.type, "code", FieldEdit(kind=Kind.NUMBER))
    services.write(delete_field, workspace.type, "gone")
    assert undo(workspace, made) == UndoReport(
        0, 0, 0, 3, 0, (ANN, BOB, CLEO)
    )  # the code of Cleo is text, not a number
    assert workspace.values(ANN) == {"size": "large"}


def test_deleted_fields_are_skipped_and_created_fields_are_kept(workspace: Workspace) -> None:
    taken(workspace, f"email,gone,city\n{ANN},1,Lima\n")
    made = taken(workspace, f"email,gone,city,fresh\n{ANN},2,Cusco,yes\n")
    workspace.services.write(delete_field, workspace.type, "gone")
    assert undo(workspace, made) == UndoReport(0, 1, 0, 0, 0, NOTHING)
    assert workspace.values(ANN) == {"city": "Lima"}
    assert workspace.fields.find("fresh")


def test_every_refusal_to_undo_has_its_reason(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    made = taken(workspace, FIRST)
    stranger, _ = workspace.services.write(create_account, "stranger@example.org", "UTC", None)
    output = []
    for account, import_id in (
        (workspace.account, made + 1),
        (stranger, made),
        (workspace.account, 0),
        (workspace.account, 1 << 70),
    ):
        with pytest.raises(NotFound) as error:
            undo_import(workspace.services, account, import_id)
        output.append(str(error.value).replace(str(import_id), "N"))
    assert len(set(output)) == 1
    with (
        jobs.running_job(
            workspace.services, workspace.account, workspace.type, "more.csv", RequestedOptions(), dry_run=False
        ) as running,
        pytest.raises(Refused, match=f"import {running.id} is still running"),
    ):
        undo(workspace, running.id or 0)
    assert len(stored(workspace)) == 2
    undo(workspace, made)
    with pytest.raises(Refused, match=f"import {made} was already undone"):
        undo(workspace, made)
    assert workspace.take(FIRST, ImportOptions(dry_run=True)).import_id is None  # so there is nothing to name


def test_a_partly_failed_import_can_be_undone(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(workspace, FIRST)
    before = stored(workspace)
    stop = RuntimeError("a mistake")

    def fail(*_: Any) -> None:
        raise stop

    monkeypatch.setattr(jobs.RunningJob, "finish", fail)
    with pytest.raises(RuntimeError):
        workspace.take(SECOND)
    failed = imports.of_account(workspace.services.records.reader(), workspace.account.id, 1)[0]
    assert failed.state is ImportState.FAILED
    assert undo(workspace, failed.id) == UndoReport(1, 1, 0, 0, 0, NOTHING)
    assert stored(workspace) == before


PROGRAM = """
import os, signal, sys
from tamis.actions.importing.jobs import undo
step, calls = undo._step, 0
undo.CONTACTS_PER_STEP = 1000
def killed(*args):
    global calls
    calls += 1
    done = step(*args)
    if calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)  # in the middle of a transaction, with some steps on disk
    return done
undo._step = killed
from pathlib import Path
from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.settings import Settings
services = Services(Settings(Path(sys.argv[1])))
undo.undo_import(services, choose_account(services.records.reader(), None), 2)
"""


@pytest.mark.parametrize("step", [1, 3, 6])
def test_killed_and_run_again(workspace: Workspace, step: int) -> None:
    people = [f"p{n}@example.org" for n in range(5000)]
    taken(workspace, "email,city\n" + "".join(f"{email},Lima\n" for email in people[:2000]))
    before = stored(workspace)
    taken(workspace, "email,city\n" + "".join(f"{email},Cusco\n" for email in people))
    for contact_id in (5, 3000):
        touch(workspace, contact_id)
    workspace.services.close()
    data = workspace.services.settings.data
    command = [sys.executable, "-c", PROGRAM, str(data), str(step)]
    killed = forked.run(command, env=environment())
    assert killed.returncode == -9, killed.stderr
    assert tamis(data, "import", "show", "2")["state"] == "undoing"
    report = tamis(data, "import", "undo", "2")
    assert {name: report[name] for name in ("deleted", "restored", "touched", "unfit", "gone", "touched_emails")} == {
        "deleted": 2999, "restored": 1999, "touched": 2, "unfit": 0, "gone": 0,
        "touched_emails": [people[4], people[2999]],
    }  # fmt: skip
    assert tamis(data, "doctor")["ok"]
    workspace.services = Services(workspace.services.settings)  # which the workspace closes
    left = {row[0]: row for row in stored(workspace)}
    assert left.keys() == {row[0] for row in before} | {3000}
    assert [row for row in left.values() if row[0] not in (5, 3000)] == [row for row in before if row[0] != 5]


def test_the_command_reports_what_happened_to_the_contacts(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "undo"
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", "People")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tamis", "import", *arguments, "--data", str(data)]
        return forked.run_text(command, env=environment(), cwd=tmp_path, timeout=60)

    file.write_text(f"email,city\n{ANN},Lima\n{BOB},Lima\n")
    assert run("./undo", "--type", "People").returncode == 0  # a file that is called as the command, by its path
    file.write_text(f"email,city\n{ANN},Cusco\n{CLEO},Lima\n")
    assert run("./undo", "--type", "People").returncode == 0
    assert tamis(data, "contact", "delete", BOB, "--type", "People")["id"] == 2
    done = run("undo", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Import 1 undone.",
        "           0  deleted that it had created",
        "           0  restored that it had changed",
        "           1  left unchanged because they were edited since",
        "           1  already deleted",
        "Left unchanged:",
        f"  {ANN}",
        "Fields and options that the import created stay.",
    ]
    again = run("undo", "1")
    assert (again.returncode, again.stdout, again.stderr) == (1, "", "import 1 was already undone\n")
    assert tamis(data, "import", "undo", "2") == {
        "import_id": 2, "deleted": 1, "restored": 1, "touched": 0, "unfit": 0, "gone": 0, "touched_emails": [],
        "erased": True,
    }  # fmt: skip
