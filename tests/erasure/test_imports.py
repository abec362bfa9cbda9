"""What imports have left of a person goes with the person, and in time by itself."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.rows.rejects import discard_rejects_with
from tamis.actions.importing.run import import_file
from tamis.actions.maintenance.retention import Retention
from tamis.actions.services import Services
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, ProjectionInUse, Refused
from tamis.records.handles import connection_of
from tamis.settings import Settings
from tests.support.process import tamis

ANN = "ann@example.org"


def rejects_of(data: Path) -> list[str]:
    """List the files of rejected rows, by the first words of their names."""
    return sorted(path.name.partition("-")[0] for path in (data / "rejects").iterdir())


@pytest.mark.parametrize("forget", [[], ["--forget"]])
def test_files_of_rejected_rows_are_deleted_with_a_person(data: Path, tmp_path: Path, forget: list[str]) -> None:
    tamis(data, "field", "create", "Born", "--type", "People", "--kind", "date")
    for name, rows in (("mine", f"{ANN},1990-01-01\nANN@Example.org,then\n"), ("others", "bob@example.org,then\n")):
        file = tmp_path / f"{name}.csv"
        file.write_text(f"email,born\n{rows}")
        assert tamis(data, "import", file, "--type", "People")["rejected"] == 1
    assert rejects_of(data) == ["mine", "others"]
    gone = tamis(data, "contact", "delete", ANN, "--type", "People", *forget)
    assert [name.partition("-")[0] for name in gone["rejects"]] == ["mine"]
    assert rejects_of(data) == ["others"]


@pytest.mark.parametrize("written", ["a@MÜNCHEN.de", "A@xn--mnchen-3ya.de", "a@münchen.de"])
@pytest.mark.parametrize("asked", ["a@münchen.de", "a@XN--MNCHEN-3YA.de"])
def test_every_spelling_of_an_email_is_found_anywhere_in_import_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, asked: str
) -> None:
    monkeypatch.setattr("tamis.actions.importing.rows.rejects.CHARACTERS_PER_READ", 5)
    (tmp_path / "rejects").mkdir()
    for before in range(7):
        (tmp_path / "rejects" / f"{before}.csv").write_text("x" * before + f"\n,{written}\n")
    (tmp_path / "rejects" / "other.csv").write_text("b@münchen.de\n")
    email = parse_email(asked)
    assert email
    assert discard_rejects_with(tmp_path, email) == [f"{n}.csv" for n in range(7)]
    assert rejects_of(tmp_path) == ["other.csv"]


@pytest.mark.parametrize(
    "written",
    [
        "Caf\u00e9 <CAFE\u0301@Example.org>",
        "\u202acaf\u00e9@exam\u00adple.org\u202c",
        "ｃａｆé＠ｅｘａｍｐｌｅ．ｏｒｇ",
        "café@example。org, other@example.org",
    ],
)
def test_an_email_is_found_in_its_original_spelling_before_cleaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setattr("tamis.actions.importing.rows.rejects.CHARACTERS_PER_READ", 3)
    (tmp_path / "rejects").mkdir()
    for before in range(4):
        (tmp_path / "rejects" / f"{before}.csv").write_text("x" * before + f"\n,{written}\n")
    email = parse_email("café@example.org")
    assert email
    assert discard_rejects_with(tmp_path, email) == [f"{n}.csv" for n in range(4)]


def test_import_files_are_kept_for_the_configured_days(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    services = Services(Settings(tmp_path / "data", undo_days=30), lambda: now)
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    retention = Retention(services)
    people = services.write(create_type, account, "People")
    file = tmp_path / "people.csv"

    def take(content: str) -> int:
        file.write_text(f"email,city\n{content}")
        done = import_file(services, account, people, file, ImportOptions())
        if done.rejects_file:
            os.utime(done.rejects_file, (now.timestamp(), now.timestamp()))
        return done.import_id or 0

    def kept() -> tuple[int, int, int]:
        """Count the spans, the contacts as they were, and the files."""
        retention.run_if_due()
        rows = connection_of(services.records.reader()).execute(
            "SELECT (SELECT count(*) FROM import_ranges), (SELECT count(*) FROM import_prior_values)"
        )
        spans, befores = (int(str(count)) for count in rows.fetchall()[0])
        return spans, befores, len(list((services.settings.data / "rejects").iterdir()))

    first, second = take(f"{ANN},Lima\nnobody,Lima\n"), take(f"{ANN},Cusco\nb@example.org,Cusco\n")
    now += timedelta(days=20)
    third = take(f"{ANN},Quito\nnobody,Lima\n")
    assert kept() == (2, 2, 2)
    now += timedelta(days=10)
    assert kept() == (2, 2, 2)
    now += timedelta(days=1)
    assert kept() == (0, 1, 1)
    for id_ in (first, second):
        with pytest.raises(Refused, match=r"can no longer be undone.*TAMIS_UNDO_DAYS"):
            undo_import(services, account, id_)
    assert undo_import(services, account, third).restored == 1
    now += timedelta(days=31)
    assert kept() == (0, 0, 0)
    services.close()


def test_old_imports_are_deleted_even_if_the_column_store_cannot_be_opened(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", undo_days=30)
    first, second = Services(settings), Services(settings)
    first.open_columns()
    (settings.data / "rejects").mkdir()
    old = settings.data / "rejects" / "old.csv"
    old.write_text("")
    os.utime(old, (0, 0))
    with pytest.raises(ProjectionInUse):
        Retention(second).run_if_due()
    assert not old.exists()
    for opened in (second, first):
        opened.close()


@pytest.mark.parametrize("text", ["0", "-1", "a month", "36501"])
def test_invalid_numbers_of_days_are_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TAMIS_UNDO_DAYS", text)
    with pytest.raises(Invalid, match="TAMIS_UNDO_DAYS"):
        Settings.from_environment()
