"""Emails in files as people write them: cleaned, counted, and the same person as ever."""

from pathlib import Path

import pytest

from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.importing.jobs.jobs import find_import
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.reports.report_details import to_details
from tamis.domain.files.import_reports import CleanedEmail
from tests.imports.conftest import Workspace

CONTACT_FILES = Path(__file__).parents[3] / "shared" / "data" / "contact_files"
TAKEN = {
    "a1": "plain@example.org", "a2": "nbsp@example.org", "a3": "zws@example.org", "a4": "bom@example.org",
    "a5": "lrm@example.org", "a6": "nea@example.org", "a7": "olle@example.org", "a8": "angle@example.org",
    "a11": "dotend@example.org", "a12": "semi@example.org", "a13": "quoted@example.org",
    "a16": "upper.case@example.org", "a17": "tag+news@example.org", "a18": "o'neil@example.org",
    "a19": "info@müller.de", "a24": "full@example.org", "a26": "softhyphen@example.org", "a27": "tab@example.org",
    "a28": "ideographic@example.org", "a30": "trail@example.org", "a33": "ok@example.c", "a34": "почта@example.org",
    "a36": "nul@example.org", "a38": "caf\u00e9@example.org", "a39": "wj@example.org",
}  # fmt: skip
REJECTED = ("a9", "a10", "a14", "a20", "a21", "a22", "a23", "a25", "a29", "a31", "a32", "a35", "a40")


def test_each_email_of_the_contact_file_is_cleaned_correctly(workspace: Workspace) -> None:
    report = workspace.take(CONTACT_FILES / "12-addresses.csv")
    held = {str(workspace.values(email)["code"]): email for email in TAKEN.values()}
    assert held == TAKEN
    assert (report.created, report.repeated, report.rejected) == (len(TAKEN), 2, len(REJECTED))
    assert report.rejects_file
    rejects = Path(report.rejects_file).read_text()
    assert all(f",{code}\n" in rejects for code in REJECTED)
    assert list(report.reasons) == ["Email is not valid", "Email contains several emails"]
    assert report.cleaned_emails == 13
    assert report.cleaned_examples == (
        ("[U+200B]zws@example.org", "zws@example.org"),
        ("[U+FEFF]bom@example.org", "bom@example.org"),
        ("lrm@example.org[U+200E]", "lrm@example.org"),
        ("Nea Nord <nea@example.org>", "nea@example.org"),
        ("mailto:olle@example.org", "olle@example.org"),
    )


def test_a_cleaned_email_identifies_its_contact(workspace: Workspace) -> None:
    workspace.take("email,city\nAnn@Example.org,Lima\n")
    report = workspace.take("email,city\nAnn <ann@example.org>,Cusco\nann@example.org.,Quito\n", ImportOptions())
    assert (report.updated, report.repeated, report.cleaned_emails) == (1, 1, 2)
    assert workspace.values("ann@example.org")["city"] == "Quito"


@pytest.mark.parametrize("written", ["Ann <ann@example.org>", "\u200bann@example.org", "ann＠example.org"])
def test_a_forgotten_email_is_not_imported_after_cleaning(workspace: Workspace, written: str) -> None:
    workspace.services.write(forget_email, workspace.account, workspace.type, "ann@example.org")
    report = workspace.take(f"email\n{written}\n")
    assert (report.created, report.rejected, report.cleaned_emails) == (0, 1, 0)
    assert "forgotten" in next(iter(report.reasons))


def test_the_stored_report_contains_no_email(workspace: Workspace) -> None:
    report = workspace.take("email\nAnn <ann@example.org>\n")
    assert to_details(report).cleaned_examples == (CleanedEmail("Ann <ann@example.org>", "ann@example.org"),)
    kept = find_import(workspace.services, workspace.account, report.import_id or 0).job.report
    assert (kept.cleaned_emails, kept.cleaned_examples) == (1, ())


def test_an_apostrophe_of_an_export_is_not_counted_as_cleaned(workspace: Workspace) -> None:
    report = workspace.take("email\n'=ann@example.org\n'-bob@example.org'\n")
    assert (report.created, report.cleaned_emails) == (2, 1)
    assert workspace.values("=ann@example.org") == workspace.values("-bob@example.org") == {}


def test_an_email_in_a_formula_is_cleaned_and_counted(workspace: Workspace) -> None:
    rows = '"=""ann@example.org"""', '"=""mailto:bob@example.org"""', "cat@example.org"
    report = workspace.take("email,n\n" + "".join(f"{row},1\n" for row in rows))
    assert (report.created, report.cleaned_emails) == (3, 2)
    assert report.cleaned_examples == (
        ('="ann@example.org"', "ann@example.org"),
        ('="mailto:bob@example.org"', "bob@example.org"),
    )
