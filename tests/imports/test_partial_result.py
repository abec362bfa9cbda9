"""The error of an import that cannot go on says exactly what it has written."""

from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing import run
from tamis.actions.importing.jobs.jobs import list_imports
from tamis.actions.importing.reports.failures import failure_reasons
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.rows.batch_writer import BatchWriter
from tamis.actions.services import Services
from tamis.domain.errors import DiskFull, Unavailable
from tamis.settings import Settings

ROWS = b"email,plan\n" + b"".join(b"p%d@example.org,%d\n" % (n, n) for n in range(10))


@pytest.mark.parametrize(
    ("batches", "create", "message"),
    [
        (0, False, "nothing was imported"),
        (0, True, "its new fields were created, but no contact was stored"),
        (2, True, "what was stored before that stays (8 contacts): import the file again for the rest"),
    ],
)
@pytest.mark.parametrize("error", [DiskFull("8 MB"), Unavailable("the disk failed")])
def test_the_error_reports_the_rows_already_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Unavailable, batches: int, create: bool, message: str
) -> None:
    store, calls = BatchWriter.write, list[int]()

    def fail_after(self: BatchWriter, contacts: list[tuple[str, str, str]], rows_done: int) -> None:
        calls.append(rows_done)
        if len(calls) > batches:
            raise error
        store(self, contacts, rows_done)

    monkeypatch.setattr(run, "ROWS_A_BATCH", 4)
    monkeypatch.setattr(BatchWriter, "write", fail_after)
    (tmp_path / "people.csv").write_bytes(ROWS)
    services = Services(Settings(tmp_path / "data"))
    try:
        account, _ = services.write(create_account, "owner@example.org", "UTC", None)
        people = services.write(create_type, account, "People")
        with pytest.raises(Unavailable) as failed:
            run.import_file(services, account, people, tmp_path / "people.csv", ImportOptions(create_fields=create))
        assert message in str(failed.value)
        assert "nothing was written" not in str(failed.value)
        assert list(map(str, failure_reasons(list_imports(services, account, 1)[0].job))) == [str(failed.value)]
    finally:
        services.close()
