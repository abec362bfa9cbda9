"""Rows with the same email in one file have the same result as one file per row, in order."""

import csv
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.actions.services import Services
from tamis.domain.values.fields import Kind
from tamis.records.handles import connection_of
from tamis.settings import Settings
from tamis.staging import documents
from tests.imports.conftest import Workspace
from tests.support.effort import examples

COLUMNS = ("email", "first_name", "total", "seen", "plan", "likes")
CUSTOM = (
    ("Total", Kind.NUMBER, ()),
    ("Seen", Kind.DATETIME, ()),
    ("Plan", Kind.CHOICE, ("Free", "Pro")),
    ("Likes", Kind.CHOICES, ("Music", "Art")),
)
Row = list[str]
ADDRESSES = st.sampled_from(["ann@example.org", "ANN@Example.org", "bob@example.org", "nobody"])
ROWS: st.SearchStrategy[list[Row]] = st.lists(
    st.tuples(
        ADDRESSES,
        st.sampled_from(["", " ", "Ann", "Zoë", 'say "hi"']),
        st.sampled_from(["", "1", "2.50", "1e3", "many", "7.0"]),  # leading zeros tell of a whole column
        st.sampled_from(["", "2024-05-01", "2024-05-01 10:30", "31/12/2024", "soon"]),
        st.sampled_from(["", "free", "PRO", "Gold"]),
        st.sampled_from(["", "music", "Art; Music", ";", "Sport"]),
    ).map(list),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    directory = tmp_path_factory.mktemp("repeats")
    services = Services(Settings(directory / "data"))
    account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
    yield Workspace(services, account, services.write(create_type, account, "People"), directory)
    services.close()


def emptied(workspace: Workspace) -> Workspace:
    """Provide a workspace whose type is a new one without contacts."""
    made = workspace.services.write(
        create_type, workspace.account, f"People {len(list(workspace.directory.iterdir()))}-{workspace.changes}"
    )
    for name, kind, options in CUSTOM:
        workspace.services.write(create_field, made, name, kind, options)
    return Workspace(workspace.services, workspace.account, made, workspace.directory)


def written(workspace: Workspace, rows: list[Row]) -> Path:
    """Write rows as a file."""
    path = workspace.file("")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def people(workspace: Workspace) -> list[tuple[str, str, dict[str, object]]]:
    """List key, address and values of all contacts, values by the key of their fields."""
    rows = connection_of(workspace.services.records.reader()).execute(
        "SELECT email_key, email FROM contacts WHERE contact_type_id = ? ORDER BY email_key", (workspace.type.id,)
    )
    return [(str(key), str(email), dict(workspace.values(str(key)))) for key, email in rows.fetchall()]


@settings(max_examples=examples(40))
@given(rows=ROWS, erase=st.booleans(), on_bad_value=st.sampled_from(list(BadValue)))
def test_a_file_with_duplicates_equals_its_rows_imported_one_by_one(
    workspace: Workspace, rows: list[Row], erase: bool, on_bad_value: BadValue
) -> None:
    blank, add = on_bad_value is BadValue.BLANK, on_bad_value is BadValue.ADD
    options = ImportOptions(erase=erase, on_bad_value=BadValue.BLANK if blank else BadValue.REJECT, add_options=add)
    together, alone = emptied(workspace), emptied(workspace)
    report = together.take(written(together, rows), options)
    reports = [alone.take(written(alone, [row]), options) for row in rows]
    assert people(together) == people(alone)
    assert together.fields.by_key["plan"].options == alone.fields.by_key["plan"].options
    assert report.rejected == sum(one.rejected for one in reports)
    assert report.rows == report.created + report.updated + report.unchanged + report.repeated + report.rejected
    assert together.take(written(together, rows), options).unchanged == report.created


def test_a_million_repeats_are_merged_in_batches(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "CELLS_PER_MERGE", 10)
    here = emptied(workspace)
    rows = [[f"p{n % 7}@example.org", f"Name {n}" if n < 7 else "", str(n), "", "", ""] for n in range(21)]
    report = here.take(written(here, rows), ImportOptions())
    assert (report.created, report.repeated) == (7, 14)
    assert here.values("p3@example.org") == {"first_name": "Name 3", "total": 17.0}


def test_a_duplicate_subscriber_keeps_values_of_the_first_row(workspace: Workspace) -> None:
    here = emptied(workspace)
    text = "email,plan,first_payment_at\ncarol@example.com,,2024-03-05T10:00:00.000Z\nCAROL@example.com,pro,\n"
    report = here.take(text)
    assert (report.created, report.repeated) == (1, 1)
    assert here.values("carol@example.com").keys() == {"plan", "first_payment_at"}
