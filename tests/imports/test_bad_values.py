"""Invalid cells: options are added, cells are left blank, or rows are rejected."""

import csv
import threading
from pathlib import Path

import pytest

from tamis.actions.fields.field_edits import FieldEdit, edit_field
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.new_options import MAX_INFERRED_OPTIONS
from tamis.actions.importing.jobs import find_import, omissions_file
from tamis.actions.importing.report import BadValue, ImportOptions
from tamis.actions.importing.undo import undo_import
from tamis.domain.errors import Invalid
from tamis.domain.fields import Kind
from tests.imports.conftest import CREATE, Desk

PLANS = "email,plan\n" + "".join(f"p{n}@example.org,{('Free', 'Pro')[n % 2]}\n" for n in range(20))
GOLD = "email,plan\nann@example.org,Gold\nbob@example.org, gold \ncat@example.org,free\nnonsense,Silver\n"
DRY = ImportOptions(create_fields=True, dry_run=True)
BLANK = ImportOptions(on_bad_value=BadValue.BLANK)


def table(path: str | None) -> list[dict[str, str]]:
    """Read a file of rejects."""
    assert path
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_options_that_tamis_has_listed_grow_with_the_next_file(desk: Desk) -> None:
    assert desk.take(PLANS).added_options == {}
    assert desk.fields.by_key["plan"].options_inferred
    before = desk.fields
    dry = desk.take(GOLD, DRY)
    assert (dry.created, dry.rejected, dry.added_options) == (3, 1, {"plan": ("Gold",)})
    assert desk.fields == before
    report = desk.take(GOLD)
    assert (report.created, report.rejected, report.added_options) == (3, 1, {"plan": ("Gold",)})
    assert desk.fields.by_key["plan"].options == ("Free", "Pro", "Gold"), "no option for a row that is rejected"
    assert desk.values("bob@example.org") == {"plan": "Gold"}
    assert desk.count('plan = "gold"') == 2
    assert desk.take(GOLD).added_options == {}


def test_an_undone_import_leaves_the_options_that_it_has_added(desk: Desk) -> None:
    desk.take(PLANS)
    report = desk.take(GOLD)
    assert report.import_id
    undo_import(desk.services, desk.account, report.import_id)
    assert desk.fields.by_key["plan"].options == ("Free", "Pro", "Gold")
    assert desk.count("email is not blank") == 20


@pytest.mark.parametrize(
    "edit",
    [
        FieldEdit(add_options=["Team"]),
        FieldEdit(delete_options=["Pro"]),
        FieldEdit(rename_options=[("Pro", "Plus")]),
        FieldEdit(order_options=["Pro"]),
    ],
)
def test_a_list_that_a_person_has_changed_is_theirs(desk: Desk, edit: FieldEdit) -> None:
    desk.take(PLANS)
    desk.services.write(edit_field, desk.account, desk.type, "plan", edit)
    field = desk.fields.by_key["plan"]
    assert not field.options_inferred
    report = desk.take(GOLD)
    assert (report.created, report.rejected, report.added_options) == (1, 3, {})
    assert report.unknown_options == {"plan": {"Gold": 2, "Silver": 1}}
    assert desk.fields.by_key["plan"].options == field.options
    assert "let the import add new options" in table(report.rejects_file)[0]["rejected_because"]
    assert '"Gold"' in table(report.rejects_file)[0]["rejected_because"]


def test_a_list_that_only_got_a_new_name_is_still_tamis_own(desk: Desk) -> None:
    desk.take(PLANS)
    desk.services.write(edit_field, desk.account, desk.type, "plan", FieldEdit(name="Tariff"))
    assert desk.fields.by_key["tariff"].options_inferred


@pytest.mark.parametrize("options", [ImportOptions(add_options=True), ImportOptions(bad_values={"plan": BadValue.ADD})])
def test_a_person_can_let_their_own_list_grow(desk: Desk, options: ImportOptions) -> None:
    desk.services.write(create_field, desk.type, "Plan", Kind.CHOICE, ["Free", "Pro"])
    report = desk.take(GOLD, options)
    assert (report.created, report.added_options) == (3, {"plan": ("Gold",)})
    assert not desk.fields.by_key["plan"].options_inferred, "the list is still theirs"
    assert desk.take("email,plan\ndan@example.org,Silver\n", ImportOptions()).rejected == 1


def test_a_column_can_be_kept_from_growing(desk: Desk) -> None:
    desk.take(PLANS)
    report = desk.take(GOLD, ImportOptions(add_options=True, bad_values={"plan": BadValue.REJECT}))
    assert (report.created, report.rejected, report.added_options) == (1, 3, {})
    report = desk.take(GOLD, ImportOptions(bad_values={"plan": BadValue.BLANK}))
    assert (report.created, report.unchanged, report.rejected) == (2, 1, 1)
    assert desk.values("ann@example.org") == {}


def test_lists_of_options_grow_part_by_part(desk: Desk) -> None:
    desk.services.write(create_field, desk.type, "Likes", Kind.CHOICES, ["Music", "Rock, Pop"])
    text = 'email,likes\nann@example.org,"music, Art"\nbob@example.org,"Rock, Pop; art; Sport"\n'
    report = desk.take(text, ImportOptions(add_options=True))
    assert report.added_options == {"likes": ("Art", "Sport")}
    assert desk.values("ann@example.org") == {"likes": ("Music", "Art")}
    assert desk.values("bob@example.org") == {"likes": ("Rock, Pop", "Art", "Sport")}


def test_what_can_be_no_option_is_bad_whatever_is_asked(desk: Desk) -> None:
    desk.take(PLANS)
    text = f"email,plan\nann@example.org,{'x' * 300}\nbob@example.org,Gold\n"
    report = desk.take(text)
    assert (report.created, report.rejected, report.added_options) == (1, 1, {"plan": ("Gold",)})
    assert desk.take(text, ImportOptions(on_bad_value=BadValue.BLANK)).created == 1


def test_a_list_of_tamis_own_does_not_grow_without_end(desk: Desk) -> None:
    desk.take(PLANS)
    text = "email,plan\n" + "".join(f"q{n}@example.org,Plan {n}\n" for n in range(MAX_INFERRED_OPTIONS))
    for options in (DRY, CREATE):
        report = desk.take(text, options)
        assert (report.created, report.rejected, report.added_options) == (0, MAX_INFERRED_OPTIONS, {})
        assert any("more than 200 options, so none were added: make it a text field" in each for each in report.notices)
    assert len(desk.take(text, ImportOptions(add_options=True)).added_options["plan"]) == MAX_INFERRED_OPTIONS


def test_two_imports_that_add_options_at_once_lose_nothing(desk: Desk) -> None:
    desk.take(PLANS)
    files = [
        desk.file(
            "email,plan\n" + "".join(f"{word}{n}@example.org,{word if n else 'Both'}\n" for n in range(30)),
            f"{word}.csv",
        )
        for word in ("Gold", "Silver", "Team")
    ]
    threads = [threading.Thread(target=desk.take, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(desk.fields.by_key["plan"].options) == {"Free", "Pro", "Both", "Gold", "Silver", "Team"}
    assert desk.count('plan = "Both"') == 3
    assert desk.count('plan in ("Gold", "Silver", "Team")') == 87


def test_two_imports_that_make_the_same_list_at_once_make_one(desk: Desk) -> None:
    first, second = (
        desk.file("email,tier\n" + "".join(f"{a}{n}@example.org,{(a, b)[n % 2]}\n" for n in range(20)), f"{a}.csv")
        for a, b in (("one", "both"), ("two", "Both"))
    )
    threads = [threading.Thread(target=desk.take, args=(file,)) for file in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {option.lower() for option in desk.fields.by_key["tier"].options} == {"one", "two", "both"}
    assert desk.count("email is not blank") == 40


BAD = (
    "email,Age,Born,City\nann@example.org,n/a,1990-01-01,Oslo\nbob@example.org,41,soon,Rome\n"
    "nonsense,n/a,,\ncat@example.org,7,1991-01-01,Bonn\n"
)


def people(desk: Desk) -> None:
    """Make the fields of BAD, and one contact."""
    desk.services.write(create_field, desk.type, "Age", Kind.NUMBER)
    desk.services.write(create_field, desk.type, "Born", Kind.DATE)
    desk.take("email,Age,City\nann@example.org,30,Paris\n", ImportOptions())


def test_bad_cells_can_be_left_blank_and_nothing_is_lost(desk: Desk) -> None:
    people(desk)
    dry = desk.take(BAD, ImportOptions(on_bad_value=BadValue.BLANK, dry_run=True))
    report = desk.take(BAD, BLANK)
    for each in (dry, report):
        assert (each.created, each.updated, each.rejected) == (2, 1, 1)
        assert [(one.column, one.count, one.examples) for one in each.omitted] == [
            ("Age", 1, ((2, "n/a"),)),
            ("Born", 1, ((3, "soon"),)),
        ]
    assert desk.values("ann@example.org")["age"] == 30.0, "a value that is there stays"
    assert desk.values("ann@example.org")["city"] == "Oslo"
    assert desk.values("bob@example.org") == {"age": 41.0, "city": "Rome"}
    rows = table(report.omitted_file)
    assert [row["rejected_line"] for row in rows] == ["2", "3"]
    assert rows[0]["Age"] == "n/a"
    assert rows[0]["rejected_because"] == 'left blank: age must be a number such as 12.5, not "n/a"'
    assert report.import_id
    job = find_import(desk.services, desk.account, report.import_id).job
    assert omissions_file(desk.services, job) == report.omitted_file
    assert "soon" not in str(job.report), "what an example shows would outlive its contact"
    assert report.omitted_file
    mended = desk.file(Path(report.omitted_file).read_text().replace("soon", "1989-02-03").replace("n/a", "31"))
    assert desk.take(mended, ImportOptions()).updated == 2
    assert desk.values("ann@example.org")["age"] == 31.0


def test_a_bad_cell_erases_where_blank_cells_do(desk: Desk) -> None:
    people(desk)
    desk.take(BAD, ImportOptions(on_bad_value=BadValue.BLANK, erase=True))
    assert "age" not in desk.values("ann@example.org")


def test_it_can_be_said_by_column(desk: Desk) -> None:
    people(desk)
    report = desk.take(BAD, ImportOptions(bad_values={"Age": BadValue.BLANK}))
    assert (report.created, report.updated, report.rejected) == (1, 1, 2)
    report = desk.take(BAD, ImportOptions(on_bad_value=BadValue.BLANK, bad_values={"Age": BadValue.REJECT}))
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
def test_what_cannot_be_done_is_refused(desk: Desk, said: dict[str, BadValue], reason: str) -> None:
    people(desk)
    before = desk.fields
    text = BAD.replace("City", "City,Unknown").replace("\n", ",x\n", 1)
    with pytest.raises(Invalid, match=reason):
        desk.take(text, ImportOptions(create_fields=True, bad_values=said))
    assert desk.fields == before
    assert desk.count("email is not blank") == 1


def test_a_column_of_tags_becomes_several_choices_that_grow(desk: Desk) -> None:
    text = "email,TAGS\n" + "".join(
        f'p{n}@example.org,"{quoted}"\n' for n, quoted in enumerate(['""VIP"",""Blog""', '""Blog""'] * 12)
    )
    report = desk.take(text)
    assert [(field.kind, field.options) for field in report.created_fields] == [(Kind.CHOICES, ("Blog", "VIP"))]
    assert desk.values("p0@example.org") == {"tags": ("Blog", "VIP")}
    more = desk.take('email,TAGS\np0@example.org,"""Gold"",""blog"""\n')
    assert more.added_options == {"tags": ("Gold",)}
    assert desk.values("p0@example.org") == {"tags": ("Blog", "Gold")}
