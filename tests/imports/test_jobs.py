"""An import is a job in the records with the figures of what is on disk, however its process ends."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.accounts.keys import create_key_pair
from tamis.actions.fields.types import create_type
from tamis.actions.importing.jobs.jobs import (
    INTERRUPTED,
    PLACE,
    find_import,
    get_status,
    list_imports,
    rejects_file,
)
from tamis.actions.importing.reports.failures import failure_reasons
from tamis.actions.importing.run import import_file
from tamis.actions.lookups import access_by_key_pair
from tamis.domain.accounts.accounts import ApiKey
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.files.import_reports import CreatedField, Details, RequestedOptions
from tamis.domain.files.imports import ImportJob, ImportState
from tamis.domain.values.fields import Kind
from tamis.records.handles import Transaction
from tamis.records.importing import imports
from tests.imports.conftest import CREATE, Workspace
from tests.support import forked
from tests.support.process import environment, tamis

MIXED = "email,n\na@example.org,1\nbad,2\nA@example.org,3\nb@example.org,4\n"


def only_job(workspace: Workspace) -> ImportJob:
    """Return the only job that there is."""
    [(job, _)] = list_imports(workspace.services, workspace.account, 10)
    return job


def test_a_job_is_stored_as_reported(workspace: Workspace) -> None:
    now = workspace.services.clock()
    job = workspace.services.records.write(
        lambda db: imports.insert(
            db, workspace.account.id, workspace.type.id, "people.csv", RequestedOptions(blank="erase"), now
        )
    )
    assert (job.state, job.started_at, job.options, job.rows_total) == (
        ImportState.RUNNING,
        now,
        RequestedOptions(blank="erase"),
        None,
    )

    def report_progress(db: Transaction) -> None:
        imports.set_phase(db, job.id, "storing", 10)
        imports.add_stored(db, job.id, 4, 1, 2, 0)
        imports.add_stored(db, job.id, 8, 1, 0, 2)
        imports.set_left_out(db, job.id, 10, 1, 1)
        imports.set_report(db, job.id, Details(reasons={"nothing": 1}))
        imports.set_state(db, job.id, ImportState.FAILED, now, "the disk is full")

    workspace.services.records.write(report_progress)
    reported = imports.by_id(workspace.services.records.reader(), workspace.account.id, job.id)
    assert reported
    assert (reported.phase, reported.rows_total, reported.rows_done, reported.repeated, reported.rejected) == (
        "storing",
        10,
        8,
        1,
        1,
    )
    assert (reported.created, reported.updated, reported.unchanged) == (2, 2, 2)
    assert (reported.state, reported.finished_at, reported.error) == (ImportState.FAILED, now, "the disk is full")
    assert reported.report == Details(reasons={"nothing": 1})
    assert imports.of_account(workspace.services.records.reader(), workspace.account.id, 5) == [reported]
    assert imports.by_id(workspace.services.records.reader(), workspace.account.id + 1, job.id) is None


def test_a_finished_import_keeps_the_figures_and_the_report(workspace: Workspace) -> None:
    report = workspace.take(MIXED)
    job, state = find_import(workspace.services, workspace.account, report.import_id or 0)
    assert (state, job.state, job.error) == ("finished", ImportState.FINISHED, None)
    assert (job.source, job.contact_type_id, job.rows_total, job.rows_done) == ("people.csv", workspace.type.id, 4, 4)
    figures = [(each.created, each.updated, each.unchanged, each.repeated, each.rejected) for each in (job, report)]
    assert figures == [(2, 0, 0, 1, 1)] * 2
    assert job.report.reasons == report.reasons
    assert job.report.created_fields == (CreatedField("n", Kind.NUMBER),)
    assert rejects_file(workspace.services, job) == report.rejects_file
    assert job.finished_at
    assert job.started_at <= job.finished_at
    assert list((workspace.directory / "data" / PLACE).iterdir()) == []


def test_a_dry_run_is_not_stored_as_a_job(workspace: Workspace) -> None:
    report = workspace.take(MIXED, replace(CREATE, dry_run=True))
    assert report.import_id is None
    assert list_imports(workspace.services, workspace.account, 10) == []
    assert not (workspace.directory / "data" / PLACE).exists()


def test_a_refused_file_is_a_failed_import_with_the_reason(workspace: Workspace) -> None:
    with pytest.raises(Invalid) as refused:
        workspace.take("name,n\nAnna,1\n")
    job = only_job(workspace)
    assert (job.state, job.phase) == (ImportState.FAILED, "checking")
    assert list(map(str, failure_reasons(job))) == list(map(str, refused.value.problems))
    assert job.finished_at
    assert list((workspace.directory / "data" / PLACE).iterdir()) == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyboardInterrupt(), "it was stopped"),
        (ValueError("anna@example.org"), "an error in Tamis stopped it (ValueError)"),
    ],
)
def test_other_errors_are_reported_without_contents_of_the_file(
    workspace: Workspace, error: BaseException, words: str
) -> None:
    def stop(_doing: str, done: int, _all: int) -> None:
        if done == 4:
            raise error

    with pytest.raises(type(error)):
        import_file(workspace.services, workspace.account, workspace.type, workspace.file(MIXED), CREATE, stop)
    job = only_job(workspace)
    assert (job.state, job.rows_done, job.created) == (ImportState.FAILED, 4, 2)
    assert job.error
    assert str(failure_reasons(job)[0]).startswith(words)
    assert "anna" not in job.error


def test_the_progress_of_a_running_import_is_visible(workspace: Workspace) -> None:
    shown: list[tuple[str, int, dict[str, Any]]] = []

    def look(doing: str, done: int, _all: int) -> None:
        shown.append((doing, done, tamis(workspace.directory / "data", "import", "show", "1")))

    import_file(workspace.services, workspace.account, workspace.type, workspace.file(MIXED), CREATE, look)
    assert {document["state"] for _, _, document in shown} == {"running"}
    assert [document["phase"] for _, _, document in shown] == [doing.lower() for doing, _, _ in shown]
    storing = next(document for doing, _, document in shown if doing == "Storing")
    assert (storing["rows"], storing["repeated"], storing["rejected"]) == (4, 1, 1)
    assert get_status(workspace.services, only_job(workspace)).state == "finished"


def test_an_account_sees_only_its_own_imports(workspace: Workspace) -> None:
    workspace.take(MIXED)
    stranger, _ = workspace.services.write(create_account, "stranger@example.org", "UTC", None)
    workspace.services.write(create_type, stranger, "People")
    pair = workspace.services.write(create_key_pair, workspace.account)
    now = workspace.services.clock()
    key = access_by_key_pair(workspace.services.records.reader(), now, pair.public_key, pair.secret_key)
    assert isinstance(key, ApiKey)
    colleague = key.account
    assert find_import(workspace.services, colleague, 1) == find_import(workspace.services, workspace.account, 1)
    assert list_imports(workspace.services, stranger, 10) == []
    reported = []
    for caller, number in ((stranger, 1), *((workspace.account, number) for number in (2, 1 << 70, 0))):
        with pytest.raises(NotFound) as refused:
            find_import(workspace.services, caller, number)
        reported.append(str(refused.value).replace(str(number), "N"))
    assert len(set(reported)) == 1


KILLED = """
import os, signal, sys
from tamis.actions.importing.rows import batch_writer
stored = batch_writer.upsert
calls = 0
def upsert(*args, **kwargs):
    global calls
    calls += 1
    outcome = stored(*args, **kwargs)
    if calls == 3:
        os.kill(os.getpid(), signal.SIGKILL)  # what it has stored is not committed
    return outcome
batch_writer.upsert = upsert
from tamis.cli.main import main
main(sys.argv[1:])
"""


def test_the_figures_of_a_killed_import_match_the_stored_rows(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "people.csv"
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", "People")
    rows = [f"p{n}@example.org,{n}\n" for n in range(150_000)]
    file.write_text("email,n\n" + "".join(rows[:50_000]))
    tamis(data, "import", file, "--type", "People", "--create-fields")
    rows[7], rows[8] = "p7@example.org,0\n", "nobody\n"
    file.write_text("email,n\n" + "".join(rows))
    command = [sys.executable, "-c", KILLED, "import", str(file), "--type", "People", "--data", str(data)]
    killed = forked.run(command, env=environment())
    assert killed.returncode == -9
    lock = data / PLACE / "2.lock"
    assert lock.exists()
    assert tamis(data, "doctor")["ok"]

    shown = tamis(data, "import", "show", "2")
    assert (shown["state"], shown["phase"], shown["finished_at"]) == (INTERRUPTED, "storing", None)
    assert (shown["rows"], shown["rows_done"], shown["rejected"]) == (150_000, 100_000, 1)
    assert (shown["created"], shown["updated"], shown["unchanged"]) == (50_000, 1, 49_998)
    assert tamis(data, "segment", "count", "--type", "People", "--where", "n >= 0")["count"] == 100_000
    assert not lock.exists()

    tamis(data, "import", file, "--type", "People")
    listed = tamis(data, "import", "list")["imports"]
    assert [(job["id"], job["state"]) for job in listed] == [(3, "finished"), (2, INTERRUPTED), (1, "finished")]
    assert (listed[0]["created"], listed[0]["updated"], listed[0]["unchanged"]) == (50_000, 0, 99_999)
    checks = tamis(data, "doctor")["checks"]
    assert [finding for check in checks for finding in check["findings"]] == []


def test_a_backup_has_the_jobs(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "people.csv"
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", "People")
    file.write_text(MIXED)
    tamis(data, "import", file, "--type", "People")
    tamis(data, "backup", tmp_path / "backup")
    tamis(tmp_path / "restored", "restore", tmp_path / "backup")
    assert tamis(tmp_path / "restored", "import", "list") == tamis(data, "import", "list")
