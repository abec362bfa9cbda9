"""Real files, with counts that were computed elsewhere."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from tamis.actions.importing.reports.report import ImportOptions
from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Kind
from tests.imports.conftest import Workspace
from tests.support.effort import ALL

SHARED = Path(__file__).parents[3] / "shared" / "data"
PEOPLE = SHARED / "register_people.csv.gz"
COUNTS_OF_PEOPLE = {
    "birth_date is not blank": 197_756,
    "death_date is not blank": 38_992,
    "mlb_played is true": 23_614,
    "college_played is true": 223_822,
    "birth_date is at or after 1990-01-01": 84_665,
    "birth_month = 6": 15_824,
    'first_name = "John"': 9_012,
    'last_name = "Smith"': 4_280,
    "first_name is blank": 32_436,
    "suffix is not blank": 4_936,
}


COUNTS_OF_CUSTOMERS = {
    "active is true": 584,
    "active is false": 15,
    'store = "Store 1"': 326,
    'store = "Store 2"': 273,
    'country = "India"': 60,
    'country = "China"': 53,
    'country = "United States"': 36,
    'country = "Japan"': 31,
    'country = "Mexico"': 30,
    'country = "Russian Federation"': 28,
    "total_paid >= 150": 46,
    "rental_count >= 40": 7,
    "open_rentals > 0": 159,
    "last_rental_at is between 2006-01-01 and 2006-12-31": 158,
}


def test_the_customers_of_the_film_rental(workspace: Workspace) -> None:
    path = Path(str(files("tamis.demo") / "sakila_customers.csv"))
    report = workspace.take(path)
    assert (report.rows, report.created) == (599, 599)
    kinds = {field.key: str(field.kind) for field in report.created_fields}
    assert kinds["active"] == "boolean"
    assert kinds["last_rental_at"] == "datetime"
    assert kinds["total_paid"] == "number"
    assert kinds["store"] == "choice"
    assert {rule: workspace.count(rule) for rule in COUNTS_OF_CUSTOMERS} == COUNTS_OF_CUSTOMERS
    assert workspace.take(path).unchanged == 599


@pytest.mark.parametrize("path", [PEOPLE] if ALL and PEOPLE.exists() else [], ids=lambda path: path.name)
def test_half_a_million_people(workspace: Workspace, path: Path) -> None:
    report = workspace.take(path)
    assert (report.rows, report.created, report.rejected) == (510_627, 510_627, 0)
    assert {rule: workspace.count(rule) for rule in COUNTS_OF_PEOPLE} == COUNTS_OF_PEOPLE


TELCO = SHARED / "telco_churn.csv"
telco = pytest.mark.parametrize("path", [TELCO] if TELCO.exists() else [], ids=lambda path: path.name)


@telco
def test_customers_without_an_email_column_are_refused(workspace: Workspace, path: Path) -> None:
    before = workspace.fields, workspace.changes
    with pytest.raises(Invalid, match="no column contains emails") as refused:
        workspace.take(path)
    assert '"customerID"' in str(refused.value)
    assert (workspace.fields, workspace.changes) == before


@telco
def test_numbers_in_the_email_column_are_rejected_row_by_row(workspace: Workspace, path: Path) -> None:
    report = workspace.take(path, ImportOptions(create_fields=True, chosen={"customerID": "email"}))
    assert report.created_fields == ()
    assert (report.rows, report.rejected, report.reasons) == (
        7_043,
        7_043,
        {"Email is not valid": 7_043},
    )
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8") as file:
        _, first, *others = csv.reader(file)
    assert first[:3] == ["2", 'Email is not valid: "7590-VHVEG"', "7590-VHVEG"]
    assert len(others) == 7_042


@telco
def test_customers_with_generated_emails_are_imported(workspace: Workspace, path: Path) -> None:
    lines = path.read_text().splitlines()
    given = [f"email,{lines[0]}", *(f"c{n}@example.org,{line}" for n, line in enumerate(lines[1:]))]
    report = workspace.take("\n".join(given))
    assert (report.rows, report.created) == (7_043, 7_043)
    kinds = {field.key: field.kind for field in report.created_fields}
    assert (kinds["totalcharges"], kinds["customerid"]) == (Kind.NUMBER, Kind.TEXT)
    assert workspace.count("churn is true") == 1_869
    assert workspace.count('contract = "month-to-month"') == 3_875
    assert workspace.count("totalcharges is blank") == 11
    assert workspace.count("totalcharges >= 0") == 7_032
    assert workspace.count('contract = "Month-to-month" and internetservice = "fiber optic" and churn is true') == 1_162
