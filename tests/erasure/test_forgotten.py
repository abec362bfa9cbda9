"""An address that was forgotten does not come back, until it is allowed again."""

import csv
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.services import Services
from tamis.domain.errors import Refused as RefusedAction
from tamis.domain.values.fields import RESERVED, FieldSet
from tamis.records.consent import forgotten_emails
from tamis.records.contacts import NewContact
from tamis.records.engine.sql import fetch
from tests.support.process import Refused, Server, tamis
from tests.support.records import sqlite_of
from tests.support.users import new_account

ANN, BOB = "ann@example.org", "bob@example.org"


def import_people(data: Path, file: Path, *emails: str) -> dict[str, object]:
    """Import addresses into the type People."""
    file.write_text("email\n" + "".join(f"{email}\n" for email in emails))
    return tamis(data, "import", file, "--type", "People")


def test_an_import_rejects_a_forgotten_email_with_a_reason(either: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    import_people(either, file, ANN, BOB)
    gone = tamis(either, "contact", "delete", "ANN@example.org", "--type", "People", "--forget")
    assert gone == {"id": 1, "email": ANN, "forgotten": True, "erased": True, "rejects": []}
    report = import_people(either, file, BOB, "Ann@Example.org", "carl@example.org", "ann@example.org")
    assert (report["created"], report["unchanged"], report["repeated"], report["rejected"]) == (1, 1, 0, 2)
    with Path(str(report["rejects_file"])).open(newline="") as rejects:
        rows = list(csv.reader(rejects))[1:]
    assert [(row[0], row[2]) for row in rows] == [("3", "Ann@Example.org"), ("5", "ann@example.org")]
    assert "this email was forgotten on " in rows[0][1]
    assert rows[0][1].endswith("allow it with: tamis contact allow ann@example.org --type People")
    assert tamis(either, "contact", "allow", ANN, "--type", "People") == {"email": ANN, "forgotten": False}
    assert import_people(either, file, ANN)["created"] == 1
    with pytest.raises(Refused, match="is not blocked in People"):
        tamis(either, "contact", "allow", ANN, "--type", "People")


def test_a_forgotten_external_recipient_leaves_its_segments(data: Path) -> None:
    with Server(data) as server:
        owner = new_account(data, server.address, "other@example.org")
        type_id = owner.tamis("type", "create", "People")["id"]
        other_type = owner.tamis("type", "create", "Others")["id"]
        first, second, other = (owner.make_segment(one) for one in (type_id, type_id, other_type))
        assert owner.add(first, ANN).status_code == owner.add(other, ANN).status_code == 200
        for command in ("show", "delete"):
            with pytest.raises(Refused, match=r"was added manually to .*; remove it with .*contact delete --forget"):
                owner.tamis("contact", command, ANN, "--type", "People")
        gone = owner.tamis("contact", "delete", ANN, "--type", "People", "--forget")
        assert gone == {"id": None, "email": ANN, "forgotten": True, "erased": True, "rejects": []}
        assert owner.addresses(first) == []
        assert owner.addresses(other) == [ANN]  # it was forgotten in its type only
        for segment in (first, second):
            refused = owner.add(segment, "ANN@example.org")
            (message,) = refused.json()["errors"]["email"]
            assert refused.status_code == 422
            assert message.startswith("This email was forgotten on ")
            assert message.endswith(" and cannot be added again.")
        assert owner.add(first, BOB).status_code == 200
        owner.tamis("contact", "allow", ANN, "--type", "People")
        assert owner.add(first, ANN).status_code == 200


def test_an_invalid_email_cannot_be_forgotten(data: Path) -> None:
    with pytest.raises(Refused, match="is not a valid email"):
        tamis(data, "contact", "delete", "nobody", "--type", "People", "--forget")
    with pytest.raises(Refused, match="there is no contact"):
        tamis(data, "contact", "delete", ANN, "--type", "People")


def test_only_a_keyed_hash_of_a_forgotten_email_is_kept(services: Services) -> None:
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    people = services.write(create_type, account, "People")
    services.write(forget_email, account, people, ANN)
    rows = fetch(services.records.reader(), "SELECT email_hash FROM forgotten_emails")
    assert len(str(rows[0][0])) == 64
    assert ANN not in str(rows)
    assert sqlite_of(services.records.reader()).execute("SELECT length(pepper) FROM store").get == 32


def test_an_email_forgotten_while_a_batch_waits_is_not_stored(services: Services) -> None:
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    people = services.write(create_type, account, "People")
    services.write(forget_email, account, people, BOB)
    checked = forgotten_emails.last_forgotten(services.records.reader())  # an import looks, and then
    services.write(forget_email, account, people, ANN)
    with pytest.raises(RefusedAction, match="1 of the emails were forgotten in the meantime"):
        services.write(upsert, people.id, FieldSet(RESERVED), [NewContact(ANN, ANN, "{}")], (), checked=checked)
    assert sqlite_of(services.records.reader()).execute("SELECT count(*) FROM contacts").get == 0
