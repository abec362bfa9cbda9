"""Every fault that is planted in a healthy data directory is found and named, and nothing is found in a healthy one."""

import itertools
import shutil
import threading
from collections import ChainMap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.consent.suppressions import suppress
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.maintenance.doctor.report import Check
from tamis.actions.maintenance.doctor.run import verify_all
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.layout.contacts import column
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.contacts.emails import parse_email
from tamis.domain.files.import_reports import RequestedOptions
from tamis.domain.values.fields import COUNTRY, SUPPRESSED, Kind
from tamis.records import types
from tamis.records.contacts import NewContact
from tamis.records.importing import imports
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.effort import alone_or_together, examples
from tests.support.records import records_of

CONTACTS = 300
INDIA, SCORED, NAMING = 1, 2, 3
SUPPRESSED_FAULT = "a suppressed contact that could be mailed"


def people(score: int | None, count: int = CONTACTS, country: str = "India") -> list[NewContact]:
    """Make contacts, a third of them elsewhere."""
    found = []
    for n in range(count):
        values: dict[int, Any] = {COUNTRY.id: "Peru" if n % 3 == 0 else country}
        if score is not None and n % 2:
            values[score] = float(n)
        found.append(NewContact(f"P{n}@example.org", f"p{n}@example.org", encode_values(values)))
    return found


def fill(directory: Path) -> None:
    """Make a directory in which contacts came, changed and went, with manual overrides in segments that name others."""
    services = Services(Settings(directory, columns_threads=2))
    account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
    of = services.write(create_type, account, "People")
    services.write(create_type, account, "Nobody yet")
    score = services.write(create_field, of, "Score", Kind.NUMBER)
    fields = types.fields_of_type(services.records.reader(), of.id)
    services.write(upsert, of.id, fields, people(score.id), ())
    for name, rule in (
        ("India", 'country = "India"'),
        ("Scored", "score > 100"),
        ("Naming", 'is in segment "India" and is not in segment "Scored"'),
        ("Lately", "created_at is within 1 day"),
        ("Nobody", ""),
    ):
        services.write(create_segment, account, of, name, from_text(rule))
    services.project()
    added = {  # whoever is added to India only is in Naming, too
        NAMING: ("stranger@example.net", "a@münchen.de", "p3@example.org"),
        INDIA: ("stranger@example.net", "a@münchen.de", "p0@example.org", "way@example.net"),
    }
    for segment, addresses in added.items():
        for address in addresses:
            email = parse_email(address)
            assert email
            services.write(add_recipient, account, segment, email, "By", "Hand")
    services.project()
    services.write(delete_recipient, account, INDIA << 32 | 2)
    job = services.write(lambda db, now: imports.insert(db, account.id, of.id, "people.csv", RequestedOptions(), now))
    services.write(upsert, of.id, fields, people(score.id, 50, "Chile"), (), import_id=job.id)
    services.project()
    services.write(delete_contact, account, of, "p7@example.org")
    services.write(forget_email, account, of, "p8@example.org")
    emails = [email for text in ("p14@example.org", "way@example.net") if (email := parse_email(text))]
    services.write(suppress, account, emails, SuppressionReason.UNSUBSCRIBED, "test")
    services.project()
    services.close()


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that is as it should be; copies of it are harmed."""
    directory = tmp_path_factory.mktemp("doctor") / "data"
    fill(directory)
    return directory


@pytest.fixture
def data(healthy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(healthy, tmp_path / "data"))


def examine(directory: Path) -> list[Check]:
    """Ask the doctor, who answers in this process."""
    services = Services(Settings(directory, columns_threads=2))
    try:
        return list(verify_all(services, lambda services, call: call.run(services), 2_000))
    finally:
        services.close()


def wrong(directory: Path) -> list[str]:
    """List the findings."""
    return [finding.message for check in examine(directory) for finding in check.findings if finding.wrong]


def in_columns(sql: str) -> Callable[[Path], None]:
    """Plant a fault in the projection."""

    def plant(directory: Path) -> None:
        con = duckdb.connect(str(directory / FILE_NAME))
        changed = con.execute(sql).fetchall()
        con.close()
        assert changed != [(0,)], "nothing was planted"

    return plant


def in_records(*statements: str) -> Callable[[Path], None]:
    """Plant a fault in the records, without an entry in the change log."""

    def plant(directory: Path) -> None:
        with records_of(directory) as db:
            before = db.total_changes()
            for sql in statements:
                db.execute(sql).fetchall()
            assert db.total_changes() > before, "nothing was planted"

    return plant


def test_a_healthy_directory_has_no_problems_and_everything_is_checked(data: Path) -> None:
    checks = examine(data)
    assert [finding.message for check in checks for finding in check.findings if finding.wrong] == []
    checked = {check.name: check.scope for check in checks}
    assert checked["every rule can be evaluated"] == "5 segments"
    assert checked["projection matches the contacts of the records"] == "298 contacts, every value"
    assert checked["projection matches the manual changes of the records"] == "8 manual changes"
    assert checked["members match the reference evaluator (at most 2,000 contacts per type)"] == "298 contacts"
    services = Services(Settings(data, columns_threads=2))
    members = sum(services.project().cached_sizes.by_segment.values())
    services.close()
    assert checked["members, sizes and logs of segments match their rules"] == f"{members:,} members"


IN_COLUMNS: tuple[dict[str, tuple[str, list[str]]], ...] = (
    {
        "a wrong member": (
            "INSERT INTO members VALUES ((1::BIGINT << 32) | 4, TIMESTAMP '2026-01-01')",
            ['segment 1 "India" has 1 recipient (4294967300) that should not be there', "contact 4 is in segment 1"],
        ),
        "a missing member": (
            "DELETE FROM members WHERE recipient_id = (1::BIGINT << 32) | 102",
            ['segment 1 "India" is missing 1 recipient (4294967398)', "contact 102 is not in segment 1"],
        ),
        "a missing member by way of another segment": (
            f"DELETE FROM recent_changes WHERE recipient_id = (3::BIGINT << 32) | {1 << 31} | 7",
            ['segment 3 "Naming" is missing 1 recipient ', "external recipient 7 is not in segment 3"],
        ),
        "a wrong size": (
            "UPDATE segment_sizes SET recipients = recipients + 1 WHERE segment_id = 2",
            ['segment 2 "Scored" has a stored size of'],
        ),
        "a changed value": ("UPDATE contacts_1 SET f3 = 'Other' WHERE id = 17", ["1 contact of type 1", "(IDs 17)"]),
        "a contact that is too many": ("INSERT INTO contacts_2 (id) VALUES (5)", ["1 contact of type 2", "(IDs 5)"]),
        "another manual addition": (
            "UPDATE inclusions SET email = 'other@example.net' WHERE email = 'stranger@example.net' AND segment_id = 1",
            ["segments of contact type 1 have 2 manually added emails"],
        ),
    },
    {
        "a member who was excluded": (
            "DELETE FROM recent_changes WHERE recipient_id = (1::BIGINT << 32) | 2",
            ['segment 1 "India" has 1 excluded member'],
        ),
        "a missing manual addition": (
            f"DELETE FROM recent_changes WHERE recipient_id >> 32 = 1 AND recipient_id & {1 << 31} <> 0",
            ['segment 1 "India" is missing 3 manually added emails'],
        ),
        "a member who stands twice": (
            "INSERT INTO members SELECT * FROM members WHERE recipient_id = (1::BIGINT << 32) | 102",
            ['segment 1 "India" has 1 recipient twice'],
        ),
        "a contact that is missing": ("DELETE FROM contacts_1 WHERE id = 299", ["(IDs 299)"]),
        "a missing table": ("DROP TABLE contacts_2", ["has no contacts of the types 2"]),
        "a transition that is gone": (
            "DELETE FROM membership_changes "
            "WHERE number = (SELECT max(number) FROM membership_changes WHERE recipient_id >> 32 = 1)",
            ['segment 1 "India" has', "by its log of membership changes"],
        ),
        "a transition that is turned round": (
            "UPDATE membership_changes SET delta = -delta "
            "WHERE number = (SELECT max(number) FROM membership_changes WHERE recipient_id >> 32 = 1)",
            ["contrary to the last membership change"],
        ),
    },
    {
        "a contact that is there twice": (
            "INSERT INTO contacts_1 SELECT * FROM contacts_1 WHERE id = 20",
            ["1 contact of type 1", "(IDs 20)"],
        ),
        "an exclusion too many": ("INSERT INTO exclusions VALUES (1, 90)", ["have 1 exclusion not matching"]),
        "a number of the log given twice": (
            "UPDATE membership_changes SET number = number - 1 "
            "WHERE number = (SELECT max(number) FROM membership_changes)",
            ["1 membership change with a duplicate number"],
        ),
        "a filling that is gone": (
            "DELETE FROM membership_snapshots WHERE segment_id = 2",
            ["no beginning in the log"],
        ),
        "members of no segment": (
            "INSERT INTO members VALUES ((99::BIGINT << 32) | 4, TIMESTAMP '2026-01-01')",
            ["members of segments that do not exist (99)"],
        ),
    },
    {
        SUPPRESSED_FAULT: (
            f"UPDATE contacts_1 SET {column(SUPPRESSED)} = FALSE WHERE id = 15 AND {column(SUPPRESSED)}",
            ["1 contact of type 1", "(IDs 15)"],
        ),
        "a suppressed external recipient who could be mailed": (
            "UPDATE inclusions SET suppressed = FALSE WHERE email = 'way@example.net' AND suppressed",
            ["segments of contact type 1 have 2 manually added emails"],
        ),
    },
    {
        "a missing column": ("ALTER TABLE contacts_1 DROP COLUMN f9", ["do not match its fields"]),
    },
)
IN_RECORDS: tuple[dict[str, tuple[list[str], list[str]]], ...] = (
    {
        "a rule whose field is gone": (
            ["UPDATE segments SET rule = replace(rule, '101', '999') WHERE id = 2"],
            ['the rule of segment 2 "Scored" cannot be evaluated, so it selects nobody', "tamis segment edit 2"],
        ),
        "a rule that is none": (
            ["UPDATE segments SET rule = '{' WHERE id = 2"],
            ['the rule of segment 2 "Scored" cannot'],
        ),
        "rules in a circle": (
            [
                "UPDATE segments SET rule = (SELECT replace(rule, '\"2\"', '\"3\"') FROM segments WHERE id = 3) "
                "WHERE id = 1"
            ],
            ['segment 1 "India" depends on itself', 'segment 3 "Naming" depends on itself'],
        ),
        "an address added twice": (
            [
                "INSERT INTO inclusions (segment_id, email, email_key, first_name, last_name, recipient_id, "
                "created_at) SELECT segment_id, upper(email), upper(email_key), '', '', recipient_id + 100, created_at "
                "FROM inclusions WHERE email = 'stranger@example.net' AND segment_id = 1"
            ],
            ["1 email was added twice to one segment", "stored under another email", "ID of another recipient"],
        ),
        "a contact under another key": (
            ["UPDATE contacts SET email_key = 'other@example.org' WHERE id = 5"],
            ["1 row in contacts is stored under another email (IDs 5)"],
        ),
        "numbers that would be given again": (
            ["UPDATE sqlite_sequence SET seq = 10 WHERE name = 'contacts'"],
            ["would reuse IDs from 11 on"],
        ),
        "a forgotten address that is back": (
            ["UPDATE contacts SET email = 'p8@example.org', email_key = 'p8@example.org' WHERE id = 30"],
            ["1 email of contact type 1 that had been forgotten is back"],
        ),
    },
    {
        "a contact that stands twice": (
            [
                "INSERT INTO contacts (contact_type_id, email, email_key, field_values, created_at, updated_at) "
                "SELECT contact_type_id, upper(email), email_key || ' ', field_values, created_at, updated_at "
                "FROM contacts WHERE id = 5"
            ],
            ["1 email belongs to two contacts of one type"],
        ),
        "undo data of no contact": (
            ["INSERT INTO import_prior_values VALUES (1, 100000, 'x@example.org', '{}', 0, NULL)"],
            ["1 row of import_prior_values is of a contact or import that does not exist"],
        ),
        "contacts that were made by nothing": (
            ["INSERT INTO import_ranges VALUES (1, 9, 3)"],
            ["1 row of import_ranges is of an import that does not exist"],
        ),
        "a contact of an import that there is not": (
            ["UPDATE contacts SET import_id = 99 WHERE id = 5"],
            ["1 contact was last written by an import that does not exist"],
        ),
        "an exclusion of no one": (
            ["INSERT INTO contact_exclusions VALUES (1, 100000, 0)"],
            ["1 exclusion is of contacts that do not exist"],
        ),
        "an index that is gone": (
            ["DROP INDEX live_segment_names", "DELETE FROM key_pairs"],
            ["live_segment_names is missing"],
        ),
    },
    {
        "suppressions that are gone without an entry in the change log": (
            ["DELETE FROM suppressions"],
            ["1 contact of type 1", "(IDs 15)", "segments of contact type 1 have 2 manually added emails"],
        ),
    },
    {
        "a value changed without an entry in the change log": (
            ["""UPDATE contacts SET field_values = '{"5":"Peru"}' WHERE id = 102"""],
            ["(IDs 102)", "contact 102 is in segment 1, contrary to its rule"],
        ),
        "a row that names nothing": (
            ["UPDATE key_pairs SET account_id = 77"],
            ["a row of key_pairs names a row of accounts that is not there"],
        ),
    },
)


@pytest.mark.parametrize("faults", alone_or_together(IN_COLUMNS), ids=", ".join)
def test_faults_of_the_projection_are_found_and_named(data: Path, faults: dict[str, tuple[str, list[str]]]) -> None:
    for sql, _ in faults.values():
        in_columns(sql)(data)
    found = wrong(data)
    for fault, (_, output) in faults.items():
        for words in output:
            assert any(words in message for message in found), (fault, words, found)
    assert all("delete columns.duckdb" in message or "report" in message for message in found)


@pytest.mark.parametrize("faults", alone_or_together(IN_RECORDS), ids=", ".join)
def test_faults_of_the_records_are_found_and_named(data: Path, faults: dict[str, tuple[list[str], list[str]]]) -> None:
    for statements, _ in faults.values():
        in_records(*statements)(data)
    found = wrong(data)
    for fault, (_, output) in faults.items():
        for words in output:
            assert any(words in message for message in found), (fault, words, found)


def test_following_the_advice_repairs_the_column_store(data: Path) -> None:
    everything = ChainMap(*IN_COLUMNS)
    for fault in ("a wrong member", "a wrong size", "a changed value", "a transition that is gone", SUPPRESSED_FAULT):
        in_columns(everything[fault][0])(data)
    assert wrong(data)
    (data / FILE_NAME).unlink()
    assert wrong(data) == []


def test_a_damaged_page_of_the_records_is_found(data: Path) -> None:
    file = data / "tamis.sqlite"
    with records_of(data) as db:
        page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'contact_exclusions_by_contact'").get
        size = db.pragma("page_size")
    whole = file.read_bytes()
    start = (page - 1) * size
    file.write_bytes(whole[:start] + whole[start : start + 8] + bytes(size - 8) + whole[start + size :])
    assert any("tamis.sqlite is damaged" in message for message in wrong(data))


def test_quarantined_leftover_and_pending_erasure_files_are_reported(data: Path) -> None:
    (data / f"{FILE_NAME}.unusable-20260101-000000").write_bytes(b"")
    (data / "strange.txt").write_text("")
    checks = examine(data)
    notes = [finding.message for check in checks for finding in check.findings if not finding.wrong]
    assert not any(check.wrong for check in checks)
    for words in ("unusable-20260101-000000", "strange.txt", "tamis erase"):
        assert any(words in note for note in notes)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A directory with nothing in it yet."""
    services = Services(Settings(tmp_path / "data"))
    services.close()
    return tmp_path / "data"


def test_there_are_no_findings_during_concurrent_writes(data: Path) -> None:
    services = Services(Settings(data, columns_threads=2))
    fields = types.fields_of_type(services.records.reader(), 1)
    score = next(field.id for field in fields.fields if field.key == "score")
    stop = threading.Event()

    def write() -> None:
        for n in itertools.count():
            changed = people(score, 100 + n % 7, ("Chile", "India")[n % 2])
            services.write(upsert, 1, fields, changed[9:], (score,))  # one of those before is forgotten
            if stop.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(examples(5, 2)):
            checks = list(verify_all(services, lambda services, call: call.run(services), 100))
            assert [finding.message for check in checks for finding in check.findings if finding.wrong] == []
    finally:
        stop.set()
        writer.join()
        services.close()


def test_an_empty_directory_is_healthy(empty: Path) -> None:
    assert wrong(empty) == []
