"""A column of consent: it suppresses whom it says has unsubscribed, bounced or complained, and never lifts anything."""

from collections.abc import Iterator

import pytest

from tamis.actions.consent.suppressions import all_suppressions, suppress
from tamis.actions.importing.jobs.jobs import find_import
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.domain.consent.consent_values import WORDS, ConsentValue, NoSuppression, parse_consent
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, ValueProblem
from tests.imports.conftest import Workspace

STATUS = ImportOptions(consent=frozenset({"Status"}))
FILE = """email,Status,City
ann@example.org,subscribed,Lima
bob@example.org,Unsubscribed,Lima
eve@example.org,cleaned,Rome
kim@example.org,,Rome
"""


def suppressed(workspace: Workspace) -> dict[str | None, str]:
    found = all_suppressions(workspace.services.records.reader(), workspace.account)
    return {each.email: each.reason.value for each in found}


def test_a_column_suppresses_and_is_no_field(workspace: Workspace) -> None:
    report = workspace.take(FILE, STATUS)
    assert (report.created, report.rejected) == (4, 0)
    assert suppressed(workspace) == {"bob@example.org": "unsubscribed", "eve@example.org": "bounced"}
    assert report.consent
    assert (report.consent.suppressed, report.consent.updated, report.consent.unchanged) == (2, 0, 0)
    assert report.consent.emails == {"unsubscribed": 1, "bounced": 1, "subscribed": 1}
    assert workspace.fields.by_key.get("status") is None
    assert workspace.values("bob@example.org") == {"city": "Lima"}
    assert workspace.count("can be mailed") == 2


def test_a_dry_run_counts_without_suppressing(workspace: Workspace) -> None:
    db_before = suppressed(workspace)
    report = workspace.take(FILE, ImportOptions(consent=frozenset({"Status"}), dry_run=True))
    assert report.consent
    assert (report.consent.suppressed, report.consent.unchanged) == (2, 0)
    assert suppressed(workspace) == db_before == {}
    workspace.take(FILE, STATUS)
    again = workspace.take(FILE, ImportOptions(consent=frozenset({"Status"}), dry_run=True))
    assert again.consent
    assert (again.consent.suppressed, again.consent.unchanged) == (0, 2)


def test_a_file_never_lifts_a_suppression_and_undoing_it_neither(workspace: Workspace) -> None:
    ann = parse_email("ann@example.org")
    assert ann
    reason = SuppressionReason.BOUNCED
    workspace.services.write(suppress, workspace.account, [ann], reason, "test")
    report = workspace.take(FILE, STATUS)
    assert suppressed(workspace)["ann@example.org"] == "bounced"
    assert report.import_id
    undo_import(workspace.services, workspace.account, report.import_id)
    assert workspace.count("email is not blank") == 0
    assert set(suppressed(workspace)) == {"ann@example.org", "bob@example.org", "eve@example.org"}
    workspace.take(FILE, ImportOptions(left_out=frozenset({"Status"})))
    assert workspace.count("can be mailed") == 1


def test_the_gravest_of_repeated_rows_and_columns_counts(workspace: Workspace) -> None:
    text = (
        "email,Status,Unsubscribed\n"
        "ann@example.org,spam complaint,no\n"
        "ANN@example.org,subscribed,yes\n"
        "bob@example.org,subscribed,yes\n"
    )
    report = workspace.take(text, ImportOptions(consent=frozenset({"Status", "Unsubscribed"})))
    assert (report.created, report.repeated) == (2, 1)
    assert suppressed(workspace) == {"ann@example.org": "complained", "bob@example.org": "unsubscribed"}


def test_who_has_unsubscribed_is_suppressed_also_in_a_rejected_row(workspace: Workspace) -> None:
    workspace.take("email,age\nann@example.org,30\nbob@example.org,31\n")
    report = workspace.take("email,age,Status\nann@example.org,old,unsubscribed\n", STATUS)
    assert report.rejected == 1
    assert suppressed(workspace) == {"ann@example.org": "unsubscribed"}


def test_values_that_are_not_known_are_reported_and_their_rows_rejected(workspace: Workspace) -> None:
    text = "email,Status\nann@example.org,VIP\nbob@example.org,unsubscribed\neve@example.org,1\n"
    report = workspace.take(text, STATUS)
    assert (report.created, report.rejected) == (1, 2)
    assert report.consent
    assert report.consent.unknown_values == {"1": 1, "VIP": 1}
    assert list(report.reasons.values()) == [2]
    assert report.import_id
    stored = find_import(workspace.services, workspace.account, report.import_id).job.report.consent
    assert stored
    assert stored.unknown_values == {}, "values of people are not kept"
    assert stored.suppressed == 1


@pytest.mark.parametrize(
    "options",
    [
        ImportOptions(consent=frozenset({"Status"}), on_bad_value=BadValue.BLANK),
        ImportOptions(consent=frozenset({"Status"}), bad_values={"Status": BadValue.BLANK}),
    ],
)
def test_rows_with_values_that_are_not_known_can_be_imported(workspace: Workspace, options: ImportOptions) -> None:
    report = workspace.take("email,Status\nann@example.org,VIP\nbob@example.org,unsubscribed\n", options)
    assert (report.created, report.rejected) == (2, 0)
    assert report.omitted[0].count == 1
    assert workspace.count("can be mailed") == 1


def test_options_cannot_be_added_to_consent(workspace: Workspace) -> None:
    adding = ImportOptions(consent=frozenset({"Status"}), bad_values={"Status": BadValue.ADD})
    with pytest.raises(Invalid, match="says who can be mailed"):
        workspace.take(FILE, adding)
    with pytest.raises(Invalid, match="no column"):
        workspace.take(FILE, ImportOptions(consent=frozenset({"State"})))
    assert suppressed(workspace) == {}


def test_a_column_that_looks_like_consent_is_pointed_out(workspace: Workspace) -> None:
    assert any('"Status" seems to say' in notice for notice in workspace.take(FILE).notices)
    assert suppressed(workspace) == {}
    orders = "email,Status\nann@example.org,active\nbob@example.org,cancelled\n"
    assert not workspace.take(orders).notices


def values() -> Iterator[tuple[str, str, object]]:
    for text, meaning in (
        ("Subscribed", NoSuppression.SUBSCRIBED),
        ("Non-Subscribed", NoSuppression.UNDECIDED),
        ("NEVER_SUBSCRIBED", NoSuppression.UNDECIDED),
        ("cleaned", SuppressionReason.BOUNCED),
        ("HARD_BOUNCE", SuppressionReason.BOUNCED),
        ("HardBounce", SuppressionReason.BOUNCED),
        ("SpamComplaint", SuppressionReason.COMPLAINED),
        ("spamreport", SuppressionReason.COMPLAINED),
        ("contactFlaggedAsSpam", SuppressionReason.COMPLAINED),
        ("ManualSuppression", SuppressionReason.MANUAL),
        ("unsubscribedViaEmail", SuppressionReason.UNSUBSCRIBED),
        ("group_unsubscribe", SuppressionReason.UNSUBSCRIBED),
        ("OPT_OUT", SuppressionReason.UNSUBSCRIBED),
        ("soft bounced", NoSuppression.UNDECIDED),
        ('["UNSUBSCRIBE", "SPAM_COMPLAINT"]', SuppressionReason.COMPLAINED),
        ("[]", None),
    ):
        yield "Status", text, meaning
    yield "Email blacklisted", "true", SuppressionReason.MANUAL
    yield "Unsubscribed from all email", "false", NoSuppression.UNDECIDED
    yield "Accepts Email Marketing", "no", SuppressionReason.UNSUBSCRIBED
    yield "Accepts Email Marketing", "YES", NoSuppression.SUBSCRIBED
    yield "Opted Out", "1", SuppressionReason.UNSUBSCRIBED


@pytest.mark.parametrize(("column", "text", "meaning"), list(values()))
def test_values_of_known_exports(column: str, text: str, meaning: object) -> None:
    assert parse_consent(column, text) is meaning


def test_yes_and_no_mean_nothing_without_a_name() -> None:
    with pytest.raises(ValueProblem):
        parse_consent("Status", "yes")


@pytest.mark.parametrize("meaning", WORDS)
def test_no_word_has_two_meanings(meaning: ConsentValue) -> None:
    assert {parse_consent("Status", text) for text in WORDS[meaning].split(",")} == {meaning}
