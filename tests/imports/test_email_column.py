"""The email column is found by its name and its cells, alike for the command line and the console."""

from pathlib import Path

import duckdb
import pytest

from tamis.actions.importing.jobs.uploads import IncomingUpload
from tamis.actions.importing.mapping.mapping_choices import (
    EMAIL_CHOICE,
    SKIP,
    FormatSettings,
    build_options,
    email_notices,
    propose_choices,
)
from tamis.actions.importing.reports.preview import FilePreview, preview_upload
from tamis.actions.importing.reports.report import ImportOptions
from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Kind
from tamis.web.console.display.messages import WORDS
from tests.imports.conftest import Workspace

ANN = "ann@example.org"


def seen(workspace: Workspace, content: str, name: str = "people.csv") -> FilePreview:
    """Hand a file in, and look at it."""
    with IncomingUpload(workspace.services, workspace.account, 0) as incoming:
        incoming.write(content.encode())
        return preview_upload(workspace.services, incoming.keep(workspace.type, name))


def taken_by_both(workspace: Workspace, content: str) -> str:
    """Tell which column the command line takes for the email; the console must propose the same."""
    look = seen(workspace, content)
    choices = propose_choices(look, workspace.fields)
    (by_console,) = [c.name for c in look.columns if choices[c.position] == EMAIL_CHOICE]
    others = [c.name for c in look.columns if c.name != by_console]
    for name in (by_console, *others):
        try:
            report = workspace.take(
                content, ImportOptions(left_out=frozenset({*others, by_console} - {name}), dry_run=True)
            )
        except Invalid:
            continue
        if name == by_console:
            alone = (report.created, report.rejected)
    by_itself = workspace.take(content, ImportOptions(dry_run=True))
    assert (by_itself.created, by_itself.rejected) == alone
    chosen = build_options(look, workspace.fields, choices, FormatSettings())
    assert chosen.chosen == {by_console: "email"}
    return by_console


@pytest.mark.parametrize(
    ("header", "row", "taken"),
    [
        ("Name,E-Mail-Adresse", "Ann,ann@example.org", "E-Mail-Adresse"),
        ("Email *,Name", "ann@example.org,Ann", "Email *"),
        ("Name,Kontakt", "Ann,ann@example.org", "Kontakt"),
        ("Name,Kontakt", "Ann,Ann <ann@example.org>", "Kontakt"),
        ("Email opt-in,user_email", "yes,ann@example.org", "user_email"),
        ("Email Marketing: accepts,Kontakt", "yes,ann@example.org", "Kontakt"),
        ("Email,Kontakt", "yes,ann@example.org", "Kontakt"),
        ("Login,Email", "ann@example.org,ann@example.org", "Email"),
        ("Email Address,Email", "ann@example.org,ann@example.org", "Email"),
        ("Work email,Email address", "ann@example.org,ann@example.org", "Email address"),
        ("Mail,Correo", "ann@example.org,ann@example.org", "Mail"),
        ("Name,Email", "Ann,nobody", "Email"),
        ("Name,Customer email", "Ann,", "Customer email"),
    ],
)
def test_one_email_column_is_used(workspace: Workspace, header: str, row: str, taken: str) -> None:
    assert taken_by_both(workspace, f"{header}\n{row}\n") == taken


def test_the_fuller_of_two_equally_named_columns_is_the_default(workspace: Workspace) -> None:
    content = "Email 1,Email 2\na@example.org,b@example.org\n,c@example.org\n,d@example.org\n"
    report = workspace.take(content)
    assert (report.created, report.rejected) == (3, 0)
    assert report.notices == (
        'The column "Email 2" is used as the email. "Email 1" contains emails too: to use that one, map "Email 1" '
        "to the email.",
    )
    assert [(field.key, field.kind) for field in report.created_fields] == [("email_1", Kind.TEXT)]
    report = workspace.take(content, ImportOptions(chosen={"Email 1": "email"}))
    assert (report.created, report.rejected, report.notices) == (1, 2, ())


def test_another_column_than_email_can_be_chosen(workspace: Workspace) -> None:
    content = "email,Private\na@example.org,p@example.org\n"
    report = workspace.take(content, ImportOptions(chosen={"Private": "email"}))
    assert (report.created, report.ignored_columns, report.notices) == (1, ("email",), ())
    assert workspace.values("p@example.org") == {}


def test_a_column_mapped_to_a_field_stays_mapped(workspace: Workspace) -> None:
    workspace.take("Email,Email work,Email home\na@example.org,w@example.org,\n")
    report = workspace.take("Email work,Email home\nb@example.org,h@example.org\nc@example.org,\n", ImportOptions())
    assert workspace.count('email_work = "b@example.org"') == 0
    assert report.created == 2  # both have a field, so the fuller one is the email
    report = workspace.take("Email work,Email new\nd@example.org,n@example.org\n", ImportOptions())
    assert workspace.values("n@example.org") == {"email_work": "d@example.org"}


def test_the_email_column_is_found_from_the_whole_file(workspace: Workspace) -> None:
    rows = "".join(f",{n}\n" for n in range(3_000)) + "".join(f"p{n}@example.org,{n}\n" for n in range(3_000))
    report = workspace.take(f"Kontakt,No\n{rows}", ImportOptions())
    assert (report.created, report.rejected) == (3_000, 3_000)
    assert report.notices == ('The column "Kontakt" is used as the email because it contains emails.',)


def test_the_console_shows_the_chosen_email_column(workspace: Workspace) -> None:
    preview = seen(workspace, "Private,Work\na@example.org,b@example.org\n")
    assert propose_choices(preview, workspace.fields)[0] == EMAIL_CHOICE
    assert tuple(map(WORDS.render, email_notices(preview, workspace.fields))) == (
        'The column "Private" is used as the email. "Work" contains emails too: to use that one, choose "Work" below.',
    )
    options = build_options(preview, workspace.fields, [SKIP, EMAIL_CHOICE], FormatSettings())
    assert (options.chosen, options.left_out) == ({"Work": "email"}, frozenset({"Private"}))


def test_a_file_without_emails_lists_its_columns(workspace: Workspace) -> None:
    with pytest.raises(Invalid, match='the file has "Name", "Email opt-in": choose the email column'):
        workspace.take("Name,Email opt-in\nAnn,yes\n")


@pytest.mark.parametrize(
    "above",
    ["Kontakte;Firma\n", "Liste vom Mai\n\nKontakte;Firma\n", "Liste;\nStand;2026\nKontakte;Firma\n;Nobody\n"],
)
def test_a_header_is_found_by_the_emails_below_it(workspace: Workspace, above: str) -> None:
    report = workspace.take(f"{above}ann@example.org;A\nbob@example.org;B\n")
    assert report.created == 2
    assert [field.key for field in report.created_fields] == ["firma"]


def test_a_row_with_the_word_email_is_not_a_header(workspace: Workspace) -> None:
    report = workspace.take("Name,user_email,Prefers\nAnn,ann@example.org,Email\nBob,bob@example.org,Phone\n")
    assert (report.created, [field.key for field in report.created_fields]) == (2, ["name", "prefers"])
    with pytest.raises(Invalid, match="add a line with the column names"):
        workspace.take("Ann,ann@example.org,Phone\nBob,bob@example.org,Email\n")


def test_emails_without_a_header_are_refused(workspace: Workspace) -> None:
    for row in ("ann@example.org;A", "Ann <ann@example.org>;A", "A;mailto:ann@example.org"):
        with pytest.raises(Invalid, match="add a line with the column names above it"):
            workspace.take(f"{row}\n{row}\n")


@pytest.mark.parametrize("name", ["people.ndjson", "people.parquet"])
def test_email_columns_are_found_in_other_formats(workspace: Workspace, tmp_path: Path, name: str) -> None:
    kind = "JSON" if name.endswith("json") else "PARQUET"
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT 'Ann' AS first_name, '{ANN}' AS kontakt) TO '{tmp_path / name}' (FORMAT {kind})")
    report = workspace.take(tmp_path / name)
    assert report.created == 1
    assert workspace.values(ANN) == {"first_name": "Ann"}
