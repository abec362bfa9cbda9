"""The formats of columns in an import: how they are inferred, what is asked, and how invalid cells are reported."""

from dataclasses import replace
from datetime import date

import pytest

from tamis.actions.accounts.accounts import set_date_order
from tamis.actions.fields.fields import create_field
from tamis.actions.importing.jobs.jobs import find_import
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.domain.errors import Invalid
from tamis.domain.files.import_reports import InvalidValues
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tests.imports.conftest import CREATE, Workspace


def people(header: str, cells: list[str]) -> str:
    return f"email,{header}\n" + "".join(f'p{n}@example.org,"{cell}"\n' for n, cell in enumerate(cells))


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_few_bad_cells_are_reported_and_do_not_change_the_kind(workspace: Workspace, dry_run: bool) -> None:
    file = people("Lifetime value", [f"{n}.5" for n in range(477)] + ["n/a"] * 22 + ["soon"])
    report = workspace.take(file, replace(CREATE, dry_run=dry_run))
    assert [field.kind for field in report.created_fields] == [Kind.NUMBER]
    assert report.invalid_values == (InvalidValues("Lifetime value", Kind.NUMBER, 23, ("n/a", "soon")),)
    assert (report.created, report.rejected) == (477, 23)
    if report.import_id is not None:
        kept = find_import(workspace.services, workspace.account, report.import_id).job.report
        assert kept.invalid_values[0].count == 23
        assert not kept.invalid_values[0].examples, "what stands in a cell would outlive its contact"


def test_cells_left_blank_are_reported_as_invalid(workspace: Workspace) -> None:
    report = workspace.take(people("age", ["1"] * 39 + ["old"]), replace(CREATE, on_bad_value=BadValue.BLANK))
    assert (report.created, [invalid.count for invalid in report.invalid_values]) == (40, [1])


def test_rejected_rows_do_not_affect_the_kind(workspace: Workspace) -> None:
    report = workspace.take("email,age\na@example.org,1\nb@example.org,2\n,n/a\nTotal,unknown\nc@example.org,3\n")
    assert [field.kind for field in report.created_fields] == [Kind.NUMBER]
    assert (report.created, report.rejected, report.invalid_values) == (3, 2, ())


def test_null_markers_of_databases_are_blank(workspace: Workspace) -> None:
    report = workspace.take(people("joined", ["2024-01-31", "0000-00-00", "NULL"]))
    assert report.created == 3
    assert workspace.count("joined is blank") == 2
    assert "2 cells" in report.notices[0]


def test_the_file_decides_the_decimal_mark_for_a_number_field(workspace: Workspace) -> None:
    workspace.services.write(create_field, workspace.type, "Umsatz", Kind.NUMBER)
    rows = "email;Umsatz\na@example.org;12,5\nb@example.org;1.234\nc@example.org;1.234,50\n"
    assert workspace.take(rows, ImportOptions()).created == 3
    assert [workspace.values(f"{who}@example.org")["umsatz"] for who in "abc"] == [12.5, 1234.0, 1234.5]
    alone = "email;Umsatz\na@example.org;1.234\n"
    with pytest.raises(Invalid, match=r"1\.234 could be 1\.234 or 1234: choose the decimal mark"):
        workspace.take(alone, ImportOptions())
    assert workspace.values("a@example.org")["umsatz"] == 12.5
    workspace.take(alone, ImportOptions(decimal=DecimalMark.POINT))
    assert workspace.values("a@example.org")["umsatz"] == 1.234
    beside = "email;Umsatz;Preis\na@example.org;1.234;9,50\n"
    workspace.take(beside, ImportOptions())
    assert workspace.values("a@example.org")["umsatz"] == 1234.0


def test_a_chosen_kind_takes_precedence(workspace: Workspace) -> None:
    kinds = {"Year": Kind.TEXT, "Plan": Kind.CHOICE, "Tags": Kind.CHOICES}
    file = "email,Year,Plan,Tags\na@example.org,2023,pro,x; y\nb@example.org,2024,free,y\n"
    report = workspace.take(file, replace(CREATE, kinds=kinds))
    assert [(f.key, f.kind, f.options) for f in report.created_fields] == [
        ("year", Kind.TEXT, ()),
        ("plan", Kind.CHOICE, ("free", "pro")),
        ("tags", Kind.CHOICES, ("x", "y")),
    ]
    assert workspace.values("a@example.org") == {"year": "2023", "plan": "pro", "tags": ("x", "y")}


@pytest.mark.parametrize(
    ("column", "options", "why"),
    [
        ("Jear", CREATE, 'the file has no column "Jear"'),
        ("Age", CREATE, 'the column "Age" is mapped to the field "Age", which is a number field'),
        ("Year", ImportOptions(), "does not create a field: let the import create new fields"),
    ],
)
def test_an_impossible_kind_is_refused(workspace: Workspace, column: str, options: ImportOptions, why: str) -> None:
    workspace.services.write(create_field, workspace.type, "Age", Kind.NUMBER)
    with pytest.raises(Invalid, match=why):
        workspace.take("email,Year,Age\na@example.org,2023,7\n", replace(options, kinds={column: Kind.TEXT}))


@pytest.mark.parametrize(("order", "day"), [(DateOrder.DMY, date(2024, 4, 3)), (DateOrder.MDY, date(2024, 3, 4))])
def test_the_account_setting_decides_ambiguous_dates(workspace: Workspace, order: DateOrder, day: date) -> None:
    file = people("joined", ["03/04/2024"])
    with pytest.raises(Invalid, match="choose the date order"):
        workspace.take(file)
    workspace.services.write(set_date_order, workspace.account, order)
    workspace.account = replace(workspace.account, date_order=order)
    report = workspace.take(file)
    assert workspace.values("p0@example.org") == {"joined": day}
    assert "as set for the account" in report.notices[0]
