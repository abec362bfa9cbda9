"""The preview of a file shows what an import would read."""

import codecs
import gzip
from pathlib import Path

import duckdb
import pytest

from tamis.actions.importing.jobs.uploads import upload_path
from tamis.actions.importing.mapping.mapping_choices import (
    EMAIL_CHOICE,
    FIELD,
    NEW,
    SKIP,
    FormatSettings,
    build_options,
    columns_with_unclear_order,
    propose_choices,
)
from tamis.actions.importing.reports.preview import ROWS_SHOWN, FilePreview, preview_upload
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.domain.errors import Invalid
from tamis.domain.parsing.column_format import Ambiguous, ColumnFormat
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tamis.files.encodings.encoding import as_utf8, find_encoding
from tamis.files.excerpt import EXCERPT_BYTES, excerpt
from tamis.files.source import open_source
from tests.imports.conftest import Workspace
from tests.imports.test_uploads import upload_file

PEOPLE = "E-mail;Country;Joined;Age;\na@example.org;India;31/12/2024;7;x\nb@example.org;Peru;01/02/2024;8;y\n"


def seen(workspace: Workspace, content: bytes, name: str = "people.csv") -> FilePreview:
    """Look at the content of a file."""
    return preview_upload(workspace.services, upload_file(workspace, content, name))


def kinds(look: FilePreview) -> list[Kind]:
    """Return the kind of each column."""
    return [column.kind.kind for column in look.columns]


def test_a_delimited_file_is_previewed_as_an_import_reads_it(workspace: Workspace) -> None:
    look = seen(
        workspace, ("Report of May\n\n" + PEOPLE + "c@example.org;Chad\n").encode("cp1252") + b"d@example.org;\xe9;;;\n"
    )
    assert (look.format, look.encoding, look.delimiter, look.header_line) == ("csv", "windows-1252", ";", 3)
    assert [column.name for column in look.columns] == ["E-mail", "Country", "Joined", "Age", ""]
    assert [row.line for row in look.rows] == [4, 5, 6, 7]
    assert look.rows[0].cells == ("a@example.org", "India", "31/12/2024", "7", "x")
    assert [bool(row.problem) for row in look.rows] == [False, False, True, False]
    assert (look.rows_profiled, look.is_whole) == (4, True)
    assert kinds(look) == [Kind.TEXT, Kind.TEXT, Kind.DATE, Kind.NUMBER, Kind.TEXT]
    assert [column.contents.holds_emails for column in look.columns] == [True, False, False, False, False]
    assert any("Windows-1252" in notice for notice in look.notices)
    assert any("above the header" in notice for notice in look.notices)
    choices = propose_choices(look, workspace.fields)
    assert choices == [EMAIL_CHOICE, FIELD + "country", NEW, NEW, SKIP]
    options = build_options(look, workspace.fields, choices, FormatSettings())
    upload = upload_file(workspace, PEOPLE.encode())
    import_file(
        workspace.services,
        workspace.account,
        workspace.type,
        upload_path(workspace.services, upload.id),
        options,
        upload=upload,
    )
    assert workspace.values("a@example.org")["age"] == 7
    assert workspace.fields.by_key["joined"].kind is Kind.DATE


def test_json_and_parquet_are_previewed_too(workspace: Workspace) -> None:
    look = seen(workspace, b'{"email": "a@example.org", "n": 1}\n\nno\n{"m": [1, 2]}\n', "people.ndjson")
    assert (look.format, look.encoding, look.delimiter, look.header_line) == ("ndjson", "utf-8", None, None)
    assert [column.name for column in look.columns] == ["email", "n", "m"]
    assert [(row.line, row.problem) for row in look.rows] == [
        (1, None),
        (3, "the line is not a JSON object"),
        (4, None),
    ]
    assert look.rows[2].cells == ("", "", "1; 2")
    path = workspace.directory / "people.parquet"
    duckdb.execute(
        "COPY (SELECT 'a' || n || '@example.org' AS Contact, n FROM range(50) r(n)) TO $1 (FORMAT parquet)", [str(path)]
    )
    look = seen(workspace, path.read_bytes(), "people.parquet")
    assert (look.format, len(look.rows), look.rows_profiled, look.is_whole) == ("parquet", ROWS_SHOWN, 50, True)
    assert kinds(look) == [Kind.TEXT, Kind.NUMBER]
    assert propose_choices(look, workspace.fields) == [EMAIL_CHOICE, NEW]  # recognized by its cells, not by its name
    assert build_options(look, workspace.fields, [EMAIL_CHOICE, NEW], FormatSettings()).chosen == {"Contact": "email"}


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"PK\x03\x04" + b"\0" * 40, "a.csv", "zip archive"),
        (b"\x89PNG" + b"\0" * 40, "a.csv", "is an image"),
        (b"\0\1\2\3" * 40, "a.csv", "is not text"),
        (b"\n\n\n", "a.csv", "is empty"),
        (b"PAR1 not", "a.parquet", "not a complete Parquet file"),
        (b"1\n2\n", "a.ndjson", "no JSON object"),
        (gzip.compress(b"email\n" * 99, mtime=0)[:20], "a.csv.gz", "gzip"),
        (b"a@example.org,1\n", "a.csv", "where the column names should be"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_with_a_reason(
    workspace: Workspace, content: bytes, name: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        seen(workspace, content, name)
    assert str(workspace.services.settings.data) not in str(refused.value)
    assert name in str(refused.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_only_the_start_of_a_large_file_is_previewed(tmp_path: Path, encoding: str, end: str) -> None:
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    # \u0a0d and \u0d0a are bytes of line ends where they are none.
    lines = ["email,name"] + [f"a{n}@example.org,é\u0a0d\u0d0a" for n in range(250_000)]
    path = tmp_path / "large"
    path.write_bytes(mark + end.join([*lines, ""]).encode(encoding))
    source = open_source(path, tmp_path)
    part, read, whole = excerpt(source, find_encoding(source), tmp_path)
    text = b"".join(as_utf8(part, read)).decode()
    assert (whole, read.name) == (False, encoding)
    assert EXCERPT_BYTES - 200 < part.size <= EXCERPT_BYTES
    assert text.endswith(end[-1])
    assert lines[: text.count(end)] == text.split(end)[:-1]


def test_a_partial_preview_is_marked_as_partial(workspace: Workspace) -> None:
    rows = "".join(f'a{n}@example.org,"{n}\n{n}"\n' for n in range(200_000))
    look = seen(
        workspace, gzip.compress(b"email,n\n" + rows.encode() + "z@example.org,é\n".encode("cp1252")), "p.csv.gz"
    )
    assert (look.encoding, look.is_whole) == ("windows-1252", False)  # as its last line says
    assert [line.text for line in look.sample] == ["z@example.org,é"]
    assert 50_000 < look.rows_profiled < 200_000
    assert all(row.problem is None for row in look.rows)


def test_invalid_choices_are_reported_at_their_columns(workspace: Workspace) -> None:
    look = seen(workspace, b"who,email,x,X!,created_at\na@example.org,b@example.org,1,2,2024-01-01\n")
    fields = workspace.fields
    assert propose_choices(look, fields) == [NEW, EMAIL_CHOICE, NEW, NEW, SKIP]

    def problems(*choices: str) -> list[tuple[str, str]]:
        with pytest.raises(Invalid) as refused:
            build_options(look, fields, choices, FormatSettings())
        return [(problem.path, str(problem)) for problem in refused.value.problems]

    assert [path for path, _ in problems(NEW, EMAIL_CHOICE, FIELD + "city", FIELD + "city", SKIP)] == ["2", "3"]
    assert [path for path, _ in problems(EMAIL_CHOICE, EMAIL_CHOICE, NEW, SKIP, SKIP)] == ["0", "1"]
    assert [path for path, _ in problems(SKIP, SKIP, NEW, SKIP, SKIP)] == [""]
    assert [path for path, _ in problems(EMAIL_CHOICE, "field:none", "nonsense", SKIP, NEW)] == ["1", "2", "4"]
    options = build_options(look, fields, [EMAIL_CHOICE, SKIP, FIELD + "city", NEW, SKIP], FormatSettings(erase=True))
    assert options == ImportOptions(
        create_fields=True,
        chosen={"who": "email", "x": "city"},
        erase=True,
        left_out=frozenset({"email", "created_at"}),
    )
    report = workspace.take(b"who,email,x,X!,created_at\na@example.org,b@example.org,1,2,2024-01-01\n", options)
    assert (report.created, report.ignored_columns) == (1, ("email", "created_at"))
    assert [field.key for field in report.created_fields] == ["x_2"]
    assert workspace.values("a@example.org")["city"] == "1"


def test_columns_with_equal_keys_get_separate_fields(workspace: Workspace) -> None:
    content = b"email,x,X!\na@example.org,1,2\n"
    look = seen(workspace, content)
    assert propose_choices(look, workspace.fields) == [EMAIL_CHOICE, NEW, NEW]
    workspace.take(content, build_options(look, workspace.fields, [EMAIL_CHOICE, NEW, NEW], FormatSettings()))
    assert workspace.values("a@example.org") == {"x": 1, "x_2": 2}
    assert propose_choices(look, workspace.fields) == [EMAIL_CHOICE, FIELD + "x", FIELD + "x_2"]
    again = build_options(look, workspace.fields, [EMAIL_CHOICE, FIELD + "x", FIELD + "x_2"], FormatSettings())
    assert workspace.take(content, again).unchanged == 1


def test_the_order_of_dates_is_asked_where_it_matters(workspace: Workspace) -> None:
    look = seen(workspace, b"email,joined\na@example.org,03/04/2024\nb@example.org,05/06/2024\n")
    assert isinstance(look.columns[1].kind, Ambiguous)
    with pytest.raises(Invalid, match="3 April or 4 March"):
        build_options(look, workspace.fields, [EMAIL_CHOICE, NEW], FormatSettings())
    assert build_options(look, workspace.fields, [EMAIL_CHOICE, SKIP], FormatSettings())
    assert build_options(look, workspace.fields, [EMAIL_CHOICE, FIELD + "city"], FormatSettings())
    assert [column.name for column in columns_with_unclear_order(look, workspace.fields, [EMAIL_CHOICE, NEW])] == [
        "joined"
    ]
    options = build_options(look, workspace.fields, [EMAIL_CHOICE, NEW], FormatSettings(order=DateOrder.MDY))
    workspace.take(b"email,joined\na@example.org,03/04/2024\n", options)
    assert f"{workspace.values('a@example.org')['joined']}" == "2024-03-04"
    decided = seen(workspace, b"email,joined\na@example.org,13/04/2024\n")
    assert decided.columns[1].kind == ColumnFormat(Kind.DATE, (), DateOrder.DMY)
