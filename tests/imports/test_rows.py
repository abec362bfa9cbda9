"""Every row of a file is created, updated, unchanged, repeated or rejected, and counted so."""

import csv
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from tamis.actions.fields.fields import create_field
from tamis.actions.importing.reports.report import ImportOptions, ImportReport
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tests.imports.conftest import Workspace
from tests.support.effort import examples

PEOPLE = "email,first_name,age\nann@example.org,Ann,30\nbob@example.org,Bob,\n"


def outcome(report: ImportReport) -> tuple[int, int, int, int, int]:
    """Return created, updated, unchanged, repeated and rejected, after checking that they add up."""
    counts = (report.created, report.updated, report.unchanged, report.repeated, report.rejected)
    assert sum(counts) == report.rows
    return counts


def test_new_unchanged_and_changed_rows(workspace: Workspace) -> None:
    assert outcome(workspace.take(PEOPLE)) == (2, 0, 0, 0, 0)
    before = workspace.changes
    assert outcome(workspace.take(PEOPLE)) == (0, 0, 2, 0, 0)
    assert workspace.changes == before, "an unchanged row is no write"
    assert outcome(workspace.take(PEOPLE.replace("Bob,", "Bob,41"))) == (0, 1, 1, 0, 0)
    assert workspace.values("bob@example.org") == {"first_name": "Bob", "age": 41.0}


def test_a_contact_is_found_by_its_email_in_any_case(workspace: Workspace) -> None:
    workspace.take(PEOPLE)
    assert outcome(workspace.take("EMAIL,First Name\n ANN@Example.Org ,Anna\n")) == (0, 1, 0, 0, 0)
    assert workspace.count("email is not blank") == 2
    assert workspace.values("ann@example.org") == {"first_name": "Anna", "age": 30.0}


def test_a_blank_cell_keeps_a_value_unless_blanks_erase(workspace: Workspace) -> None:
    workspace.take(PEOPLE)
    blank = "email,first_name,age\nann@example.org, ,\n"
    assert outcome(workspace.take(blank)) == (0, 0, 1, 0, 0)
    assert outcome(workspace.take(blank, ImportOptions(erase=True))) == (0, 1, 0, 0, 0)
    assert workspace.values("ann@example.org") == {}
    assert outcome(workspace.take(blank, ImportOptions(erase=True))) == (0, 0, 1, 0, 0)


def test_the_last_valid_row_of_an_email_wins_field_by_field(workspace: Workspace) -> None:
    workspace.take("email,age\nbob@example.org,1\n")
    text = (
        "email,first_name,age\nann@example.org,First,1\nANN@example.org,Second,\nbob@example.org,Bob,7\n"
        "ann@example.org,Third,many\n"
    )
    assert outcome(workspace.take(text)) == (1, 1, 0, 1, 1)
    assert workspace.values("ann@example.org") == {"first_name": "Second", "age": 1.0}, "a blank cell says nothing"
    assert workspace.count("email is not blank") == 2


def test_every_reason_of_a_rejected_row_is_reported_and_the_file_can_be_corrected(workspace: Workspace) -> None:
    workspace.take("email,age,born\nann@example.org,1,2000-01-01\n")
    text = (
        "email,age,born\n"
        "nonsense,many,soon\n"
        '"two\nlines",2,2000-01-02\n'
        ",3,2000-01-03\n"
        "ok@example.org,4,2000-01-04\n"
        "short@example.org,5\n"
        "long@example.org,6,2000-01-06,more\n"
        "nul\0@example.org,7,2000-01-07\n"
    )
    report = workspace.take(text)
    assert outcome(report) == (1, 0, 0, 0, 6)
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["rejected_line", "rejected_because", "email", "age", "born"]
    reasons = {row[0]: row[1] for row in rows[1:]}
    assert reasons["2"].count("; ") == 2
    assert "Email is not valid" in reasons["2"]
    assert "Age must be a number" in reasons["2"]
    assert "Born must be a date" in reasons["2"]
    assert "Email is not valid" in reasons["3"]
    assert reasons["5"] == "Email is missing"
    assert reasons["7"] == "the row has 2 cells, the header has 3"
    assert reasons["8"] == "the row has 4 cells, the header has 3"
    mended = [rows[0], *([row[0], row[1], f"m{row[0]}@example.org", "9", "2000-02-02"] for row in rows[1:])]
    path = workspace.file("")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(mended)
    again = workspace.take(path)
    assert outcome(again) == (6, 0, 0, 0, 0)
    assert again.created_fields == ()
    assert again.rejects_file is None


@pytest.mark.parametrize("text", ["a\0b", "a\x07b", "x" * 65_536], ids=["NUL", "bell", "too long"])
def test_text_that_no_field_can_store_is_rejected(workspace: Workspace, text: str) -> None:
    report = workspace.take(f"email,note\nann@example.org,{text}\nbob@example.org,fine\n")
    assert outcome(report) == (1, 0, 0, 0, 1)
    with pytest.raises(NotFound):
        workspace.values("ann@example.org")


def test_a_dry_run_reports_the_same_and_writes_nothing(workspace: Workspace) -> None:
    workspace.take(PEOPLE)
    text = "email,age,plan\nann@example.org,31,Pro\nnew@example.org,5,\nbob@example.org,,\nnonsense,1,\n"
    before, fields = workspace.changes, workspace.fields
    dry = workspace.take(text, ImportOptions(create_fields=True, dry_run=True))
    assert (workspace.changes, workspace.fields) == (before, fields)
    real = workspace.take(text)
    assert outcome(dry) == outcome(real) == (1, 1, 1, 0, 1)
    assert [f.key for f in dry.created_fields] == [f.key for f in real.created_fields] == ["plan"]


CELLS = st.sampled_from(
    ["", " ", "ann@example.org", "ANN@example.org", "bob@example.org", "x", "7", "1990-01-01", "a\nb"]
)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=0, max_size=4), max_size=12), erase=st.booleans())
def test_rows_in_is_the_sum_of_the_outcomes(workspace: Workspace, rows: list[list[str]], erase: bool) -> None:
    path = workspace.file("")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["email", "age", "born"], *rows])
    with path.open(newline="", encoding="utf-8") as file:
        expected = sum(any(cell.strip(" ") for cell in row) for row in csv.reader(file)) - 1
    options = ImportOptions(create_fields=True, erase=erase)
    first, again = workspace.take(path, options), workspace.take(path, options)
    outcome(first)
    assert first.rows == again.rows == expected
    assert (again.created, again.updated) == (0, 0), "the same file again changes nothing"
    assert again.unchanged == first.created + first.updated + first.unchanged
    assert (again.repeated, again.rejected) == (first.repeated, first.rejected)


def test_several_choices_are_imported_and_selected_by_rules(workspace: Workspace) -> None:
    workspace.services.write(create_field, workspace.type, "Likes", Kind.CHOICES, ["Music", "Art", "Art, old"])
    text = (
        'email,likes\nann@example.org,art; MUSIC;art\nbob@example.org,"Art, old"\ncat@example.org,\n'
        'dan@example.org,"Music,Art"\neve@example.org,Music; Sport\nfay@example.org,;\n'
    )
    report = workspace.take(text, ImportOptions())
    assert outcome(report) == (5, 0, 0, 0, 1)
    assert list(report.reasons) == ['Likes must be one of "Music", "Art", "Art, old"'], "the message lists the options"
    assert report.rejects_file
    assert (
        'Likes must be one of ""Music"", ""Art"", ""Art, old"", not ""Sport""' in Path(report.rejects_file).read_text()
    )
    assert workspace.values("ann@example.org") == {"likes": ("Music", "Art")}
    assert workspace.values("bob@example.org") == {"likes": ("Art, old",)}
    assert workspace.values("fay@example.org") == {}
    assert workspace.count('likes includes any of ("art", "art, old")') == 3
    assert workspace.count('likes includes all of ("Music", "Art")') == 2
    assert workspace.count('likes includes none of ("Music")') == 3
    assert workspace.count("likes is blank") == 2
    assert outcome(workspace.take(text, ImportOptions())) == (0, 0, 5, 0, 1)


def test_changed_choices_reach_the_column_store(workspace: Workspace) -> None:
    workspace.services.write(create_field, workspace.type, "Likes", Kind.CHOICES, ["Music", "Art"])
    workspace.take("email,likes\nann@example.org,Music\nbob@example.org,Music; Art\n")
    assert workspace.count('likes includes any of ("Art")') == 1
    workspace.take("email,likes\nann@example.org,Art\nbob@example.org,\n", ImportOptions(erase=True))
    assert workspace.count('likes includes any of ("Art")') == 1
    assert workspace.count('likes includes any of ("Music")') == 0
    assert workspace.count("likes is blank") == 1


def test_the_order_of_dates_is_decided_or_asked_for(workspace: Workspace) -> None:
    workspace.take("email,joined\nann@example.org,03/04/2024\nbob@example.org,31/12/2024\n")
    assert workspace.values("ann@example.org")["joined"] == date(2024, 4, 3)
    before = workspace.changes
    open_question = "email,joined,born\nann@example.org,05/06/2024,01.02.2000\n"
    with pytest.raises(Invalid, match="choose the date order") as refusal:
        workspace.take(open_question)
    assert (len(refusal.value.problems), workspace.changes) == (2, before)
    workspace.take(open_question, ImportOptions(create_fields=True, order=DateOrder.MDY))
    assert workspace.values("ann@example.org")["joined"] == date(2024, 5, 6)
    assert workspace.values("ann@example.org")["born"] == date(2000, 1, 2)


def test_reasons_begin_with_the_names_of_fields_and_are_counted_by_field(workspace: Workspace) -> None:
    for name in ('Price "net"', 'Price "gross", must be one of'):
        workspace.services.write(create_field, workspace.type, name, Kind.NUMBER)
    report = workspace.take(
        'email,price_net,price_gross_must_be_one_of\nann@example.org,"a ""b""",c\nbob@example.org,d,1\n',
        ImportOptions(),
    )
    assert report.reasons == {
        'Price "net" must be a number such as 12.5': 2,
        'Price "gross", must be one of must be a number such as 12.5': 1,
    }
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8") as file:
        rows = [row["rejected_because"] for row in csv.DictReader(file)]
    assert rows[1] == 'Price "net" must be a number such as 12.5, not "d"'
