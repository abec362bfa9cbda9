"""Files as people have them: a clear report, nothing half done."""

import gzip
from pathlib import Path

import pytest

from tamis.actions.importing.reports.report import ImportOptions
from tamis.domain.errors import Invalid
from tests.imports.conftest import Workspace

PEOPLE = "email,first_name\nann@example.org,Ann\nbob@example.org,Bob\n"


@pytest.mark.parametrize(
    "content",
    [
        PEOPLE.encode(),
        b"\xef\xbb\xbf" + PEOPLE.encode(),
        PEOPLE.replace("\n", "\r\n").encode(),
        PEOPLE.rstrip("\n").encode(),
        PEOPLE.replace("\nbob", "\n\n\nbob").encode(),
        PEOPLE.replace("Ann", '"Ann"').encode(),
        gzip.compress(PEOPLE.encode()),
        gzip.compress(PEOPLE[:30].encode()) + gzip.compress(PEOPLE[30:].encode()),
        PEOPLE.encode("utf-16"),
        PEOPLE.replace("\n", "\r").encode(),
        PEOPLE.replace(",", ";").encode(),
        PEOPLE.replace(",", "\t").encode(),
        PEOPLE.replace(",", "|").encode(),
        b"Our people\n\n" + PEOPLE.encode(),
    ],
    ids=[
        *(
            "plain",
            "BOM",
            "CRLF",
            "no final line end",
            "blank lines",
            "quotes",
            "gzip",
            "gzip in two members",
            "UTF-16",
        ),
        *("CR", "semicolons", "tabs", "pipes", "a title above the header"),
    ],
)
def test_forms_of_the_same_file(workspace: Workspace, content: bytes) -> None:
    report = workspace.take(content)
    assert (report.rows, report.created, report.rejected) == (2, 2, 0)
    assert workspace.values("ann@example.org") == {"first_name": "Ann"}


def test_quoted_text_is_kept(workspace: Workspace) -> None:
    workspace.take('email,note\nann@example.org,"a, ""b""\nc\r\nd"\n')
    assert workspace.values("ann@example.org") == {"note": 'a, "b"\nc\r\nd'}


def test_text_that_is_not_utf_8_is_read_as_windows_1252_with_a_notice(workspace: Workspace) -> None:
    report = workspace.take("email,first_name\nann@example.org,Zoë\n".encode("windows-1252"))
    assert workspace.values("ann@example.org") == {"first_name": "Zoë"}
    assert any("Windows-1252" in text for text in report.notices)


def test_a_row_with_an_open_quote_is_rejected_alone(workspace: Workspace) -> None:
    report = workspace.take('email,x\nann@example.org,1\nbob@example.org,"2\n')
    assert (report.created, report.rejected) == (1, 1)
    report = workspace.take('email,x\nann@example.org,1\nbob@example.org,"2"3\ncat@example.org,3\n')
    assert (report.created, report.unchanged, report.rejected) == (1, 1, 1)


def test_other_scripts_are_kept(workspace: Workspace) -> None:
    workspace.take("email,first_name,城市\nann@example.org,Zoë 😀,東京\n用户@例子.广告,王,北京\n")
    assert workspace.values("ann@example.org") == {"first_name": "Zoë 😀", "城市": "東京"}
    assert workspace.count('城市 = "北京"') == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"first_name\nAnn\n", "no column contains emails"),
        (b"email,first_name,First Name\nann@example.org,1,2\n", 'are both mapped to the field "First name"'),
        (gzip.compress(PEOPLE.encode() * 5_000)[:-30], "is an incomplete gzip file"),
        (b"\x1f\x8bnonsense", "is a damaged gzip file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is an image"),
        (b"ann@example.org,Ann\nbob@example.org,Bob\n", "add a line with the column names"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unusable_file_is_refused_and_nothing_is_written(workspace: Workspace, content: bytes, reason: str) -> None:
    before, fields = workspace.changes, workspace.fields
    with pytest.raises(Invalid) as refused:
        workspace.take(content)
    assert reason in str(refused.value)
    assert (workspace.changes, workspace.fields) == (before, fields)
    assert not list(workspace.services.settings.data.glob("rejects/*"))


def test_a_missing_file_or_a_directory_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        workspace.take(workspace.directory / "nothing.csv")
    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        workspace.take(workspace.directory)


def test_a_file_with_only_a_header_has_no_rows(workspace: Workspace) -> None:
    report = workspace.take("email,first_name\n")
    assert (report.rows, report.created, report.rejects_file) == (0, 0, None)


def test_unknown_columns_are_reported_unless_fields_are_created(workspace: Workspace) -> None:
    report = workspace.take("email,plan,,created_at\nann@example.org,Pro,x,2020-01-01\n", ImportOptions())
    assert report.ignored_columns == ("plan", "", "created_at")
    assert report.created_fields == ()
    report = workspace.take("email,plan\nann@example.org,Pro\n")
    assert report.ignored_columns == ()
    assert workspace.values("ann@example.org") == {"plan": "Pro"}


def test_columns_are_mapped_to_fields(workspace: Workspace) -> None:
    text = "Mail,Town\nann@example.org,Oslo\n"
    workspace.take(text, ImportOptions(chosen={"Mail": "email", "Town": "city"}))
    assert workspace.values("ann@example.org") == {"city": "Oslo"}
    with pytest.raises(Invalid) as refused:
        workspace.take(text, ImportOptions(chosen={"Mail": "email", "Nothing": "city", "Town": "nowhere"}))
    assert 'no column "Nothing"' in str(refused.value)
    assert 'no field "nowhere": create it first' in str(refused.value)


def test_a_column_is_mapped_to_a_field_created_by_the_same_import(workspace: Workspace) -> None:
    text = "email,created_at,plan\nann@example.org,2024-01-15T10:00:00.000Z,Pro\nbob@example.org,,Free\n"
    report = workspace.take(text)
    assert report.ignored_columns == ("created_at",)
    chosen = {"created_at": "Subscribed", "plan": "Plan of today"}
    report = workspace.take(text, ImportOptions(create_fields=True, chosen=chosen))
    assert report.ignored_columns == report.notices == ()
    assert [(field.name, field.kind) for field in report.created_fields] == [
        ("Subscribed", "datetime"),
        ("Plan of today", "text"),
    ]
    assert workspace.count("subscribed = 2024-01-15") == 1
    assert workspace.take(text, ImportOptions(chosen=chosen)).unchanged == 2, "the fields are there now"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("updated_at", "is set by Tamis"), ("!", "at least one letter or digit"), ("x" * 256, "longer than")],
)
def test_an_invalid_field_is_not_created(workspace: Workspace, name: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        workspace.take("email,joined\nann@example.org,x\n", ImportOptions(create_fields=True, chosen={"joined": name}))


def test_an_email_column_mapped_to_a_field_is_not_the_email(workspace: Workspace) -> None:
    chosen = {"E-Mail": "Second address", "Main": "email"}
    workspace.take("E-Mail,Main\nx@example.org,ann@example.org\n", ImportOptions(create_fields=True, chosen=chosen))
    assert workspace.values("ann@example.org") == {"second_address": "x@example.org"}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3e2", ""], "number"),
        (["0", "1"], "number"),
        (["007", "12"], "text"),
        (["+4912345"], "text"),
        (["12345678901234567890"], "text"),
        (["1,5"], "number"),
        (["true", "FALSE", " "], "boolean"),
        (["Yes", "no"], "boolean"),
        (["yes", "1"], "text"),
        (["2024-02-29", ""], "date"),
        (["2023-02-29"], "text"),
        (["2024-02-29", "2024-02-29 10:00"], "datetime"),
        (["2024-02-29T10:00:00Z"], "datetime"),
        (["", " "], "text"),
        (["x"], "text"),
    ],
)
def test_kinds_are_inferred_from_all_values(workspace: Workspace, cells: list[str], kind: str) -> None:
    rows = "".join(f'p{n}@example.org,"{cell}"\n' for n, cell in enumerate(cells))
    report = workspace.take(f"email,Some thing\n{rows}")
    assert [(field.key, field.kind) for field in report.created_fields] == [("some_thing", kind)]
    assert report.rejected == 0


def test_a_date_time_without_an_offset_is_in_the_account_time_zone(workspace: Workspace) -> None:
    workspace.take("email,seen\nann@example.org,2024-05-01 03:00\nbob@example.org,2024-05-01 03:00Z\n")
    assert workspace.count("seen = 2024-05-01") == 2
    assert workspace.count("seen = 2024-05-01T03:00") == 1
    assert workspace.count("seen = 2024-04-30T21:00Z") == 1


@pytest.mark.parametrize("header", ["loyalty__c", "_x", "x_", "ßtra", "Birth Date", "2nd", "and", "ǆ"])
def test_fields_created_from_a_header_are_found_again(workspace: Workspace, header: str) -> None:
    text = f"email,{header}\nann@example.org,x\n"
    assert len(workspace.take(text).created_fields) == 1
    again = workspace.take(text)
    assert (again.created_fields, again.unchanged) == ((), 1)


@pytest.mark.parametrize(
    ("header", "names", "notice"),
    [
        ("x" * 300, ["X" + "x" * 253 + "…"], "longer than 255 characters were shortened"),
        ("a\x07b\u200b", ["A b"], "Invisible characters were removed"),
        ('"Which  of\nthese?"', ["Which of these?"], None),
        ("Reason,Reason", ["Reason", "Reason (2)"], 'added to repeated column names: "Reason (2)"'),
        ("Plan,plan!", ["Plan", "plan! (2)"], 'creates the field "plan_2"'),
        ("Plan,plan,Plan,plan_2", ["Plan", "plan (3)", "Plan (2)", "plan_2 (2)"], "Numbers were added"),
    ],
)
def test_column_names_become_field_names(
    workspace: Workspace, header: str, names: list[str], notice: str | None
) -> None:
    cells = ",".join(f"v{n}" for n in range(len(names)))
    text = f"email,{header}\nann@example.org,{cells}\n"
    dry = workspace.take(text, ImportOptions(create_fields=True, dry_run=True))
    report = workspace.take(text)
    assert [field.name.lower() for field in report.created_fields] == [name.lower() for name in names]
    assert [(f.key, f.kind) for f in dry.created_fields] == [(f.key, f.kind) for f in report.created_fields]
    assert dry.notices == report.notices
    assert [list(workspace.values("ann@example.org").values())] == [cells.split(",")]
    assert notice is None or any(notice in text for text in report.notices)
    again = workspace.take(text)
    assert (again.created_fields, again.unchanged) == ((), 1)


def test_a_column_that_repeats_is_mapped_and_left_out_by_its_number(workspace: Workspace) -> None:
    text = "email,Town,Town\nann@example.org,,Oslo\n"
    workspace.take(text, ImportOptions(chosen={" Town\n(2)": "city"}))
    assert workspace.values("ann@example.org") == {"city": "Oslo"}
    report = workspace.take(text, ImportOptions(create_fields=True, left_out=frozenset({"Town"})))
    assert report.ignored_columns == ("Town",)
    assert [field.name for field in report.created_fields] == ["Town (2)"]


def test_known_fields_keep_their_kind(workspace: Workspace) -> None:
    workspace.take("email,code\nann@example.org,A1\n")
    report = workspace.take("email,code\nbob@example.org,7\n")
    assert report.created_fields == ()
    assert workspace.values("bob@example.org") == {"code": "7"}


def test_a_file_of_many_batches(workspace: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"p{n}@example.org,{n}\n" for n in range(45_000))
    report = workspace.take(f"email,n\n{rows}{rows}")
    assert (report.rows, report.created, report.repeated) == (90_000, 45_000, 45_000)
    assert workspace.count("n >= 22500") == 22_500
