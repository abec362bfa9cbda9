"""Files of events: rows become events of contacts, each once; the others are rejected with their reasons."""

import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tamis.actions.audit import list_entries
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.catalogue import EventNameEdit, edit_event_name, list_events
from tamis.actions.events.importing import batches
from tamis.actions.events.importing.options import EventImportOptions, EventImportReport
from tamis.actions.events.importing.run import import_events
from tamis.actions.events.retention import remove_expired_events
from tamis.actions.events.timeline import events_of_contact
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.importing.sources import ContactFile
from tamis.actions.services import Services
from tamis.domain.errors import Invalid
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tamis.records.events.rows import encode_properties
from tests.stores.workspace import Workspace, new_workspace

CDNOW = Path(__file__).parents[3] / "shared/data/events/cdnow_sample.csv"


@dataclass
class Files:
    """Imports files of the events of a type, among whose contacts are ann and bob."""

    workspace: Workspace
    directory: Path

    def take(self, content: str | bytes, name: str = "events.csv", **options: Any) -> EventImportReport:
        """Import a file with some content."""
        path = self.directory / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.take_file(path, **options)

    def take_file(self, path: Path, **options: Any) -> EventImportReport:
        services = self.workspace.services
        file = ContactFile(path)
        return import_events(services, self.workspace.account, self.workspace.type, file, EventImportOptions(**options))

    def events(self, name: str = "ann") -> list[tuple[str, str, str, dict[str, object]]]:
        """List the events of a contact, oldest first."""
        contact = self.workspace.contact(name)
        found = events_of_contact(self.workspace.services.records.reader(), self.workspace.type, contact.id)
        return [(e.name, e.at.isoformat(), e.id, dict(e.properties)) for e in reversed(found)]

    def kinds(self, name: str) -> dict[str, tuple[Kind, int]]:
        """Return the kinds of the properties of a name, with the number of values that cannot be read as them."""
        db = self.workspace.services.records.reader()
        events = list_events(db, self.workspace.account, self.workspace.type.id)
        found = events.catalogue.find(name)
        assert found
        return {p.field.key: (p.field.kind, p.unreadable) for p in events.properties(found)}


@pytest.fixture(params=["rows", "runs"])
def files(services: Services, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Files whose events are stored as rows, as of small files, or as runs of which each has a few."""
    if request.param == "runs":
        monkeypatch.setattr(batches, "ROWS_PER_CALL", 0)
        for size in ("ROWS_PER_BATCH", "ROWS_PER_BATCH_OF_SERVER"):
            monkeypatch.setattr(batches, size, 1_000 if "cdnow" in request.node.name else 3)
        monkeypatch.setattr(batches, "NEWEST_AS_ROWS", 1)
    workspace = new_workspace(services)  # its account is in Dhaka
    workspace.write(ann={}, bob={})
    return Files(workspace, tmp_path)


def counts(report: EventImportReport) -> tuple[int, int, int]:
    assert report.accepted + report.repeated + report.rejected == report.rows
    return report.accepted, report.repeated, report.rejected


def rejects(report: EventImportReport) -> list[dict[str, str]]:
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="") as file:
        return list(csv.DictReader(file))


def rows(*lines: str, header: str = "email,event,at,id,amount") -> str:
    return "\n".join([header, *lines]) + "\n"


ORDER = "ann@example.org,order,2026-11-20T10:00:00Z,o1,59.90"


def test_the_purchases_of_cdnow_are_all_there_and_all_repeated(files: Files) -> None:
    assert counts(files.take_file(CDNOW, create_contacts=True)) == (6_919, 0, 0)
    again = files.take_file(CDNOW, create_contacts=True)
    assert (counts(again), again.contacts_created) == ((0, 6_919, 0), 0)
    assert files.kinds("order") == {"quantity": (Kind.NUMBER, 0), "amount": (Kind.NUMBER, 0)}
    first = files.events("c0001")[0]
    assert first == ("order", "1996-12-31T18:00:00+00:00", "", {"quantity": 2, "amount": 29.33})


def test_rows_become_events_and_the_others_say_why(files: Files) -> None:
    report = files.take(
        rows(
            ORDER,
            "BOB@example.org , Visit ,2026-11-20,,",
            "nobody@example.org,order,2026-11-20,,1",
            "ann,order,2026-11-20,,1",
            "ann@example.org,,2026-11-20,,1",
            "ann@example.org,order,soon,,1",
            "ann@example.org,order,,,1",
            f"ann@example.org,{'x' * 256},2026-11-20,{'y' * 256},1",
        )
    )
    assert counts(report) == (2, 0, 6)
    assert files.events("ann") == [("order", "2026-11-20T10:00:00+00:00", "o1", {"amount": 59.9})]
    assert files.events("bob") == [("Visit", "2026-11-19T18:00:00+00:00", "", {})]
    reasons = [(row["rejected_line"], row["rejected_because"]) for row in rejects(report)]
    assert [line for line, _ in reasons] == ["4", "5", "6", "7", "8", "9"]
    for wanted, (_, reason) in zip(
        ('"nobody@example.org"', "Email", "event must not be blank", "at must be a time", "at must not be blank", "ID"),
        reasons,
        strict=True,
    ):
        assert wanted in reason
    corrected = Path(str(report.rejects_file)).read_text().replace("soon", "2026-11-20")
    assert counts(files.take(corrected)) == (1, 0, 5)


def test_the_same_file_again_repeats_all_rows_and_other_content_of_an_id_is_rejected(files: Files) -> None:
    same = "ann@example.org,order,2026-11-20,,5"
    content = rows(ORDER, same, same, same)
    assert counts(files.take(content)) == (4, 0, 0)
    assert counts(files.take(content)) == (0, 4, 0)
    assert counts(files.take(rows(same, same, same, same))) == (1, 3, 0)
    report = files.take(rows(ORDER, ORDER.replace("59.90", "60"), ORDER.replace("o1", "o2"), ORDER.replace("o1", "o2")))
    assert counts(report) == (1, 2, 1)
    assert "stored events never change" in rejects(report)[0]["rejected_because"]


def test_what_is_sent_and_imported_is_the_same_event(files: Files) -> None:
    sent = [
        {"email": "ann@example.org", "event": "order", "at": "2026-11-20T10:00:00Z",
         "properties": {"amount": 59.9, "size": 7, "code": "007", "small": 0.0001, "zero": 0.0, "note": 'a "b" é\\/'}},
    ]  # fmt: skip

    def accept(db: Any, now: Any) -> list[str]:
        account, type_id = files.workspace.account, files.workspace.type.id
        parsed = parse_events(db, account, type_id, sent)
        return [result.status for result in accept_events(db, now, account, type_id, parsed)]

    assert files.workspace.services.write(accept) == ["accepted"]
    header = "email,event,at,amount,size,code,small,zero,note"
    row = 'ann@example.org,ORDER,2026-11-20 16:00,59.90,7.0,007,0.0001,-0.0,"a ""b"" é\\/"'
    assert counts(files.take(rows(row, header=header))) == (0, 1, 0)
    assert files.workspace.services.write(accept) == ["repeated"]


NUMBERS = ["0", "-0", "7", "-12.5", "0.1", "0.0001", "123456789012345", "12345678901.1234", "1.50"]
TEXTS = ["007", "+1", "1e5", "1,5", ".5", "5.", "12345678901234567", "1.23456", "--1", "true"]


def test_plain_numbers_are_written_as_programs_write_them_and_other_texts_stay(files: Files) -> None:
    cells = [*NUMBERS, *TEXTS]
    files.take(rows(*(f'ann@example.org,order,2026-11-{n:02},,"{text}"' for n, text in enumerate(cells, 1))))
    stored = [properties["amount"] for _, _, _, properties in files.events()]
    for text, value in zip(NUMBERS, stored, strict=False):
        assert isinstance(value, int | float)
        assert encode_properties({1: value}) == encode_properties({1: float(text)})
    assert stored[len(NUMBERS) :] == TEXTS


def test_the_kind_of_a_new_property_is_that_of_most_values(files: Files) -> None:
    lines = [
        f"ann@example.org,order,2026-11-{day:02},,{day},2026-01-0{day % 9 + 1},{day % 2 > 0},n{day}"
        for day in range(1, 26)
    ]
    lines[0] = "ann@example.org,order,2026-11-01,,many,2026-01-01,True,1"
    report = files.take(rows(*lines, header="email,event,at,id,amount,paid,gift,note"))
    assert files.kinds("order") == {
        "amount": (Kind.NUMBER, 1), "paid": (Kind.DATE, 0), "gift": (Kind.BOOLEAN, 0), "note": (Kind.TEXT, 0),
    }  # fmt: skip
    (name,) = report.names
    assert (name.name, name.rows, name.new, len(name.properties)) == ("order", 25, True, 4)
    files.take(rows("ann@example.org,order,2026-11-01,,few"))
    files.take(rows("ann@example.org,order,2026-11-01,,few"))
    assert files.kinds("order")["amount"] == (Kind.NUMBER, 2)


def test_columns_are_mapped(files: Files) -> None:
    content = "Customer;when;What;order no;Net Amount;secret\nann@example.org;2026-11-20;Order;o1;5;x\n"
    with pytest.raises(Invalid) as refused:
        files.take(content)
    assert {problem.code for problem in refused.value.problems} == {"event_column_missing", "event_name_column_missing"}
    report = files.take(
        content,
        chosen={
            "Customer": "email",
            "when": "at",
            "What": "event",
            "order no": "id",
            "Net Amount": "amount",
            "secret": "",
        },
    )
    assert (counts(report), report.ignored_columns) == ((1, 0, 0), ("secret",))
    assert files.events() == [("Order", "2026-11-19T18:00:00+00:00", "o1", {"amount": 5})]
    with pytest.raises(Invalid, match="two columns"):
        files.take(content, chosen={"What": "at", "when": "at", "Customer": "email"}, event="x")


def test_a_file_without_a_column_of_names_has_one_name(files: Files) -> None:
    content = "email,at,amount\nann@example.org,20/11/2026 16:00,5\n"
    assert counts(files.take(content, event=" order ")) == (0, 0, 1)
    assert counts(files.take(content, event=" order ", order=DateOrder.DMY)) == (1, 0, 0)
    assert files.events() == [("order", "2026-11-20T10:00:00+00:00", "", {"amount": 5})]
    with pytest.raises(Invalid):
        files.take(content, event="  ")


def test_a_dry_run_says_what_would_happen_and_changes_nothing(files: Files) -> None:
    content = rows(ORDER, ORDER, "new@example.org,order,2026-11-20,,1", "bad,order,2026-11-20,,1")
    trial = files.take(content, create_contacts=True, dry_run=True)
    assert (trial.rejected, trial.contacts_created) == (1, 1)
    assert files.events() == []
    db = files.workspace.services.records.reader()
    assert list_events(db, files.workspace.account, files.workspace.type.id).catalogue.names == ()
    assert counts(files.take(content, create_contacts=True)) == (2, 1, 1)
    again = files.take(content, create_contacts=True, dry_run=True)
    assert (counts(again), again.contacts_created) == ((0, 3, 1), 0)


def test_events_older_than_kept_are_rejected(files: Files) -> None:
    files.take(rows(ORDER))
    services, account = files.workspace.services, files.workspace.account
    events = list_events(services.records.reader(), account, files.workspace.type.id)
    services.write(edit_event_name, account, events.catalogue.names[0].id, EventNameEdit(keep="2y"))
    report = files.take(rows("ann@example.org,Order,2020-01-01,,1", "ann@example.org,order,2026-11-21,,1"))
    assert counts(report) == (1, 0, 1)
    assert "kept for 2 years" in rejects(report)[0]["rejected_because"]


def test_expired_events_are_removed_every_day(files: Files) -> None:
    files.take(rows(ORDER))
    services, account = files.workspace.services, files.workspace.account
    name = list_events(services.records.reader(), account, files.workspace.type.id).catalogue.names[0]
    services.write(edit_event_name, account, name.id, EventNameEdit(keep="1 year"))
    remove_expired_events(services)
    assert len(files.events()) == 1
    now = services.clock
    services.clock = lambda: now() + timedelta(days=400)
    remove_expired_events(services)
    assert files.events() == []


def lines(objects: Sequence[Any]) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


def test_lines_of_json_may_have_their_properties_in_an_object(files: Files) -> None:
    at = "2026-11-20T10:00:00Z"
    events = [
        {
            "email": "ann@example.org",
            "event": "order",
            "at": at,
            "properties": {"amount": 5.5, "sku": "007", "a/b": True},
        },
        {
            "email": "ann@example.org",
            "event": "order",
            "at": at,
            "id": "x",
            "zip": "12345",
            "properties": {"amount": 6},
        },
    ]
    assert counts(files.take(lines(events), "events.ndjson")) == (2, 0, 0)
    assert sorted(files.events(), key=lambda event: event[2]) == [
        ("order", "2026-11-20T10:00:00+00:00", "", {"amount": 5.5, "sku": "007", "a_b": True}),
        ("order", "2026-11-20T10:00:00+00:00", "x", {"zip": "12345", "amount": 6}),
    ]
    assert counts(files.take(lines(events), "events.ndjson")) == (0, 2, 0)


def test_parquet_compressed_files_and_other_encodings_are_read(files: Files) -> None:
    path = files.directory / "events.parquet"
    duckdb.execute(
        "COPY (SELECT 'ann@example.org' AS email, 'order' AS event, TIMESTAMPTZ '2026-11-20 10:00:00Z' AS \"at\", "
        f"59.90 AS amount, '12' AS size) TO '{path}' (FORMAT parquet)"
    )
    assert counts(files.take_file(path)) == (1, 0, 0)
    assert files.events() == [("order", "2026-11-20T10:00:00+00:00", "", {"amount": 59.9, "size": "12"})]
    assert counts(files.take(gzip.compress(rows(ORDER).encode()), "events.csv.gz")) == (1, 0, 0)
    assert counts(files.take(rows("bob@example.org\tcafé\t2026-11-20\t\t1", header="email\tevent\tat\tid\tamount")
                             .encode("utf-16"), "events.tsv")) == (1, 0, 0)  # fmt: skip
    assert files.events("bob")[0][0] == "café"


def test_an_import_is_in_the_audit_log_without_emails(files: Files) -> None:
    files.take(rows(ORDER, "bad,order,2026-11-20,,1"))
    services = files.workspace.services
    entry = list_entries(services.records.reader(), files.workspace.account, 1)[0]
    assert (entry.action, entry.details) == (
        "import.finished",
        {"contact_type": files.workspace.type.id, "accepted": 1, "repeated": 0, "rejected": 1},
    )


def test_undoing_an_import_keeps_contacts_that_have_events(files: Files) -> None:
    path = files.directory / "people.csv"
    path.write_text("email\ncid@example.org\ndee@example.org\n")
    services, account = files.workspace.services, files.workspace.account
    report = import_file(services, account, files.workspace.type, path, ImportOptions())
    assert report.import_id
    files.take(rows("cid@example.org,order,2026-11-20,,1"))
    undone = undo_import(services, account, report.import_id)
    assert (undone.deleted, undone.touched) == (1, 1)
    assert len(files.events("cid")) == 1
