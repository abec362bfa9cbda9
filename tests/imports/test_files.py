"""Files as people have them: a clear report, nothing half done."""

import gzip
from pathlib import Path

import pytest

from tamis.actions.importing.report import ImportOptions
from tamis.domain.errors import Invalid
from tests.imports.conftest import Desk

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
def test_forms_of_the_same_file(desk: Desk, content: bytes) -> None:
    report = desk.take(content)
    assert (report.rows, report.created, report.rejected) == (2, 2, 0)
    assert desk.values("ann@example.org") == {"first_name": "Ann"}


def test_what_quotes_hold_is_kept(desk: Desk) -> None:
    desk.take('email,note\nann@example.org,"a, ""b""\nc\r\nd"\n')
    assert desk.values("ann@example.org") == {"note": 'a, "b"\nc\r\nd'}


def test_what_is_not_utf_8_is_windows_1252_with_a_notice(desk: Desk) -> None:
    report = desk.take("email,first_name\nann@example.org,Zoë\n".encode("windows-1252"))
    assert desk.values("ann@example.org") == {"first_name": "Zoë"}
    assert any("Windows-1252" in text for text in report.notices)


def test_a_row_with_an_open_quote_is_rejected_and_the_others_go_in(desk: Desk) -> None:
    report = desk.take('email,x\nann@example.org,1\nbob@example.org,"2\n')
    assert (report.created, report.rejected) == (1, 1)
    report = desk.take('email,x\nann@example.org,1\nbob@example.org,"2"3\ncat@example.org,3\n')
    assert (report.created, report.unchanged, report.rejected) == (1, 1, 1)


def test_other_scripts_are_kept(desk: Desk) -> None:
    desk.take("email,first_name,城市\nann@example.org,Zoë 😀,東京\n用户@例子.广告,王,北京\n")
    assert desk.values("ann@example.org") == {"first_name": "Zoë 😀", "城市": "東京"}
    assert desk.count('城市 = "北京"') == 1


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
def test_a_file_that_cannot_be_taken_is_refused_and_nothing_is_written(desk: Desk, content: bytes, reason: str) -> None:
    before, fields = desk.changes, desk.fields
    with pytest.raises(Invalid) as refused:
        desk.take(content)
    assert reason in str(refused.value)
    assert (desk.changes, desk.fields) == (before, fields)
    assert not list(desk.services.settings.data.glob("rejects/*"))


def test_a_file_that_is_not_there_or_is_a_directory_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        desk.take(desk.directory / "nothing.csv")
    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        desk.take(desk.directory)


def test_only_a_header_is_a_file_without_rows(desk: Desk) -> None:
    report = desk.take("email,first_name\n")
    assert (report.rows, report.created, report.rejects_file) == (0, 0, None)


def test_unknown_columns_are_ignored_and_named_unless_fields_are_to_be_made(desk: Desk) -> None:
    report = desk.take("email,plan,,created_at\nann@example.org,Pro,x,2020-01-01\n", ImportOptions())
    assert report.ignored_columns == ("plan", "", "created_at")
    assert report.created_fields == ()
    report = desk.take("email,plan\nann@example.org,Pro\n")
    assert report.ignored_columns == ()
    assert desk.values("ann@example.org") == {"plan": "Pro"}


def test_columns_are_mapped_to_fields(desk: Desk) -> None:
    text = "Mail,Town\nann@example.org,Oslo\n"
    desk.take(text, ImportOptions(chosen={"Mail": "email", "Town": "city"}))
    assert desk.values("ann@example.org") == {"city": "Oslo"}
    with pytest.raises(Invalid) as refused:
        desk.take(text, ImportOptions(chosen={"Mail": "email", "Nothing": "city", "Town": "nowhere"}))
    assert 'no column "Nothing"' in str(refused.value)
    assert 'no field "nowhere": create it first' in str(refused.value)


def test_a_column_is_mapped_to_a_field_that_the_same_import_makes(desk: Desk) -> None:
    text = "email,created_at,plan\nann@example.org,2024-01-15T10:00:00.000Z,Pro\nbob@example.org,,Free\n"
    report = desk.take(text)
    assert report.ignored_columns == ("created_at",)
    chosen = {"created_at": "Subscribed", "plan": "Plan of today"}
    report = desk.take(text, ImportOptions(create_fields=True, chosen=chosen))
    assert report.ignored_columns == report.notices == ()
    assert [(field.name, field.kind) for field in report.created_fields] == [
        ("Subscribed", "datetime"),
        ("Plan of today", "text"),
    ]
    assert desk.count("subscribed = 2024-01-15") == 1
    assert desk.take(text, ImportOptions(chosen=chosen)).unchanged == 2, "the fields are there now"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("updated_at", "is set by Tamis"), ("!", "at least one letter or digit"), ("x" * 256, "longer than")],
)
def test_a_field_that_cannot_be_is_not_made(desk: Desk, name: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        desk.take("email,joined\nann@example.org,x\n", ImportOptions(create_fields=True, chosen={"joined": name}))


def test_an_address_column_that_is_to_feed_another_field_is_not_taken_as_the_address(desk: Desk) -> None:
    chosen = {"E-Mail": "Second address", "Main": "email"}
    desk.take("E-Mail,Main\nx@example.org,ann@example.org\n", ImportOptions(create_fields=True, chosen=chosen))
    assert desk.values("ann@example.org") == {"second_address": "x@example.org"}


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
def test_kinds_are_inferred_from_all_values(desk: Desk, cells: list[str], kind: str) -> None:
    rows = "".join(f'p{n}@example.org,"{cell}"\n' for n, cell in enumerate(cells))
    report = desk.take(f"email,Some thing\n{rows}")
    assert [(field.key, field.kind) for field in report.created_fields] == [("some_thing", kind)]
    assert report.rejected == 0


def test_a_date_time_without_an_offset_is_on_the_clocks_of_the_account(desk: Desk) -> None:
    desk.take("email,seen\nann@example.org,2024-05-01 03:00\nbob@example.org,2024-05-01 03:00Z\n")
    assert desk.count("seen = 2024-05-01") == 2
    assert desk.count("seen = 2024-05-01T03:00") == 1
    assert desk.count("seen = 2024-04-30T21:00Z") == 1


@pytest.mark.parametrize("header", ["loyalty__c", "_x", "x_", "ßtra", "Birth Date", "2nd", "and", "ǆ"])
def test_fields_made_from_a_header_are_found_again(desk: Desk, header: str) -> None:
    text = f"email,{header}\nann@example.org,x\n"
    assert len(desk.take(text).created_fields) == 1
    again = desk.take(text)
    assert (again.created_fields, again.unchanged) == ((), 1)


@pytest.mark.parametrize(
    ("header", "names", "notice"),
    [
        ("x" * 300, ["X" + "x" * 253 + "…"], "more than 255 characters were shortened"),
        ("a\x07b\u200b", ["A b"], "cannot be seen were removed"),
        ('"Which  of\nthese?"', ["Which of these?"], None),
        ("Reason,Reason", ["Reason", "Reason (2)"], 'told apart by a number: "Reason (2)"'),
        ("Plan,plan!", ["Plan", "plan! (2)"], 'makes the field "plan_2"'),
        ("Plan,plan,Plan,plan_2", ["Plan", "plan (3)", "Plan (2)", "plan_2 (2)"], "told apart"),
    ],
)
def test_names_of_columns_become_names_of_fields(desk: Desk, header: str, names: list[str], notice: str | None) -> None:
    cells = ",".join(f"v{n}" for n in range(len(names)))
    text = f"email,{header}\nann@example.org,{cells}\n"
    dry = desk.take(text, ImportOptions(create_fields=True, dry_run=True))
    report = desk.take(text)
    assert [field.name.lower() for field in report.created_fields] == [name.lower() for name in names]
    assert [(f.key, f.kind) for f in dry.created_fields] == [(f.key, f.kind) for f in report.created_fields]
    assert dry.notices == report.notices
    assert [list(desk.values("ann@example.org").values())] == [cells.split(",")]
    assert notice is None or any(notice in text for text in report.notices)
    again = desk.take(text)
    assert (again.created_fields, again.unchanged) == ((), 1)


def test_a_column_that_repeats_is_mapped_and_left_out_by_its_number(desk: Desk) -> None:
    text = "email,Town,Town\nann@example.org,,Oslo\n"
    desk.take(text, ImportOptions(chosen={" Town\n(2)": "city"}))
    assert desk.values("ann@example.org") == {"city": "Oslo"}
    report = desk.take(text, ImportOptions(create_fields=True, left_out=frozenset({"Town"})))
    assert report.ignored_columns == ("Town",)
    assert [field.name for field in report.created_fields] == ["Town (2)"]


def test_known_fields_keep_their_kind(desk: Desk) -> None:
    desk.take("email,code\nann@example.org,A1\n")
    report = desk.take("email,code\nbob@example.org,7\n")
    assert report.created_fields == ()
    assert desk.values("bob@example.org") == {"code": "7"}


def test_a_file_of_many_batches(desk: Desk, tmp_path: Path) -> None:
    rows = "".join(f"p{n}@example.org,{n}\n" for n in range(45_000))
    report = desk.take(f"email,n\n{rows}{rows}")
    assert (report.rows, report.created, report.repeated) == (90_000, 45_000, 45_000)
    assert desk.count("n >= 22500") == 22_500
