"""No number loses a zero or a plus sign: into a field that is a number already, such cells are rejected."""

import csv
from pathlib import Path

import pytest

from tamis.actions.contacts.contact_edits import create_contact, edit_contact
from tamis.actions.fields.fields import create_field
from tamis.actions.importing.reports.report import ImportOptions
from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Kind
from tests.imports.conftest import Workspace

CALIFORNIA = "email,Zip,Mobile,Customer No\n" + "".join(
    f"ca{n}@example.org,{90000 + n},{4155550100 + n},{1000 + n}\n" for n in range(24)
)
ZERO = "has a leading zero, which a number would lose; make {} a text field to keep it"
PLUS = "has a leading plus sign, which a number would lose; make {} a text field to keep it"


def test_a_second_file_with_zeros_is_rejected_cell_by_cell(workspace: Workspace) -> None:
    kinds = dict.fromkeys(("Zip", "Mobile", "Customer No"), Kind.NUMBER)
    workspace.take(CALIFORNIA, ImportOptions(create_fields=True, kinds=kinds))
    assert [workspace.fields.by_key[key].kind for key in ("zip", "mobile", "customer_no")] == [Kind.NUMBER] * 3
    report = workspace.take(
        "email,Zip,Mobile,Customer No\nma1@example.org,02138,+14155550999,00017\n"
        "ma2@example.org,94105-1234,(415) 555-0100,A-18\nma4@example.org,02138.0,0415555010,1\n",
        ImportOptions(),
    )
    assert (report.created, report.rejected) == (0, 3)
    assert report.reasons["Zip " + ZERO.format("Zip")] == 2
    assert report.reasons["Mobile " + ZERO.format("Mobile")] == 1
    assert report.reasons["Mobile " + PLUS.format("Mobile")] == 1
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["Zip"] == "02138", "nothing is lost"
    assert f'Zip {ZERO.format("Zip")}: "02138"' in rows[0]["rejected_because"]
    assert 'Mobile must be a number such as 12.5, not "(415) 555-0100"' in rows[1]["rejected_because"]


def test_a_text_field_keeps_leading_zeros(workspace: Workspace) -> None:
    workspace.services.write(create_field, workspace.type, "Zip", Kind.TEXT)
    workspace.take("email,Zip\nma1@example.org,02138\nma2@example.org,+0\n", ImportOptions())
    assert [workspace.values(f"ma{n}@example.org")["zip"] for n in (1, 2)] == ["02138", "+0"]


@pytest.mark.parametrize("text", ["007", "+7"])
def test_a_typed_value_gives_the_same_error(workspace: Workspace, text: str) -> None:
    workspace.take("email,age\nann@example.org,7\n")
    with pytest.raises(Invalid, match="which a number would lose"):
        workspace.services.write(
            create_contact, workspace.account, workspace.type, {"email": "bob@example.org", "age": text}
        )
    with pytest.raises(Invalid, match="which a number would lose"):
        workspace.services.write(edit_contact, workspace.account, workspace.type, 1, {"age": text})
    assert workspace.values("ann@example.org") == {"age": 7.0}
