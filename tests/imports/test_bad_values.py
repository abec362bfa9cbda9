"""Invalid cells: options are added, cells are left blank, or rows are rejected."""

import csv
import threading
from pathlib import Path

import pytest

from tamis.actions.fields.field_edits import FieldEdit, edit_field
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.new_options import MAX_INFERRED_OPTIONS
from tamis.actions.importing.jobs.jobs import find_import, omissions_file
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Kind
from tests.imports.conftest import CREATE, Workspace

PLANS = "email,plan\n" + "".join(f"p{n}@example.org,{('Free', 'Pro')[n % 2]}\n" for n in range(20))
GOLD = "email,plan\nann@example.org,Gold\nbob@example.org, gold \ncat@example.org,free\nnonsense,Silver\n"
DRY = ImportOptions(create_fields=True, dry_run=True)
BLANK = ImportOptions(on_bad_value=BadValue.BLANK)


def table(path: str | None) -> list[dict[str, str]]:
    """Read a file of rejects."""
    assert path
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_inferred_options_grow_with_the_next_file(workspace: Workspace) -> None:
    assert workspace.take(PLANS).added_options == {}
    assert workspace.fields.by_key["plan"].options_inferred
    before = workspace.fields
    dry = workspace.take(GOLD, DRY)
    assert (dry.created, dry.rejected, dry.added_options) == (3, 1, {"plan": ("Gold",)})
    assert workspace.fields == before
    report = workspace.take(GOLD)
    assert (report.created, report.rejected, report.added_options) == (3, 1, {"plan": ("Gold",)})
    assert workspace.fields.by_key["plan"].options == ("Free", "Pro", "Gold"), "no option for a row that is rejected"
    assert workspace.values("bob@example.org") == {"plan": "Gold"}
    assert workspace.count('plan = "gold"') == 2
    assert workspace.take(GOLD).added_options == {}


def test_undoing_an_import_keeps_the_options_it_added(workspace: Workspace) -> None:
    workspace.take(PLANS)
    report = workspace.take(GOLD)
    assert report.import_id
    undo_import(workspace.services, workspace.account, report.import_id)
    assert workspace.fields.by_key["plan"].options == ("Free", "Pro", "Gold")
    assert workspace.count("email is not blank") == 20


@pytest.mark.parametrize(
    "edit",
    [
        FieldEdit(add_options=["Team"]),
        FieldEdit(delete_options=["Pro"]),
        FieldEdit(rename_options=[("Pro", "Plus")]),
        FieldEdit(order_options=["Pro"]),
    ],
)
def test_an_edited_option_list_does_not_grow(workspace: Workspace, edit: FieldEdit) -> None:
    workspace.take(PLANS)
    workspace.services.write(edit_field, workspace.account, workspace.type, "plan", edit)
    field = workspace.fields.by_key["plan"]
    assert not field.options_inferred
    report = workspace.take(GOLD)
    assert (report.created, report.rejected, report.added_options) == (1, 3, {})
    assert report.unknown_options == {"plan": {"Gold": 2, "Silver": 1}}
    assert workspace.fields.by_key["plan"].options == field.options
    assert "let the import add new options" in table(report.rejects_file)[0]["rejected_because"]
    assert '"Gold"' in table(report.rejects_file)[0]["rejected_because"]


def test_a_renamed_field_still_has_inferred_options(workspace: Workspace) -> None:
    workspace.take(PLANS)
    workspace.services.write(edit_field, workspace.account, workspace.type, "plan", FieldEdit(name="Tariff"))
    assert workspace.fields.by_key["tariff"].options_inferred


@pytest.mark.parametrize("options", [ImportOptions(add_options=True), ImportOptions(bad_values={"plan": BadValue.ADD})])
def test_a_user_can_let_an_edited_option_list_grow(workspace: Workspace, options: ImportOptions) -> None:
    workspace.services.write(create_field, workspace.type, "Plan", Kind.CHOICE, ["Free", "Pro"])
    report = workspace.take(GOLD, options)
    assert (report.created, report.added_options) == (3, {"plan": ("Gold",)})
    assert not workspace.fields.by_key["plan"].options_inferred, "the list is still theirs"
    assert workspace.take("email,plan\ndan@example.org,Silver\n", ImportOptions()).rejected == 1


def test_a_column_can_be_kept_from_growing(workspace: Workspace) -> None:
    workspace.take(PLANS)
    report = workspace.take(GOLD, ImportOptions(add_options=True, bad_values={"plan": BadValue.REJECT}))
    assert (report.created, report.rejected, report.added_options) == (1, 3, {})
    report = workspace.take(GOLD, ImportOptions(bad_values={"plan": BadValue.BLANK}))
    assert (report.created, report.unchanged, report.rejected) == (2, 1, 1)
    assert workspace.values("ann@example.org") == {}


def test_lists_of_options_grow_part_by_part(workspace: Workspace) -> None:
    workspace.services.write(create_field, workspace.type, "Likes", Kind.CHOICES, ["Music", "Rock, Pop"])
    text = 'email,likes\nann@example.org,"music, Art"\nbob@example.org,"Rock, Pop; art; Sport"\n'
    report = workspace.take(text, ImportOptions(add_options=True))
    assert report.added_options == {"likes": ("Art", "Sport")}
    assert workspace.values("ann@example.org") == {"likes": ("Music", "Art")}
    assert workspace.values("bob@example.org") == {"likes": ("Rock, Pop", "Art", "Sport")}


def test_a_value_that_cannot_be_an_option_is_always_invalid(workspace: Workspace) -> None:
    workspace.take(PLANS)
    text = f"email,plan\nann@example.org,{'x' * 300}\nbob@example.org,Gold\n"
    report = workspace.take(text)
    assert (report.created, report.rejected, report.added_options) == (1, 1, {"plan": ("Gold",)})
    assert workspace.take(text, ImportOptions(on_bad_value=BadValue.BLANK)).created == 1


def test_inferred_options_are_limited(workspace: Workspace) -> None:
    workspace.take(PLANS)
    text = "email,plan\n" + "".join(f"q{n}@example.org,Plan {n}\n" for n in range(MAX_INFERRED_OPTIONS))
    for options in (DRY, CREATE):
        report = workspace.take(text, options)
        assert (report.created, report.rejected, report.added_options) == (0, MAX_INFERRED_OPTIONS, {})
        assert any("more than 200 options, so none were added: make it a text field" in each for each in report.notices)
    assert len(workspace.take(text, ImportOptions(add_options=True)).added_options["plan"]) == MAX_INFERRED_OPTIONS


def test_two_imports_that_add_options_at_once_lose_nothing(workspace: Workspace) -> None:
    workspace.take(PLANS)
    files = [
        workspace.file(
            "email,plan\n" + "".join(f"{word}{n}@example.org,{word if n else 'Both'}\n" for n in range(30)),
            f"{word}.csv",
        )
        for word in ("Gold", "Silver", "Team")
    ]
    threads = [threading.Thread(target=workspace.take, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(workspace.fields.by_key["plan"].options) == {"Free", "Pro", "Both", "Gold", "Silver", "Team"}
    assert workspace.count('plan = "Both"') == 3
    assert workspace.count('plan in ("Gold", "Silver", "Team")') == 87


def test_two_imports_that_create_the_same_list_at_once_create_one(workspace: Workspace) -> None:
    first, second = (
        workspace.file("email,tier\n" + "".join(f"{a}{n}@example.org,{(a, b)[n % 2]}\n" for n in range(20)), f"{a}.csv")
        for a, b in (("one", "both"), ("two", "Both"))
    )
    threads = [threading.Thread(target=workspace.take, args=(file,)) for file in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {option.lower() for option in workspace.fields.by_key["tier"].options} == {"one", "two", "both"}
    assert workspace.count("email is not blank") == 40


BAD = (
    "email,Age,Born,City\nann@example.org,n/a,1990-01-01,Oslo\nbob@example.org,41,soon,Rome\n"
    "nonsense,n/a,,\ncat@example.org,7,1991-01-01,Bonn\n"
)


def people(workspace: Workspace) -> None:
    """Make the fields of BAD, and one contact."""
    workspace.services.write(create_field, workspace.type, "Age", Kind.NUMBER)
    workspace.services.write(create_field, workspace.type, "Born", Kind.DATE)
    workspace.take("email,Age,City\nann@example.org,30,Paris\n", ImportOptions())


def test_bad_cells_can_be_left_blank_and_nothing_is_lost(workspace: Workspace) -> None:
    people(workspace)
    dry = workspace.take(BAD, ImportOptions(on_bad_value=BadValue.BLANK, dry_run=True))
    report = workspace.take(BAD, BLANK)
    for each in (dry, report):
        assert (each.created, each.updated, each.rejected) == (2, 1, 1)
        assert [(one.column, one.count, one.examples) for one in each.omitted] == [
            ("Age", 1, ((2, "n/a"),)),
            ("Born", 1, ((3, "soon"),)),
        ]
    assert workspace.values("ann@example.org")["age"] == 30.0, "a value that is there stays"
    assert workspace.values("ann@example.org")["city"] == "Oslo"
    assert workspace.values("bob@example.org") == {"age": 41.0, "city": "Rome"}
    rows = table(report.omitted_file)
    assert [row["rejected_line"] for row in rows] == ["2", "3"]
    assert rows[0]["Age"] == "n/a"
    assert rows[0]["rejected_because"] == 'left blank: Age must be a number such as 12.5, not "n/a"'
    assert report.import_id
    job = find_import(workspace.services, workspace.account, report.import_id).job
    assert omissions_file(workspace.services, job) == report.omitted_file
    assert "soon" not in str(job.report), "what an example shows would outlive its contact"
    assert report.omitted_file
    mended = workspace.file(Path(report.omitted_file).read_text().replace("soon", "1989-02-03").replace("n/a", "31"))
    assert workspace.take(mended, ImportOptions()).updated == 2
    assert workspace.values("ann@example.org")["age"] == 31.0


def test_a_bad_cell_erases_where_blank_cells_do(workspace: Workspace) -> None:
    people(workspace)
    workspace.take(BAD, ImportOptions(on_bad_value=BadValue.BLANK, erase=True))
    assert "age" not in workspace.values("ann@example.org")


def test_bad_cells_can_be_handled_by_column(workspace: Workspace) -> None:
    people(workspace)
    report = workspace.take(BAD, ImportOptions(bad_values={"Age": BadValue.BLANK}))
    assert (report.created, report.updated, report.rejected) == (1, 1, 2)
    report = workspace.take(BAD, ImportOptions(on_bad_value=BadValue.BLANK, bad_values={"Age": BadValue.REJECT}))
    assert report.rejected == 2
    assert [one.column for one in report.omitted] == ["Born"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"Nothing": BadValue.BLANK}, 'the file has no column "Nothing"'),
        ({"email": BadValue.BLANK}, "contains the email"),
        ({"Unknown": BadValue.ADD}, "is mapped to a text field, which has no options"),
        ({"Age": BadValue.ADD}, "is mapped to a number field, which has no options"),
    ],
)
def test_impossible_choices_are_refused(workspace: Workspace, said: dict[str, BadValue], reason: str) -> None:
    people(workspace)
    before = workspace.fields
    text = BAD.replace("City", "City,Unknown").replace("\n", ",x\n", 1)
    with pytest.raises(Invalid, match=reason):
        workspace.take(text, ImportOptions(create_fields=True, bad_values=said))
    assert workspace.fields == before
    assert workspace.count("email is not blank") == 1


def test_a_column_of_tags_becomes_several_choices_that_grow(workspace: Workspace) -> None:
    text = "email,TAGS\n" + "".join(
        f'p{n}@example.org,"{quoted}"\n' for n, quoted in enumerate(['""VIP"",""Blog""', '""Blog""'] * 12)
    )
    report = workspace.take(text)
    assert [(field.kind, field.options) for field in report.created_fields] == [(Kind.CHOICES, ("Blog", "VIP"))]
    assert workspace.values("p0@example.org") == {"tags": ("Blog", "VIP")}
    more = workspace.take('email,TAGS\np0@example.org,"""Gold"",""blog"""\n')
    assert more.added_options == {"tags": ("Gold",)}
    assert workspace.values("p0@example.org") == {"tags": ("Blog", "Gold")}
