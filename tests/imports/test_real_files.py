"""Real files, with counts that were computed elsewhere."""

from importlib.resources import files
from pathlib import Path

import pytest

from tests.imports.conftest import Desk

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


def test_the_customers_of_the_film_rental(desk: Desk) -> None:
    path = Path(str(files("tamis.demo") / "sakila_customers.csv"))
    report = desk.take(path)
    assert (report.rows, report.created) == (599, 599)
    kinds = {field.key: str(field.kind) for field in report.created_fields}
    assert kinds["active"] == "boolean"
    assert kinds["last_rental_at"] == "datetime"
    assert kinds["total_paid"] == "number"
    assert kinds["store"] == "choice"
    assert desk.count("active is true") == 584
    assert desk.count("last_rental_at is between 2006-01-01 and 2006-12-31") == 158
    assert desk.take(path).unchanged == 599


@pytest.mark.parametrize("path", [PEOPLE] if PEOPLE.exists() else [], ids=lambda path: path.name)
def test_half_a_million_people(desk: Desk, path: Path) -> None:
    report = desk.take(path)
    assert (report.rows, report.created, report.rejected) == (510_627, 510_627, 0)
    assert {rule: desk.count(rule) for rule in COUNTS_OF_PEOPLE} == COUNTS_OF_PEOPLE


TELCO = SHARED / "telco_churn.csv"


@pytest.mark.parametrize("path", [TELCO] if TELCO.exists() else [], ids=lambda path: path.name)
def test_customers_with_an_address_that_is_given_to_them(desk: Desk, path: Path) -> None:
    lines = path.read_text().splitlines()
    given = [
        lines[0].replace("customerID", "email"),
        *(f"c{line.replace(',', '@example.org,', 1)}" for line in lines[1:]),
    ]
    assert desk.take("\n".join(given)).created == 7_043
    assert desk.count("churn is true") == 1_869
    assert desk.count('contract = "month-to-month"') == 3_875
    assert desk.count("totalcharges is blank") == 11
    assert desk.count('contract = "Month-to-month" and internetservice = "fiber optic" and churn is true') == 1_162
