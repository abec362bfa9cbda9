"""Background jobs of a server: one per upload, two at a time, and stopped with the server."""

import threading
from pathlib import Path

import pytest

from tamis.actions.importing.jobs.background import (
    UploadRequest,
    can_undo,
    discard_waiting_upload,
    job_of_import,
    job_of_undo,
    job_of_upload,
    start_undo,
    start_upload,
)
from tamis.actions.importing.jobs.jobs import find_import, list_imports
from tamis.actions.importing.jobs.uploads import list_uploads
from tamis.actions.jobs import BackgroundJob, JobRunner, JobStatus
from tamis.actions.lanes import Lane
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.files.imports import Upload
from tests.imports.conftest import CREATE, Workspace
from tests.imports.test_uploads import upload_file

MIXED = b"email,n\na@example.org,1\nbad,2\nA@example.org,3\nb@example.org,4\n"
TIMEOUT_SECONDS = 60
AT_ONCE = 2


def finished(task: BackgroundJob) -> BackgroundJob:
    """Wait until a job is done."""
    assert task.finished.wait(TIMEOUT_SECONDS)
    return task


def start(workspace: Workspace, upload: Upload, what: str = "import") -> BackgroundJob:
    """Try or import a file."""
    requested = UploadRequest("trial" if what == "trial" else "import", CREATE, ())
    return start_upload(workspace.services, workspace.account, workspace.type, upload, requested)


def test_a_dry_run_predicts_the_import_and_keeps_the_file(workspace: Workspace) -> None:
    upload = upload_file(workspace, MIXED, "a list.csv")
    trial = finished(start(workspace, upload, "trial"))
    assert (trial.status, trial.import_id) == (JobStatus.DONE, None)
    assert (trial.result.rows, trial.result.created, trial.result.rejected, trial.result.repeated) == (4, 2, 1, 1)
    assert list_uploads(workspace.services, workspace.account) == [upload]
    assert job_of_upload(workspace.services, workspace.account, upload.id) is trial
    assert (list_imports(workspace.services, workspace.account, 5), workspace.fields.find("n")) == ([], None)
    task = finished(start(workspace, upload))
    assert task.status is JobStatus.DONE
    [(job, state)] = list_imports(workspace.services, workspace.account, 5)
    assert (job.id, job.source, state) == (task.import_id, "a list.csv", "finished")
    assert (job.created, job.rejected, job.repeated) == (2, 1, 1)
    assert job.report.segments == ()
    assert not Path(trial.result.rejects_file).exists()
    assert job_of_import(workspace.services, workspace.account, job) is task
    assert Path(job.report.rejects_file or "").name.startswith("a_list-")
    assert list_uploads(workspace.services, workspace.account) == []


def test_a_discarded_file_leaves_nothing_of_its_dry_run(workspace: Workspace) -> None:
    upload = upload_file(workspace, MIXED)
    first, second = (finished(start(workspace, upload, "trial")).result.rejects_file for _ in range(2))
    assert [Path(file).exists() for file in (first, second)] == [False, True]
    discard_waiting_upload(workspace.services, workspace.account, upload)
    assert not Path(second).exists()
    assert job_of_upload(workspace.services, workspace.account, upload.id) is None
    assert list_uploads(workspace.services, workspace.account) == []


def test_an_import_is_undone_once(workspace: Workspace) -> None:
    task = finished(start(workspace, upload_file(workspace, MIXED)))
    import_id = task.import_id or 0
    with pytest.raises(NotFound):
        start_undo(workspace.services, workspace.account, import_id + 1)
    undo = start_undo(workspace.services, workspace.account, import_id)
    assert job_of_undo(workspace.services, workspace.account, import_id) is undo
    assert (finished(undo).status, undo.result.deleted) == (JobStatus.DONE, 2)
    job, state = find_import(workspace.services, workspace.account, import_id)
    assert (state, can_undo(job)) == ("undone", False)
    with pytest.raises(Refused, match="already undone"):
        start_undo(workspace.services, workspace.account, import_id)


def test_a_refusal_names_the_file_and_keeps_it(workspace: Workspace) -> None:
    upload = upload_file(workspace, b"PK\x03\x04" + b"\x00" * 50, "list.xlsx")
    task = finished(start(workspace, upload))
    assert task.status is JobStatus.FAILED
    assert [(problem.path, "workbook" in str(problem)) for problem in task.problems] == [("list.xlsx", True)]
    [(job, state)] = list_imports(workspace.services, workspace.account, 5)
    assert (state, job.id, str(workspace.services.settings.data) in (job.error or "")) == (
        "failed",
        task.import_id,
        False,
    )
    assert list_uploads(workspace.services, workspace.account) == [upload]  # to be tried again, or thrown away


def test_one_job_per_key_runs_and_others_wait() -> None:
    runner, go = JobRunner(Lane("jobs", AT_ONCE, per_account=AT_ONCE, max_waiting=9)), threading.Event()
    try:
        started = [runner.start(str(n), 1, None, lambda _: go.wait(TIMEOUT_SECONDS)) for n in range(AT_ONCE + 1)]
        assert runner.start("0", 1, "again", lambda _: None) is started[0]
        while sum(task.status is JobStatus.RUNNING for task in started) < AT_ONCE:
            pass
        assert [task.status for task in started] == [JobStatus.RUNNING] * AT_ONCE + [JobStatus.WAITING]
        assert runner.list_active() == started
        runner.forget("0")
        assert runner.find(1, "0") is started[0]
        assert runner.find(2, "0") is None
        go.set()
        assert [finished(task).status for task in started] == [JobStatus.DONE] * (AT_ONCE + 1)
        assert runner.start("0", 1, "again", lambda _: None) is not started[0]
        runner.forget("1")
        assert runner.find(1, "1") is None
    finally:
        runner.stop()


def test_a_failed_job_has_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    runner = JobRunner(Lane("jobs", 1, per_account=1, max_waiting=9))

    def fail(_: BackgroundJob) -> None:
        raise Invalid([Problem("a", "must_not_be_blank"), Problem("b", "not_utf8")])

    def mistake(_: BackgroundJob) -> None:
        raise KeyError("a@example.org")

    try:
        assert [problem.path for problem in finished(runner.start("1", 1, None, fail)).problems] == ["a", "b"]
        [problem] = finished(runner.start("2", 1, None, mistake)).problems
        assert "KeyError" in str(problem)
        assert "a@example.org" not in str(problem)
        assert "fault" in caplog.text
    finally:
        runner.stop()


def test_a_stop_ends_running_and_waiting_jobs() -> None:
    runner, running = JobRunner(Lane("jobs", AT_ONCE, per_account=AT_ONCE, max_waiting=9)), threading.Semaphore(0)

    def endless(task: BackgroundJob) -> None:
        running.release()
        while True:
            task.progress("Turning", 0, 0)

    started = [runner.start(str(n), 1, None, endless) for n in range(AT_ONCE + 1)]
    assert all(running.acquire(timeout=TIMEOUT_SECONDS) for _ in range(AT_ONCE))
    runner.stop()
    assert [task.status for task in started][:AT_ONCE] == [JobStatus.FAILED] * AT_ONCE
    assert started[0].problems == (Problem("", "stopped_before_done"),)
    assert started[-1].status in (JobStatus.WAITING, JobStatus.FAILED)
